from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from msgspec.structs import replace

from modelbout.errors import ChampionMovedError, ConfigError, GateRefusedError, Problem
from modelbout.evidence import Estimate, Interval, MetricResult, Sealed, Wear
from modelbout.registry.queries import Query, all_asked_by, asked_by
from modelbout.results import BOUT_FILE, BoutResult, Side
from modelbout.stages import promote, sealed, seals
from modelbout.stages.fighters import Fighter
from modelbout.stages.tables import Rows
from modelbout.stages.workspace import Workspace, open_workspace
from tests.unit.registry.bundles import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
compare: {primary: {metric: rmse, margin: 0.02}, sealed: 0.5, wear: {budget: 2}}
promote: {inconclusive: promote_if_non_inferior}
"""
ROWS = "1" * 64


class Book:
    """A registry that remembers questions, and its promotions."""

    counts_bouts = True

    def __init__(self, *known: Query) -> None:
        self.asked = list(known)
        self.moved: list[BoutResult] = []

    def queries(self, model: str) -> tuple[Query, ...]:
        return tuple(one for one in self.asked if one.model == model)

    def note(self, query: Query) -> bool:
        self.asked.append(query)
        return True


class Watcher:
    """A Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Problem] = []

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        assert label
        yield

    def tell(self, problem: Problem) -> None:
        self.told.append(problem)


def metric(low: float, high: float) -> MetricResult:
    return MetricResult(
        metric="rmse",
        title="RMSE",
        better="lower",
        rule="superior",
        status="holds",
        challenger=Estimate(value=1.0),
        champion=Estimate(value=1.0),
        improvement=Estimate(value=(low + high) / 2, interval=Interval(low=low, high=high, method="test")),
        margin=0.02,
    )


def bout(**changes: Any) -> BoutResult:
    made = BoutResult(
        model="m",
        task="regression",
        verdict="win",
        passed=True,
        reasons=("It won.",),
        exit_code=0,
        stage="production",
        confidence=0.95,
        seed=0,
        created="2026-01-01T00:00:00Z",
        challenger=Side(bundle_digest="b" * 64),
        champion=Side(bundle_digest="a" * 64),
        primary=metric(0.1, 0.2),
        wear=Wear(bouts=0, promotions=0, policy="budget", level=0.025, holdout=ROWS),
        sealed=Sealed(rows=40, open_rows=60, opened=False),
    )
    return replace(made, **changes)


def question(**changes: Any) -> Query:
    found = asked_by(bout(), at="then")
    assert found is not None
    return replace(found, **({"part": "sealed", "passed": True, "improvement": 0.12} | changes))


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    path = tmp_path / "modelbout.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return open_workspace(path, None)


@pytest.fixture
def fights(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, float]]:
    """Answer each opening from a list, the last first; what is left was not asked."""
    answers: list[tuple[bool, float]] = []
    monkeypatch.setattr(sealed, "_fight", lambda *_given: answers.pop())
    return answers


def test_a_winner_that_passes_stays_one(work: Workspace, fights: list[tuple[bool, float]]) -> None:
    fights.append((True, 0.12))
    book = Book()
    found = sealed.open_sealed(work, Watcher(), book, bout())  # type: ignore[arg-type]
    assert (found.verdict, found.passed, found.exit_code) == ("win", True, 0)
    assert found.sealed is not None
    assert (found.sealed.opened, found.sealed.passed, found.sealed.rows) == (True, True, 40)
    assert found.reasons[0] == "It won."
    assert found.reasons[1] == "On the 40 sealed rows, RMSE is better by about 0.12: the challenger passes there, too."
    assert [(one.part, one.passed, one.improvement) for one in book.asked] == [("sealed", True, 0.12)]


def test_a_winner_that_does_not_pass_wins_nothing(work: Workspace, fights: list[tuple[bool, float]]) -> None:
    fights.append((False, -0.03))
    found = sealed.open_sealed(work, Watcher(), Book(), bout())  # type: ignore[arg-type]
    assert (found.verdict, found.passed, found.exit_code) == ("inconclusive", False, 0)
    assert found.reasons[0].startswith("On the 40 sealed rows, RMSE is worse by about 0.03: that does not show there")
    assert not promote.non_inferior(work, found), "nor by the other door"


@pytest.mark.parametrize("passed", [True, False])
def test_a_question_is_asked_once(work: Workspace, fights: list[tuple[bool, float]], passed: bool) -> None:  # noqa: FBT001 -- a column
    book = Book(question(passed=passed, improvement=None))
    found = sealed.open_sealed(work, Watcher(), book, bout())  # type: ignore[arg-type]
    assert found.passed is passed
    assert found.sealed is not None
    assert "RMSE is the same" in found.sealed.explanation
    assert len(book.asked) == 1
    assert fights == []


def test_a_spent_budget_keeps_the_rows_closed(work: Workspace, fights: list[tuple[bool, float]]) -> None:
    others = [question(bundle_digest=letter * 64) for letter in "cd"]
    elsewhere = [question(holdout_digest="2" * 64), question(part="open", passed=None)]
    with pytest.raises(GateRefusedError, match="opened 2 times, and the budget is 2"):
        sealed.open_sealed(work, Watcher(), Book(*others, *elsewhere), bout())  # type: ignore[arg-type]
    fights.append((True, 0.1))
    book = Book(others[0], *elsewhere)
    assert sealed.open_sealed(work, Watcher(), book, bout()).passed  # type: ignore[arg-type]


@pytest.mark.parametrize("now", [None, "e" * 64])
def test_a_champion_that_moved_is_not_met_on_sealed_rows(
    work: Workspace, monkeypatch: pytest.MonkeyPatch, now: str | None
) -> None:
    book = Book()
    there = None if now is None else Fighter(work.root, MANIFEST, Side(bundle_digest=now))
    monkeypatch.setattr(Book, "events", lambda *_given: (), raising=False)
    monkeypatch.setattr(Workspace, "read", lambda *_given, **_named: None)
    monkeypatch.setattr(sealed, "challenger", lambda *_given: None)
    monkeypatch.setattr(sealed, "champion", lambda *_given: there)
    with pytest.raises(ChampionMovedError, match="no longer the one that was beaten"):
        sealed.open_sealed(work, Watcher(), book, bout())  # type: ignore[arg-type]
    assert book.asked == []


def test_a_verdict_that_names_nobody_opens_nothing(work: Workspace) -> None:
    with pytest.raises(ConfigError, match="does not say which models met"):
        sealed.open_sealed(work, Watcher(), Book(), bout(wear=None))  # type: ignore[arg-type]


def test_the_rows_must_be_those_of_the_verdict(work: Workspace) -> None:
    frame = pl.DataFrame({"y": [1.0]})
    rows = Rows(frame, frame, "t", "o", frame, ROWS)
    opened = sealed._sealed_rows(work, rows, bout())
    assert (opened.holdout.height, opened.sealed) == (1, None)
    others = (Rows(frame, frame, "t", "o", frame, "2" * 64), Rows(frame, frame, "t", "o", None, ROWS))
    for other in others:
        with pytest.raises(ConfigError, match="not the one that the verdict speaks of"):
            sealed._sealed_rows(work, other, bout())


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({}, True),
        ({"champion": None, "verdict": "first"}, False),
        ({"passed": False, "verdict": "loss"}, False),
        ({"passed": False, "verdict": "inconclusive", "primary": metric(-0.01, 0.05)}, True),
        ({"passed": False, "verdict": "inconclusive", "primary": metric(-0.05, 0.05)}, False),
        ({"sealed": Sealed(rows=40, open_rows=60, opened=True, passed=True)}, False),
    ],
)
def test_only_what_may_be_promoted_opens_them(
    changes: dict[str, Any],
    opens: bool,  # noqa: FBT001 -- a column
    work: Workspace,
    fights: list[tuple[bool, float]],
) -> None:
    fights.append((True, 0.12))
    work.write(BOUT_FILE, bout(**changes))
    watcher = Watcher()
    promote.unseal(work, watcher, Book(), dry_run=True)  # type: ignore[arg-type]
    assert len(fights) == 1
    assert [problem.level for problem in watcher.told] == ["warn"] * opens
    promote.unseal(work, watcher, Book(), dry_run=False)  # type: ignore[arg-type]
    assert len(fights) == (0 if opens else 1)
    after = work.read(BOUT_FILE, BoutResult, made_by="compare")
    assert (after.sealed is not None and after.sealed.opened) is (opens or "sealed" in changes)


def test_nothing_is_promoted_on_the_open_rows_alone(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promote, "verify_files", lambda *_args, **_kwargs: None)
    work.write(BOUT_FILE, bout())
    with pytest.raises(GateRefusedError, match="the open part of the holdout alone"):
        promote.attempt(work, Book(), "production", None, dry_run=False)  # type: ignore[arg-type]


def test_a_champion_that_moved_is_met_on_all_rows_again(
    work: Workspace, fights: list[tuple[bool, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fights += [(True, 0.12)] * 3
    book = Book()
    work.write(BOUT_FILE, bout())
    monkeypatch.setattr(Workspace, "registry", lambda *_given: book)

    def again(*_given: object) -> None:
        work.write(BOUT_FILE, bout(champion=Side(bundle_digest="e" * 64)))

    def moving(*_given: object, **_named: object) -> None:
        raise ChampionMovedError(Problem(found="moved"))

    monkeypatch.setattr(promote, "fight_again", again)
    monkeypatch.setattr(promote, "attempt", moving)
    with pytest.raises(ChampionMovedError):
        promote.promote(work, Watcher(), registry=None)
    assert [one.champion_digest for one in book.asked] == ["a" * 64, "e" * 64], "the same question is not asked again"


def test_sealed_rows_are_opened_where_a_line_of_it_is_kept(work: Workspace, fights: list[tuple[bool, float]]) -> None:
    fights.append((True, 0.12))
    book = Book()
    seals.require_counting(work, book)  # type: ignore[arg-type]
    book.counts_bouts = False
    with pytest.raises(ConfigError, match="the registry is on GitHub") as caught:
        sealed.open_sealed(work, Watcher(), book, bout())  # type: ignore[arg-type]
    assert caught.value.problems[0].place.line == 6
    found = sealed.open_sealed(work, Watcher(), book, bout(), noted_later=True)  # type: ignore[arg-type]
    assert found.passed
    assert book.asked == [], "the job that promotes notes it, by what the verdict says"
    assert [(one.part, one.passed, one.improvement) for one in all_asked_by(found, at="then")] == [
        ("open", None, None),
        ("sealed", True, 0.12),
    ]
    assert [one.part for one in all_asked_by(bout(), at="then")] == ["open"]
    assert all_asked_by(bout(wear=None), at="then") == ()


def test_a_bout_says_how_many_rows_are_sealed() -> None:
    frame = pl.DataFrame({"y": [1.0, 2.0]})
    assert seals.closed(Rows(frame, frame, "t", "o")) is None
    found = seals.closed(Rows(frame, frame, "t", "o", frame.head(1), ROWS))
    assert found == Sealed(rows=1, open_rows=2, opened=False)
