from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.contract.check import check
from modelbout.contract.checks.monotonic import Order, compare
from modelbout.contract.load import parse_contract
from modelbout.data.engines.polars import PolarsEngine
from modelbout.data.sources import Scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

NAN = float("nan")


@pytest.mark.parametrize(
    ("direction", "rows", "message"),
    [
        ("increasing", (4,), "1 of 5 rows have a `a` lower than that of the row before"),
        ("strictly_increasing", (2, 4), "2 of 5 rows have a `a` not above that of the row before"),
        ("decreasing", (3, 5), "2 of 5 rows have a `a` higher than that of the row before"),
        ("strictly_decreasing", (2, 3, 5), "3 of 5 rows have a `a` not below that of the row before"),
    ],
)
def test_each_direction(hold: Hold, direction: str, rows: tuple[int, ...], message: str) -> None:
    (found,) = hold({"a": [1, 1, 3, 2, 4]}, f"a: {{type: integer, monotonic: {direction}}}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("monotonic", len(rows), 5, rows)
    assert found.message == message


def test_what_keeps_its_direction_passes(hold: Hold) -> None:
    assert not hold({"a": [1, 2, 9]}, "a: {type: integer, monotonic: strictly_increasing}").findings
    assert not hold({"a": [9, 9, -1]}, "a: {type: integer, monotonic: decreasing}").findings
    assert not hold({"a": [5]}, "a: {type: integer, monotonic: strictly_decreasing}").findings


def test_rows_without_a_value_are_passed_over(hold: Hold) -> None:
    rows = {"a": [1.0, None, NAN, 2.0, None, 1.5, NAN]}
    (found,) = hold(rows, "a: {type: number, nulls: 1, monotonic: increasing}").findings
    assert (found.failed, found.rows) == (1, (6,))


def test_within_groups(hold: Hold) -> None:
    rows = {"a": [5, 1, 6, 2, 4, 0], "s": ["x", "y", "x", "y", "x", None]}
    rules = "a: {type: integer, monotonic: {order: increasing, by: [s]}}\ns: {type: string, nulls: 1}"
    (found,) = hold(rows, rules).findings
    assert (found.failed, found.rows, found.columns) == (1, (5,), ("a", "s"))
    assert found.message == "1 of 6 rows have a `a` lower than that of the row before of the same `s`"
    rows = {"a": [1, 2, 1, 3], "s": ["x", "x", "x", "x"], "t": [1, 1, 2, 2]}
    rules = "a: {type: integer, monotonic: {order: increasing, by: [s, t]}}\ns: {type: string}\nt: {type: integer}"
    assert not hold(rows, rules).findings


def test_dates_and_moments_are_ordered_as_they_happen(hold: Hold) -> None:
    days = {"a": [dt.date(2026, 1, 2), dt.date(2026, 1, 1)]}
    assert hold(days, "a: {type: date, monotonic: increasing}").findings[0].rows == (2,)
    # In Berlin the clock shows half past two twice that night.
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    night = pl.Series([first, first + dt.timedelta(minutes=45)]).dt.convert_time_zone("Europe/Berlin")
    rule = "a: {type: datetime, timezone: Europe/Berlin, monotonic: strictly_increasing}"
    assert not hold({"a": night}, rule).findings
    assert hold({"a": night.reverse()}, rule).findings


def test_the_long_form(hold: Hold) -> None:
    rows = {"a": [9, 1, 5, 4, 3], "b": [0, 1, 1, 1, 1]}
    rule = "{is: increasing, level: warn, where: b == 1, owner: me, reason: so}"
    (found,) = hold(rows, f"a: {{type: integer, monotonic: {rule}}}\nb: {{type: integer}}").findings
    assert (found.level, found.failed, found.total, found.rows) == ("warn", 2, 4, (4, 5))
    assert found.message.endswith("of those where `b == 1` (why the rule is there: so)")
    assert found.fix.endswith("Owner: me.")
    rule = "{order: increasing, by: [b], tolerance: 2}"
    assert not hold(rows, f"a: {{type: integer, monotonic: {rule}}}\nb: {{type: integer}}").findings


@dataclass(frozen=True)
class Unordered(PolarsEngine):
    """An engine whose rows have no order, as those of a database."""

    def numbered(self, lazy: pl.LazyFrame) -> None:  # type: ignore[override]  # noqa: ARG002 -- as the protocol has it
        return None


def test_where_rows_have_no_order_it_does_not_pass() -> None:
    lazy = pl.DataFrame({"a": [1, 2]}).lazy()
    contract = parse_contract("version: 1\ncolumns: {a: {type: integer, monotonic: increasing}}", shown="c")
    (found,) = check(Scan(lazy=lazy, columns=("a",), engine=Unordered()), contract, role="train").findings
    assert (found.check, found.failed, found.rows) == ("monotonic", 2, ())
    assert found.message == "whether `a` is increasing cannot be told: the rows of this table have no order"
    assert "export" in found.fix


def test_it_needs_all_its_columns(hold: Hold) -> None:
    assert [one.check for one in hold({"a": ["x"]}, "a: {type: integer, monotonic: increasing}").findings] == ["type"]
    rules = "a: {type: integer, monotonic: {order: increasing, by: [s]}}\ns: {type: integer}"
    assert [one.check for one in hold({"a": [2, 1], "s": ["x", "x"]}, rules).findings] == ["type"]
    assert [one.check for one in hold({"a": [2, 1]}, rules).findings] == ["required"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("up", "found `up`"),
        ("[increasing]", "found no mapping"),
        ("{by: [a]}", "the key `order` is missing"),
        ("{order: [x]}", "found no word"),
        ("{order: increasing, by: a}", "found no list of columns"),
        ("{order: increasing, by: [z]}", "`z` is no column of this contract"),
        ("{order: increasing, to: 5}", "unknown key `to`"),
    ],
)
def test_what_is_no_order_is_refused(refused: Refused, value: str, found: str) -> None:
    (problem,) = refused(f"a: {{type: integer, monotonic: {value}}}")
    assert problem.found == found


def test_it_is_for_what_has_an_order(refused: Refused) -> None:
    (problem,) = refused("a: {type: string, monotonic: increasing}")
    assert problem.found == "`monotonic` is for date, datetime, integer or number columns; this one is string"


@given(st.lists(st.tuples(st.none() | st.integers(-3, 3), st.sampled_from("xy")), min_size=1, max_size=30))
def test_the_rows_are_those_of_a_loop(rows: list[tuple[Any, str]]) -> None:
    frame = pl.DataFrame(
        {"a": [value for value, _ in rows], "s": [group for _, group in rows]}, schema={"a": pl.Int64, "s": pl.String}
    )
    rule = "monotonic: {order: increasing, by: [s]}"
    text = f"version: 1\ncolumns: {{a: {{type: integer, nulls: 1, {rule}}}, s: {{type: string}}}}"
    findings = check(
        Scan(lazy=frame.lazy(), columns=("a", "s")), parse_contract(text, shown="c"), role="train"
    ).findings
    last: dict[str, int] = {}
    expected = []
    for number, (value, group) in enumerate(rows, start=1):
        if value is not None:
            if value < last.get(group, value):
                expected.append(number)
            last[group] = value
    assert [one.failed for one in findings] == ([len(expected)] if expected else [])
    assert [one.rows for one in findings] == ([tuple(expected[:5])] if expected else [])


UP = Order("increasing")


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (UP, UP, "same"),
        (UP, Order("strictly_increasing"), "tighter"),
        (Order("strictly_increasing"), UP, "looser"),
        (UP, Order("decreasing"), "tighter"),
        (UP, Order("increasing", ("s",)), "tighter"),
        (None, UP, "tighter"),
        (UP, None, "looser"),
        (None, None, "same"),
    ],
)
def test_a_strict_order_asks_more(old: Order | None, new: Order | None, change: str) -> None:
    assert compare(old, new) == change
