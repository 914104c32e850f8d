from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.checks.near_constant import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

NAN = float("nan")


def test_a_constant_column(hold: Hold) -> None:
    (found,) = hold({"a": ["secret"] * 4}, "a: {type: string, near_constant: 1}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("near_constant", 4, 4, ())
    assert found.message == "`a` has one and the same value in all 4 rows that have one"
    assert not hold({"a": ["x"] * 3 + ["y"]}, "a: {type: string, near_constant: 1}").findings


def test_a_nearly_constant_column(hold: Hold) -> None:
    rows = {"a": [0] * 29 + list(range(1, 72))}
    assert not hold(rows, "a: {type: integer, near_constant: 0.3}").findings
    (found,) = hold(rows, "a: {type: integer, near_constant: 0.29}").findings
    assert found.failed == 29
    assert found.message == "one value takes 29.00% of the 100 rows that have `a`; less than 29.00% is allowed"


def test_only_rows_with_a_value_are_counted(hold: Hold) -> None:
    (found,) = hold({"a": [1.0, None, NAN, None, 1.0]}, "a: {type: number, nulls: 1, near_constant: 1}").findings
    assert found.message == "`a` has one and the same value in all 2 rows that have one"
    rows = {"a": [None, None, None, None, "x", "y"]}
    assert not hold(rows, "a: {type: string, nulls: 1, near_constant: 0.6}").findings


@pytest.mark.parametrize("column", [[None, None], [NAN, None], []])
def test_a_column_without_any_value_fails(hold: Hold, column: list[float | None]) -> None:
    frame = pl.DataFrame({"a": column}, schema={"a": pl.Float64})
    found = hold(frame, "a: {type: number, nulls: 1, near_constant: 0.99}", "rows: {min: 0}").findings
    assert [(one.check, one.message) for one in found] == [("near_constant", "no row has a value of `a`")]


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([True] * 3, "boolean"),
        ([dt.date(2026, 1, 1)] * 3, "date"),
        ([0.0, -0.0], "number"),
        (pl.Series(["x", "x"], dtype=pl.Categorical), "string"),
    ],
)
def test_every_type(hold: Hold, column: list[object], kind: str) -> None:
    assert [one.check for one in hold({"a": column}, f"a: {{type: {kind}, near_constant: 1}}").findings] == [
        "near_constant"
    ]


def test_the_long_form(hold: Hold) -> None:
    rows = {"a": ["x", "y", "y"], "b": [1, 2, 3]}
    rule = "{is: 1, level: warn, where: b > 1, owner: me, reason: so}"
    rules = f"a: {{type: string, near_constant: {rule}}}\nb: {{type: integer}}"
    (found,) = hold(rows, rules).findings
    assert (found.level, found.failed, found.total) == ("warn", 2, 2)
    assert found.message.endswith("of those where `b > 1` (why the rule is there: so)")
    assert found.fix.endswith("Owner: me.")
    (found,) = hold(rows, rules.replace("b > 1", "b > 9")).findings
    assert found.message.startswith("no row has a value of `a`")


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    assert [one.check for one in hold({"a": ["x"]}, "a: {type: number, near_constant: 1}").findings] == ["type"]


@pytest.mark.parametrize("value", ["0", "1.1", "-0.5", "yes", "[0.9]", ".nan", "{is: 0}"])
def test_what_is_no_share_is_refused(refused: Refused, value: str) -> None:
    (problem,) = refused(f"a: {{type: number, near_constant: {value}}}")
    assert problem.allowed == "a share above 0, up to 1"


def test_it_has_no_tolerance(refused: Refused) -> None:
    (problem,) = refused("a: {type: number, near_constant: {is: 1, tolerance: 5}}")
    assert problem.found == "unknown key `tolerance`"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [(1.0, 1.0, "same"), (1.0, 0.9, "tighter"), (0.9, 1.0, "looser"), (None, 1.0, "tighter"), (1.0, None, "looser")],
)
def test_a_smaller_share_asks_more(old: float | None, new: float | None, change: str) -> None:
    assert compare(old, new) == change
