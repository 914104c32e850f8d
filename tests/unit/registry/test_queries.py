from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from modelbout.errors import ConfigError, RegistryError
from modelbout.evidence import Wear
from modelbout.registry import queries as module
from modelbout.registry.disk import LocalDisk
from modelbout.registry.queries import Queries, Query, asked_by, from_lines, to_lines, with_new
from modelbout.results import BoutResult, Side

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.registry.local import LocalRegistry
    from tests.unit.registry.conftest import MakeBundle, Promote

AT = "2026-05-03T12:00:00Z"
HOLDOUT, MINE, THEIRS = "a" * 64, "b" * 64, "c" * 64
ASKED = Query(at=AT, model="churn", holdout_digest=HOLDOUT, bundle_digest=MINE, champion_digest=THEIRS)


def other(**changes: object) -> Query:
    return msgspec.structs.replace(ASKED, **changes)


def test_a_question_is_remembered_once(registry: LocalRegistry) -> None:
    assert registry.queries("churn") == ()
    assert registry.note(ASKED)
    assert registry.note(other(at="2026-05-04T12:00:00Z"))
    assert registry.queries("churn") == (ASKED,)
    more = other(bundle_digest="d" * 64), other(part="sealed", passed=True, improvement=0.01)
    for one in more:
        registry.note(one)
    assert registry.queries("churn") == (ASKED, *more)
    assert registry.queries("bikes") == ()


def test_names_are_checked(registry: LocalRegistry) -> None:
    with pytest.raises(ConfigError):
        registry.queries("../up")
    with pytest.raises(ConfigError):
        registry.note(other(model="../up"))
    assert not registry.path.exists()


def test_new_questions_come_last() -> None:
    assert with_new((ASKED,), (other(bundle_digest="d" * 64), other(at="x"))) == (ASKED, other(bundle_digest="d" * 64))


@pytest.mark.parametrize(
    ("raw", "told"),
    [(b"{}\n", "line 1"), (to_lines([ASKED]) + b"[1\n", "no question"), (to_lines([ASKED])[:-1], "cut off")],
)
def test_a_damaged_file_is_told(raw: bytes, told: str, registry: LocalRegistry) -> None:
    registry.note(ASKED)
    path = registry.path / "queries" / "churn.jsonl"
    path.write_bytes(raw)
    for ask in (lambda: registry.queries("churn"), lambda: registry.note(other(bundle_digest="d" * 64))):
        with pytest.raises(RegistryError) as caught:
            ask()
        problem = caught.value.problems[0]
        assert problem.place.file == str(path)
        assert told in f"line {problem.place.line}: {problem.found}"
        assert "backup" in problem.fix
    assert path.read_bytes() == raw


def test_a_full_file_is_told(registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.note(ASKED)
    size = (registry.path / "queries" / "churn.jsonl").stat().st_size
    monkeypatch.setattr(module, "QUERIES_LIMIT", size + 10)
    with pytest.raises(RegistryError, match="full"):
        registry.note(other(bundle_digest="d" * 64))
    assert registry.queries("churn") == (ASKED,)


class Refusing(LocalDisk):
    """Refuses to rename."""

    def rename(self, source: Path, target: Path) -> None:
        raise OSError(28, f"no room for {target.name} of {source.name}")


def test_a_disk_that_refuses_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    Queries(tmp_path, LocalDisk()).add(ASKED)
    refusing = Queries(tmp_path, Refusing())
    with pytest.raises(OSError, match="no room"):
        refusing.add(other(bundle_digest="d" * 64))
    assert refusing.read("churn") == (ASKED,)
    assert os.listdir(tmp_path) == ["churn.jsonl"]  # noqa: PTH208 -- hidden ones, too


def test_doctor_looks_at_them(registry: LocalRegistry, promote: Promote) -> None:
    promote("a")
    registry.note(ASKED)
    assert registry.doctor(repair=False) == ()
    scratch = registry.path / "queries" / ".churn.jsonl.part"
    scratch.write_bytes(b"half")
    (registry.path / "queries" / "churn.jsonl").write_bytes(b"half")
    found = registry.doctor(repair=True)
    assert len(found) == 2
    assert "mended" in found[0]
    assert "cut off" in found[1]
    assert not scratch.exists()


def test_a_promotion_names_its_holdout(registry: LocalRegistry, make_bundle: MakeBundle) -> None:
    registry.promote(
        make_bundle("a"),
        model="churn",
        stage="test",
        beaten=None,
        actor="ada",
        reason="it won",
        verdict_digest="e" * 64,
        holdout_digest=HOLDOUT,
    )
    registry.advance(
        model="churn",
        version="v1.0.0",
        stage="production",
        beaten=None,
        actor="ada",
        reason="moved on",
        holdout_digest=HOLDOUT,
    )
    told = [(event.event, event.holdout_digest, event.verdict_digest) for event in registry.events("churn")]
    assert told == [("register", HOLDOUT, "e" * 64), ("promote", HOLDOUT, "e" * 64), ("promote", HOLDOUT, None)]


def bout(**changes: object) -> BoutResult:
    made = BoutResult(
        model="churn",
        task="binary",
        verdict="win",
        passed=True,
        reasons=(),
        exit_code=0,
        stage="production",
        confidence=0.95,
        seed=1,
        created=AT,
        challenger=Side(bundle_digest=MINE),
        champion=Side(bundle_digest=THEIRS),
        wear=Wear(bouts=0, promotions=0, policy="budget", level=0.025, holdout=HOLDOUT),
    )
    return msgspec.structs.replace(made, **changes)


def test_a_bout_asks_its_holdout() -> None:
    assert asked_by(bout(), at=AT) == ASKED


@pytest.mark.parametrize(
    "changes",
    [
        {"champion": None},
        {"challenger": None},
        {"wear": None},
        {"model": "../up"},
        {"challenger": Side(bundle_digest="no digest\n")},
        {"wear": Wear(bouts=0, promotions=0, policy="budget", level=0.025, holdout="<b>")},
    ],
)
def test_what_no_bout_of_two_was_asks_nothing(changes: dict[str, object]) -> None:
    assert asked_by(bout(**changes), at=AT) is None


def test_an_empty_file_has_no_question() -> None:
    assert from_lines(b"", shown="here") == ()
