from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from modelbout.contract.infer import infer
from modelbout.contract.load import parse_contract
from modelbout.data.reading import Reading
from modelbout.data.sources import scan

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def drafted(tmp_path: Path, newest: list[str], now: datetime = NOW) -> str:
    """Draft from snapshots of 150 rows each, whose newest moments are given."""
    names = []
    for number, last in enumerate(newest):
        names.append(f"{number}.csv")
        first = "2020-01-01" if len(last) == len("2020-01-01") else "2020-01-01T00:00:00"
        rows = "".join(f"{first},{row % 7}\n" for row in range(149))
        (tmp_path / names[-1]).write_text(f"t,x\n{rows}{last},1\n", encoding="utf-8")
    return infer(*(scan(name, root=tmp_path, reading=Reading()) for name in names), shown="s", now=now)


def rule(text: str) -> tuple[str, timedelta] | None:
    found = [one for one in parse_contract(text, shown="c").table if one.check == "freshness"]
    return (found[0].value.column, found[0].value.max_age) if found else None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("newest", "allowed"),
    [
        (["2026-11-17", "2026-11-18", "2026-11-20"], timedelta(days=4)),
        (["2026-11-21T05:00:00", "2026-11-21T08:00:00", "2026-11-21T10:30:00"], timedelta(hours=6)),
        (["2026-11-21T11:00:00", "2026-11-21T11:00:10", "2026-11-21T11:59:00"], timedelta(hours=2)),
    ],
)
def test_a_live_table_is_allowed_twice_its_longest_wait(tmp_path: Path, newest: list[str], allowed: timedelta) -> None:
    assert rule(drafted(tmp_path, newest)) == ("t", allowed)


@pytest.mark.parametrize(
    "newest",
    [
        ["2026-11-19", "2026-11-20"],
        ["2026-11-18", "2026-11-20", "2026-11-20"],
        ["2026-11-20", "2026-11-18", "2026-11-19"],
    ],
    ids=["two snapshots", "once nothing new", "not in order"],
)
def test_what_the_snapshots_do_not_support_is_not_said(tmp_path: Path, newest: list[str]) -> None:
    made = drafted(tmp_path, newest)
    assert rule(made) is None
    assert "freshness" not in made


def test_of_old_snapshots_it_is_a_suggestion(tmp_path: Path) -> None:
    made = drafted(tmp_path, ["2025-01-01", "2025-01-08", "2025-01-15"])
    assert rule(made) is None
    assert "# freshness: [{column: t, max_age: 14 days}]" in made
    assert rule(made.replace("# freshness:", "freshness:")) == ("t", timedelta(days=14))
    assert rule(drafted(tmp_path, ["2025-01-01", "2025-01-08", "2025-01-15"], datetime(2025, 1, 29, tzinfo=UTC)))
    assert date(2025, 1, 29) - date(2025, 1, 15) == timedelta(days=14)
