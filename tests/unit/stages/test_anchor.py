from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from msgspec.structs import replace

from modelbout.errors import BundleError
from modelbout.registry.ledger import Event
from modelbout.results import Side
from modelbout.seal import bundle_digest
from modelbout.stages import anchor as stage
from modelbout.stages.fighters import Fighter
from modelbout.stages.scene import Scene, Use
from modelbout.stages.tables import Rows
from modelbout.stages.workspace import Workspace, open_workspace
from tests.unit.registry.bundles import MANIFEST, write_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIG = """\
version: 1
model: churn
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
compare: {primary: {metric: rmse, rule: RULE, margin: 0.02}}
"""
ROWS = "1" * 64
FRAME = pl.DataFrame({"y": [1.0, 2.0]})
TABLE = Rows(FRAME, FRAME, "t", "o", None, ROWS)


class Book:
    """A registry with one bundle on its shelf."""

    def __init__(self, bundle: Path) -> None:
        self.bundle = bundle
        self.fetched: list[str] = []

    def queries(self, model: str) -> tuple[()]:
        assert model == "churn"
        return ()

    def fetch(self, model: str, version: str, into: Path) -> Path:
        self.fetched.append(f"{model}@{version}")
        into.mkdir(parents=True)
        return self.bundle.rename(into / f"{model}@{version}")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    write_bundle(tmp_path / "first", "first")
    return Book(tmp_path / "first")


def open_as(tmp_path: Path, rule: str = "non_inferior") -> Workspace:
    path = tmp_path / "modelbout.yaml"
    path.write_text(CONFIG.replace("RULE", rule), encoding="utf-8")
    return open_workspace(path, None)


def ledger(digest: str) -> tuple[Event, ...]:
    """Return the ledger of a first champion that was promoted on these rows."""
    registered = Event(
        seq=1,
        at="2026-05-03T12:00:00Z",
        event="register",
        model="churn",
        version="v1.0.0",
        stage=None,
        previous=None,
        actor="ada",
        reason="won",
        bundle_digest=digest,
        holdout_digest=ROWS,
    )
    return registered, replace(registered, seq=2, event="promote", stage="production")


def fighter(digest: str) -> Fighter:
    return Fighter(Path("somewhere"), MANIFEST, Side(bundle_digest=digest))


def used(work: Workspace, book: Book, events: Sequence[Event], scene: Scene) -> Use:
    return stage.use_of(work, book, events, scene, TABLE)  # type: ignore[arg-type]


def test_without_a_champion_there_is_wear_and_no_more(book: Book, tmp_path: Path) -> None:
    found = used(open_as(tmp_path), book, (), Scene(fighter("b" * 64)))
    assert found.wear is not None
    assert (found.wear.holdout, found.allowance, found.anchor) == (ROWS, None, None)


@pytest.mark.parametrize("rule", ["superior", "non_inferior"])
def test_nobody_is_called_back_where_nothing_can_sink_or_nobody_was_first(
    rule: str, book: Book, tmp_path: Path
) -> None:
    events = ledger(bundle_digest(book.bundle)) if rule == "superior" else ()
    found = used(open_as(tmp_path, rule), book, events, Scene(fighter("b" * 64), fighter("a" * 64)))
    assert found.allowance is not None
    assert (found.first, found.anchor, book.fetched) == (None, None, [])


def test_the_first_champion_is_called_back_and_verified(book: Book, tmp_path: Path) -> None:
    digest = bundle_digest(book.bundle)
    found = used(open_as(tmp_path), book, ledger(digest), Scene(fighter("b" * 64), fighter("a" * 64)))
    assert found.anchor is not None
    assert (found.anchor.side.version, found.anchor.side.bundle_digest, found.margin) == ("v1.0.0", digest, 0.02)
    assert book.fetched == ["churn@v1.0.0"]


def test_a_bundle_that_is_not_the_one_of_the_ledger_is_refused(book: Book, tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        used(open_as(tmp_path), book, ledger("f" * 64), Scene(fighter("b" * 64), fighter("a" * 64)))


@pytest.mark.parametrize("corner", ["challenger", "champion"])
def test_whoever_stands_in_a_corner_is_not_called_back(corner: str, book: Book, tmp_path: Path) -> None:
    digest = bundle_digest(book.bundle)
    first, other = fighter(digest), fighter("b" * 64)
    scene = Scene(first, other) if corner == "challenger" else Scene(other, first)
    work = open_as(tmp_path)
    use = used(work, book, ledger(digest), scene)
    assert use.anchor is getattr(scene, corner)
    assert book.fetched == []
    answers: Any = ("of the challenger", "of the champion")
    told: Any = stage.answers_of_anchor(work, Scene(scene.challenger, scene.champion, use=use), TABLE, answers, None)  # type: ignore[arg-type]
    assert told == f"of the {corner}"


def test_an_anchor_outside_answers_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, cases = open_as(tmp_path), list[Any]()

    def score(case: Any, *, python: str | None) -> tuple[str]:
        assert python is None
        cases.append(case)
        return ("its answers",)

    monkeypatch.setattr(stage, "score_faithfully", score)
    scene = Scene(fighter("b" * 64), fighter("a" * 64), use=Use(anchor=fighter("c" * 64), margin=0.02))
    answers: Any = ("of the challenger", "of the champion")
    told: Any = stage.answers_of_anchor(work, scene, TABLE, answers, None)  # type: ignore[arg-type]
    assert told == "its answers"
    assert cases[0].champion == Path("somewhere")
    assert cases[0].rows.equals(FRAME)
    assert stage.answers_of_anchor(work, Scene(), TABLE, (), None) is None  # type: ignore[arg-type]
