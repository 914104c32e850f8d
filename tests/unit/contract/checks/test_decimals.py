from __future__ import annotations

import decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.contract.check import check
from modelbout.contract.checks.decimals import compare
from modelbout.contract.load import parse_contract
from modelbout.data.sources import Scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

NAN, INF = float("nan"), float("inf")


def test_further_digits_are_counted(hold: Hold) -> None:
    rows = {"a": [19.99, 19.999, None, 20.0, -0.001, 0.1, -7.25]}
    (found,) = hold(rows, "a: {type: number, nulls: 1, decimals: 2}").findings
    assert (found.check, found.failed, found.rows) == ("decimals", 2, (2, 5))
    assert found.message == "2 of 7 rows of `a` have more than 2 digits after the point"
    (found,) = hold(rows, "a: {type: number, nulls: 1, decimals: 0}").findings
    assert found.rows == (1, 2, 5, 6, 7)


def test_the_trace_of_a_few_additions_is_no_digit(hold: Hold) -> None:
    rows = {"a": [0.1 + 0.2, 1.1 * 3, 4.35 * 100 / 100, sum([0.1] * 10)]}
    assert not hold(rows, "a: {type: number, decimals: 2}").findings
    (found,) = hold({"a": [0.3 + 1e-12, 1 / 3]}, "a: {type: number, decimals: 2}").findings
    assert found.failed == 2


def test_what_holds_no_further_digit_does_not_fail(hold: Hold) -> None:
    rows = {"a": [2.0**53, -(2.0**60), 1.7e308, -1.7e308, 0.0, -0.0, NAN, INF, -INF, 90071992547409.91]}
    assert not hold(rows, "a: {type: number, nulls: 1, infinite: true, decimals: 2}").findings
    (found,) = hold({"a": [5e-324, 1e-15]}, "a: {type: number, decimals: 14}").findings
    assert found.rows == (1, 2)


def test_decimals_and_whole_numbers(hold: Hold, hold_csv: Hold) -> None:
    frame = pl.DataFrame({"a": pl.Series([decimal.Decimal("1.25"), decimal.Decimal("1.50")])})
    (found,) = hold(frame, "a: {type: number, decimals: 1}").findings
    assert found.rows == (1,)
    assert not hold({"a": [1, 2**60]}, "a: {type: number, decimals: 0}").findings
    (found,) = hold_csv("a\n1.50\n1.055\n", "a: {type: number, decimals: 2}").findings
    assert found.rows == (2,)


def test_the_long_form(hold: Hold) -> None:
    rows = {"a": [0.5, 0.25, 0.125, 0.375], "b": [1, 2, 3, 4]}
    rules = "a: {type: number, decimals: {is: 2, level: warn, where: b < 4, owner: me, reason: so}}\nb: {type: integer}"
    (found,) = hold(rows, rules).findings
    assert (found.level, found.failed, found.total, found.rows) == ("warn", 1, 3, (3,))
    assert "why the rule is there: so" in found.message
    assert found.fix.endswith("Owner: me.")
    assert not hold(rows, "a: {type: number, decimals: {is: 2, tolerance: 2}}\nb: {type: integer}").findings


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    assert [one.check for one in hold({"a": ["x"]}, "a: {type: number, decimals: 2}").findings] == ["type"]


@pytest.mark.parametrize("value", ["-1", "16", "1.5", "two", "[1]", "{is: true}", "1e1"])
def test_what_is_no_number_of_digits_is_refused(refused: Refused, value: str) -> None:
    (problem,) = refused(f"a: {{type: number, decimals: {value}}}")
    assert problem.allowed == "a whole number of digits from 0 to 15"


def test_it_is_for_numbers(refused: Refused) -> None:
    assert (
        refused("a: {type: integer, decimals: 0}")[0].found == "`decimals` is for number columns; this one is integer"
    )


@given(st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=30))
def test_the_count_is_that_of_the_decimals_as_they_are_written(numbers: list[decimal.Decimal]) -> None:
    frame = pl.DataFrame({"a": [float(number) for number in numbers]}, schema={"a": pl.Float64})
    contract = parse_contract("version: 1\ncolumns: {a: {type: number, decimals: 2}}", shown="c")
    findings = check(Scan(lazy=frame.lazy(), columns=("a",)), contract, role="train").findings
    assert sum(one.failed for one in findings) == sum(number != round(number, 2) for number in numbers)


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (2, 2, "same"),
        (2, 1, "tighter"),
        (1, 2, "looser"),
        (None, 0, "tighter"),
        (0, None, "looser"),
        (None, None, "same"),
    ],
)
def test_fewer_digits_ask_more(old: int | None, new: int | None, change: str) -> None:
    assert compare(old, new) == change
