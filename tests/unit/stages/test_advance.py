from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelbout.errors import ChampionMovedError, ConfigError, GateRefusedError
from modelbout.registry.ledger import Event
from modelbout.stages.advance import Passage, in_order, move_on, passage
from modelbout.stages.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
promote: {stages: [test, staging, production]}
"""


def digest(version: str) -> str:
    return version.encode().hex().zfill(64)


def ledger(*told: tuple[str, str, str | None]) -> tuple[Event, ...]:
    """Make events of (what, version, stage); a promotion carries its version as the reason."""
    holders: dict[str | None, str] = {}
    events = []
    for seq, (kind, version, stage) in enumerate(told, start=1):
        events.append(
            Event(
                seq=seq,
                at="2026-05-03T12:00:00Z",
                event=kind,  # type: ignore[arg-type]
                model="m",
                version=version,
                stage=stage,
                previous=holders.get(stage),
                actor="ada",
                reason=f"win of {version}",
                verdict_digest=f"verdict {version}",
                bundle_digest=digest(version),
                pull_request=seq,
            )
        )
        if stage is not None:
            holders[stage] = version
    return tuple(events)


FIRST = (("register", "v1.0.0", None), ("promote", "v1.0.0", "test"), ("promote", "v1.0.0", "production"))
SECOND = (*FIRST, ("register", "v1.1.0", None), ("promote", "v1.1.0", "test"))


class Book:
    """A registry that takes one call alone and remembers it."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def advance(self, **asked: Any) -> str:
        assert not self.asked
        self.asked = asked
        return "moved"


def way(*told: tuple[str, str, str | None], stage: str = "production") -> Passage:
    return passage("m", ledger(*told), source="test", stage=stage, last="production")


def move(found: Passage, *, stage: str = "production", reason: str | None = None) -> dict[str, Any]:
    book = Book()
    told: object = move_on(book, found, stage=stage, last="production", reason=reason, dry_run=False)  # type: ignore[arg-type]
    assert told == "moved"
    return book.asked


def test_the_verdict_that_brought_it_there_counts() -> None:
    asked = move(way(*SECOND))
    assert asked["version"] == "v1.1.0"
    assert asked["beaten"] == digest("v1.0.0"), "the champion at production when v1.1.0 came to test"
    assert (asked["verdict_digest"], asked["pull_request"]) == ("verdict v1.1.0", 5)
    assert asked["reason"] == "moved on from test; win of v1.1.0"
    assert move(way(*SECOND), reason="agreed")["reason"] == "agreed"


def test_a_first_champion_goes_on_when_there_still_is_none() -> None:
    assert move(way(*FIRST[:2]))["beaten"] is None


def test_a_champion_that_moved_since_means_another_bout() -> None:
    told = (*SECOND, ("register", "v1.2.0", None), ("promote", "v1.2.0", "production"))
    with pytest.raises(ChampionMovedError, match=r"v1\.2\.0; v1\.1\.0 was judged when it was v1\.0\.0"):
        move(way(*told))


def test_a_first_champion_that_came_in_between_means_another_bout() -> None:
    told = (*FIRST[:2], ("register", "v1.1.0", None), ("promote", "v1.1.0", "production"))
    with pytest.raises(ChampionMovedError, match="when it was nobody"):
        move(way(*told))


def test_a_version_that_arrived_is_handed_to_the_registry_which_changes_nothing() -> None:
    told = (*SECOND, ("promote", "v1.1.0", "production"))
    found = way(*told)
    assert found.arrived
    assert move(found)["version"] == "v1.1.0"


def test_a_stage_in_the_middle_is_swapped_with_its_own_holder() -> None:
    told = (*FIRST, ("promote", "v1.0.0", "staging"), ("register", "v1.1.0", None), ("promote", "v1.1.0", "test"))
    assert move(way(*told, stage="staging"), stage="staging")["beaten"] == digest("v1.0.0")
    moved = (*told, ("register", "v1.2.0", None), ("promote", "v1.2.0", "production"))
    with pytest.raises(ChampionMovedError):
        move(way(*moved, stage="staging"), stage="staging")


def test_nobody_to_move_on() -> None:
    with pytest.raises(GateRefusedError, match="nobody holds the title of `m` at `test`"):
        way()


def test_a_rollback_is_no_verdict_but_an_older_promotion_of_the_same_version_is() -> None:
    assert way(*SECOND, ("rollback", "v1.0.0", "test")).judged.seq == 2
    with pytest.raises(GateRefusedError, match="by a rollback"):
        way(*FIRST[:2], ("register", "v1.1.0", None), ("rollback", "v1.1.0", "test"))


def test_stages_come_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "modelbout.yaml").write_text(CONFIG, encoding="utf-8")
    work = open_workspace(tmp_path / "modelbout.yaml", None)
    in_order(work, "test", "production")
    for source, stage in (("production", "test"), ("test", "test")):
        with pytest.raises(ConfigError, match="test then staging then production"):
            in_order(work, source, stage)
    with pytest.raises(ConfigError, match="no stage"):
        in_order(work, "dev", "production")
