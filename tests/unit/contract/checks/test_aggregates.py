from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.contract.check import check
from modelbout.contract.checks.aggregates import Aggregate, compare
from modelbout.contract.load import parse_contract
from modelbout.contract.spans import Span
from modelbout.data.sources import Scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

NAN, INF = float("nan"), float("inf")


def number(*rules: str) -> str:
    return f"a: {{type: number, nulls: 1, infinite: true, aggregates: [{', '.join(rules)}]}}"


def test_a_mean_beyond_its_bounds_is_shown_with_them(hold: Hold) -> None:
    (found,) = hold({"a": [1.0] * 10 + [None, NAN]}, number("{mean: {min: 2, max: 4}}")).findings
    assert (found.check, found.failed, found.total, found.rows) == ("aggregates", 1, 0, ())
    assert found.message == "the mean of `a` over 10 values is 1, not from 2 to 4"
    assert not hold({"a": [1.0, 5.0, None, NAN]}, number("{mean: {min: 3, max: 3}}")).findings


def test_of_few_rows_nothing_is_shown(hold: Hold) -> None:
    found = hold({"a": [7.25] * 9}, number("{mean: {min: 8}}", "{sum: {max: 1}}", "{std: {min: 1}}")).findings
    assert [one.message for one in found] == [
        "the mean of `a` over 9 values is not at least 8",
        "the sum of `a` over 9 values is not at most 1",
        "the std of `a` over 9 values is not at least 1",
    ]


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("{sum: {min: 10, max: 10}}", True),
        ("{sum: {max: 9.9}}", False),
        ("{mean: {min: 2.5, max: 2.5}}", True),
        ("{mean: {min: 2.6}}", False),
        ("{std: {min: 1.2909, max: 1.2910}}", True),
        ("{std: {max: 1.2}}", False),
        ("{median: {min: 2, max: 2}}", True),
        ("{median: {min: 2.1}}", False),
        ("{median: {max: 1.9}}", False),
        ("{quantile: {at: 0, min: 1, max: 1}}", True),
        ("{quantile: {at: 1, min: 4, max: 4}}", True),
        ("{quantile: {at: 1, max: 3}}", False),
        ("{quantile: {at: 1, min: 5}}", False),
        ("{quantile: {at: 0, min: 2}}", False),
        ("{quantile: {at: 0.75, min: 3, max: 3}}", True),
        ("{quantile: {at: 0.76, min: 4, max: 4}}", True),
        ("{share: {of: 1, min: 0.25, max: 0.25}}", True),
        ("{share: {of: 1, min: 0.26}}", False),
        ("{share: {of: 9, max: 0}}", True),
    ],
)
def test_each_aggregate_and_its_ends(hold: Hold, rule: str, holds: bool) -> None:  # noqa: FBT001 -- a table
    assert (not hold({"a": [4.0, 1.0, None, 3.0, NAN, 2.0]}, number(rule)).findings) is holds


def test_a_quantile_is_told_by_counts_and_never_shown(hold: Hold) -> None:
    rows = {"a": [*range(94), *[987_654] * 6]}
    (found,) = hold(rows, "a: {type: integer, aggregates: [{quantile: {at: 0.95, max: 100}}]}").findings
    assert found.message == "the 0.95 quantile of `a` lies above 100: 6 of 100 values lie above 100, at most 5 may"
    (found,) = hold(rows, "a: {type: integer, aggregates: [{median: {min: 60.5}}]}").findings
    assert found.message == "the median of `a` lies below 60.5: 61 of 100 values lie below 60.5, at most 49 may"
    assert not hold(rows, "a: {type: integer, aggregates: [{quantile: {at: 0.94, max: 100}}]}").findings


def test_a_share_is_one_of_the_values_that_are_there(hold: Hold) -> None:
    rows = {"a": ["Yes"] * 3 + ["No"] * 7 + [None] * 10}
    rule = "a: {type: string, nulls: 1, aggregates: [{share: {of: 'Yes', min: %s, max: 0.4}}]}"
    assert not hold(rows, rule % 0.3).findings
    (found,) = hold(rows, rule % 0.35).findings
    assert found.message == "3 of 10 values of `a` are `Yes`: 30.00%, not from 35 to 40 %"
    assert not hold(
        {"a": [True] * 29 + [False] * 71}, "a: {type: boolean, aggregates: [{share: {of: true, min: 0.29, max: 0.29}}]}"
    ).findings


def test_dates_have_a_median_and_every_type_a_share(hold: Hold) -> None:
    rows = {"a": [dt.date(2026, 1, day) for day in (1, 2, 3, 4)]}
    rules = "{median: {min: 2026-01-02, max: 2026-01-02}}, {share: {of: 2026-01-01, max: 0.1}}"
    (found,) = hold(rows, f"a: {{type: date, aggregates: [{rules}]}}").findings
    assert found.message == "1 of 4 values of `a` are `2026-01-01`: 25.00%, not at most 10 %"


@pytest.mark.parametrize("column", [[None, NAN], []])
@pytest.mark.parametrize("rule", ["{mean: {min: 0}}", "{quantile: {at: 0.5, max: 0}}", "{share: {of: 1, max: 1}}"])
def test_without_values_it_fails(hold: Hold, column: list[float | None], rule: str) -> None:
    frame = pl.DataFrame({"a": column}, schema={"a": pl.Float64})
    (found,) = hold(frame, number(rule), "rows: {min: 0}").findings
    assert found.message.startswith("no row has a value of `a`: no ")
    assert found.failed == 1


@pytest.mark.parametrize("column", [[INF, 1.0], [INF, -INF]])
def test_what_is_no_finite_number_fails(hold: Hold, column: list[float]) -> None:
    (found,) = hold({"a": column}, number("{mean: {min: 0}}")).findings
    assert found.message == "the mean of `a` over 2 values is no finite number, so not at least 0"
    (found,) = hold({"a": [1.0]}, number("{std: {min: 0}}")).findings
    assert "no finite number" in found.message


def test_infinities_are_values_of_a_quantile(hold: Hold) -> None:
    rows = {"a": [-INF, 1.0, INF]}
    assert not hold(rows, number("{median: {min: 1, max: 1}}", "{quantile: {at: 0, max: -5}}")).findings
    assert hold(rows, number("{quantile: {at: 1, max: 1e300}}")).findings


def test_sums_are_wider_than_the_whole_numbers_they_are_made_of(hold: Hold) -> None:
    rows = {"a": [2**62] * 4}
    assert not hold(rows, "a: {type: integer, aggregates: [{sum: {min: 18e18, max: 19e18}}]}").findings
    assert not hold({"a": [0.1, 0.2, 0.3]}, number("{sum: {max: 0.6}}")).findings


def test_the_long_form(hold: Hold) -> None:
    rows = {"a": [1.0] * 5 + [2.0] * 20, "b": [0] * 5 + [1] * 20}
    rule = "{mean: {max: 1.5}, level: warn, where: b == 1, owner: me, reason: so, name: usual size}"
    (found,) = hold(rows, number(rule) + "\nb: {type: integer}").findings
    assert (found.level, found.rule) == ("warn", "usual size")
    assert found.message == (
        "the mean of `a` over 20 values is 2, not at most 1.5, of those where `b == 1` (why the rule is there: so)"
    )
    assert found.fix.endswith("Owner: me.")
    assert not hold(rows, number(rule.replace("b == 1", "b == 0")) + "\nb: {type: integer}").findings
    (found,) = hold(rows, number(rule.replace("b == 1", "b == 7")) + "\nb: {type: integer}").findings
    assert found.message.startswith("no row has a value of `a`")
    assert hold(rows, number("{is: {mean: {max: 1.5}}, level: warn}") + "\nb: {type: integer}").passed


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    assert [one.check for one in hold({"a": ["x"]}, number("{mean: {max: 0}}")).findings] == ["type"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("{mean: {min: 1}}", "found no list"),
        ("[mean]", "found no mapping"),
        ("[{}]", "the key `is` is missing"),
        ("[{average: {min: 1}}]", "unknown key `average`"),
        ("[{mean: {min: 1}, sum: {min: 1}}]", "2 aggregates in one rule"),
        ("[{mean: 5}]", "found no mapping"),
        ("[{mean: {}}]", "found no range"),
        ("[{mean: {at: 5}}]", "unknown key `at`"),
        ("[{mean: {min: 2, max: 1}}]", "min 2 is above max 1"),
        ("[{mean: {min: x}}]", "found `x`"),
        ("[{mean: {min: .nan}}]", "found `.nan`"),
        ("[{quantile: {max: 1}}]", "the key `at` is missing"),
        ("[{quantile: {at: 1.5, max: 1}}]", "found `1.5`"),
        ("[{share: {min: 0.5}}]", "the key `of` is missing"),
        ("[{share: {of: 1, min: 2}}]", "found `2`"),
        ("[{share: {of: x, min: 0}}]", "found `x`"),
        ("[{mean: {min: 1}, tolerance: 5}]", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_aggregate_is_refused(refused: Refused, value: str, found: str) -> None:
    (problem,) = refused(f"a: {{type: number, aggregates: {value}}}")
    assert problem.found == found


def test_each_is_for_some_types(refused: Refused) -> None:
    (problem,) = refused("a: {type: string, aggregates: [{mean: {min: 1}}]}")
    assert problem.found == "`mean` is for integer or number columns; this one is string"
    (problem,) = refused("a: {type: boolean, aggregates: [{median: {min: 1}}]}")
    assert problem.found == "`median` is for date, datetime, integer or number columns; this one is boolean"


@given(
    st.lists(st.none() | st.integers(-20, 20), min_size=1, max_size=40),
    st.floats(0, 1),
    st.integers(-20, 20),
    st.integers(-20, 20),
)
def test_a_quantile_is_the_kth_smallest_value(column: list[int | None], at: float, low: int, high: int) -> None:
    low, high = sorted((low, high))
    at = round(at, 3)
    frame = pl.DataFrame({"a": column}, schema={"a": pl.Int64})
    rule = f"quantile: {{at: {at}, min: {low}, max: {high}}}"
    text = f"version: 1\ncolumns: {{a: {{type: integer, nulls: 1, aggregates: [{{{rule}}}]}}}}"
    findings = check(Scan(lazy=frame.lazy(), columns=("a",)), parse_contract(text, shown="c"), role="train").findings
    values = sorted(value for value in column if value is not None)
    rank = max(1, math.ceil(round(at * len(values), 6)))
    assert (not findings) is (bool(values) and low <= values[rank - 1] <= high)


MEAN = Aggregate("mean", Span(1, 2))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (MEAN, MEAN, "same"),
        (MEAN, Aggregate("mean", Span(1, 3)), "looser"),
        (MEAN, Aggregate("mean", Span(1, 1.5)), "tighter"),
        (MEAN, Aggregate("sum", Span(1, 2)), "tighter"),
        (Aggregate("quantile", Span(1), at=0.5), Aggregate("quantile", Span(0), at=0.6), "tighter"),
        (None, MEAN, "tighter"),
        (MEAN, None, "looser"),
        (None, None, "same"),
    ],
)
def test_narrower_bounds_ask_more(old: Aggregate | None, new: Aggregate | None, change: str) -> None:
    assert compare(old, new) == change
