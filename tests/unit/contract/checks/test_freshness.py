from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelbout.contract.checks.freshness import Fresh, compare, in_words, zone_named
from modelbout.contract.kind import Setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem
    from modelbout.results import Finding

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
SETTING = Setting(now=NOW)
RULE = "freshness: [{column: t, max_age: 2 days%s}]"


def ago(**span: float) -> datetime:
    return (NOW - timedelta(**span)).replace(tzinfo=None)


def held(hold: Hold, values: list[Any] | pl.Series, more: str = "", column: str = "type: datetime") -> list[Finding]:
    frame = pl.DataFrame({"t": values, "a": range(len(values))})
    columns = f"t: {{{column}, nulls: 1}}\na: {{type: integer}}"
    return list(hold(frame, columns, RULE % more, SETTING).findings)


def test_a_young_table_passes_and_an_old_one_fails(hold: Hold) -> None:
    assert not held(hold, [ago(days=9), ago(hours=48), None])
    (found,) = held(hold, [ago(days=9), ago(hours=49), None])
    assert (found.check, found.failed, found.total, found.columns) == ("freshness", 3, 3, ("t",))
    assert found.message == (
        "the newest `t` is 2.04 days old, allowed 2 days"
        " (read as UTC: neither the table nor the contract names its time zone)"
    )
    assert not found.rows


def test_rows_from_the_future_are_counted_and_make_nothing_fresh(hold: Hold) -> None:
    assert not held(hold, [ago(hours=1), ago(hours=-24)])
    (found,) = held(hold, [ago(hours=1), ago(hours=-25), ago(days=-400)])
    assert (found.failed, found.rows) == (2, (2, 3))
    assert found.message.startswith("2 of 3 rows have a `t` more than 24 hours ahead of the clock")
    assert not held(hold, [ago(hours=1), ago(hours=-25)], ", tolerance: 1")
    assert not held(hold, [ago(hours=1), ago(hours=-25)], ", max_ahead: 2 days")
    (found,) = held(hold, [ago(days=5), ago(days=-5)], ", tolerance: 0.9")
    assert (found.failed, found.rows) == (2, (2,))
    assert found.message.startswith("the newest `t` is 5 days old, allowed 2 days; 1 of 2 rows have")
    (found,) = held(hold, [ago(days=-5)])
    assert found.message.startswith("no row has a `t` that is not in the future; 1 of 1 rows")


def test_without_a_value_nothing_is_fresh_and_an_empty_table_says_nothing(hold: Hold) -> None:
    (found,) = held(hold, pl.Series([None, None], dtype=pl.Datetime))
    assert found.message.startswith("no row has a `t`")
    assert [one.check for one in held(hold, pl.Series([], dtype=pl.Datetime))] == ["rows"]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC", "Asia/Kolkata"])
def test_moments_with_a_zone_are_exact(hold: Hold, zone: str) -> None:
    for hours, fails in ((48, False), (48.1, True)):
        moments = pl.Series([NOW - timedelta(hours=hours)]).dt.convert_time_zone(zone)
        found = held(hold, moments, "", f"type: datetime, timezone: {zone}")
        assert bool(found) == fails
        assert all("UTC" not in one.message for one in found)
    ahead = pl.Series([NOW, NOW + timedelta(hours=24.1)]).dt.convert_time_zone(zone)
    column = f"type: datetime, timezone: {zone}"
    assert [one.rows for one in held(hold, ahead, "", column)] == [(2,)]
    assert not held(hold, pl.Series([NOW, NOW + timedelta(hours=24)]).dt.convert_time_zone(zone), "", column)


def test_the_contract_names_the_zone_of_a_naive_column(hold: Hold) -> None:
    # Noon in UTC is 21 o'clock in Tokyo: 48 hours before that clock.
    wall = datetime(2026, 6, 29, 21)  # noqa: DTZ001 -- a column without zone
    # That the zone is only in the contract is told by `type`.
    column = "type: {is: datetime, level: warn}, timezone: Asia/Tokyo"
    assert [one.check for one in held(hold, [wall], "", column)] == ["type"]
    found, _ = held(hold, [wall - timedelta(hours=1)], "", column)
    assert (found.check, "UTC" in found.message) == ("freshness", False)


def test_dates_are_days(hold: Hold) -> None:
    assert not held(hold, [date(2026, 6, 29)], "", "type: date")
    (found,) = held(hold, [date(2026, 6, 28)], "", "type: date")
    assert found.message == "the newest `t` is 3 days old, allowed 2 days"
    assert not held(hold, [date(2026, 7, 2)], "", "type: date")
    (found,) = held(hold, [date(2026, 7, 1), date(2026, 7, 3)], "", "type: date")
    assert found.rows == (2,)


def test_an_offset_is_a_zone_too() -> None:
    assert NOW.astimezone(zone_named("+02:00")).hour == 14
    assert NOW.astimezone(zone_named(None)).hour == 12


def test_only_some_rows_may_be_meant(hold: Hold) -> None:
    frame = {"t": [ago(days=1), ago(days=5)], "a": [1, 2]}
    (found,) = hold(
        frame, "t: {type: datetime}\na: {type: integer}", RULE % ", where: a == 2, level: warn", SETTING
    ).findings
    assert (found.failed, found.total, found.level) == (1, 1, "warn")
    assert found.message.endswith("of those where `a == 2`")


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    assert [one.check for one in held(hold, ["2026-07-01"])] == ["type"]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("{column: t}", "the key `max_age` is missing"),
        ("{column: a, max_age: 1 day}", "column `a` is integer"),
        ("{column: x, max_age: 1 day}", "`x` is no column of this contract"),
        ("{column: t, max_age: 1 month}", "found `1 month`"),
        ("{column: t, max_age: 1 day, max_aheat: 1 day}", "unknown key `max_aheat`"),
        ("t", "found no mapping"),
    ],
)
def test_what_is_no_rule_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused("t: {type: datetime}\na: {type: integer}", f"freshness: [{rule}]")[0].found == found


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(minutes=30), "0.5 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=1_000, hours=12), "1,000.5 days"),
    ],
)
def test_an_age_in_words(span: timedelta, text: str) -> None:
    assert in_words(span) == text


def test_younger_asks_more() -> None:
    one, two = timedelta(days=1), timedelta(days=2)
    assert compare(None, Fresh("t", one)) == "tighter"
    assert compare(Fresh("t", one), None) == "looser"
    assert compare(Fresh("t", one), Fresh("t", one)) == "same"
    assert compare(Fresh("t", one), Fresh("t", two)) == "looser"
    assert compare(Fresh("t", two), Fresh("t", one)) == "tighter"
    assert compare(Fresh("t", one), Fresh("t", two, timedelta())) == "tighter"
    assert compare(Fresh("t", one), Fresh("u", one)) == "tighter"
