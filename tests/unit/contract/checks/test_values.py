from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.values import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_other_values_are_counted_and_never_shown(hold: Hold) -> None:
    (found,) = hold({"a": ["x", "secret", None, "X"]}, "a: {type: string, nulls: 1, values: [x, z]}").findings
    assert (found.check, found.failed, found.rows) == ("values", 2, (2, 4))
    assert "secret" not in found.message + found.fix
    assert found.message.endswith("; they hold 2 different values")


def test_different_values_are_those_of_the_rows_that_fail(hold: Hold) -> None:
    rows = {"a": ["n", "n", "m", None, "n"], "b": [1, 1, 2, 2, 2], "x": [2.0, -0.0, 0.0, float("nan"), 1.0]}
    rules = """
a: {type: string, nulls: 1, values: {is: [x], where: b == 1}}
b: {type: integer, values: [3]}
x: {type: number, nulls: 1, values: [7]}
"""
    found = hold(rows, rules).findings
    assert [one.message for one in found] == [
        "2 of 2 rows of `a` are none of the 1 allowed values; they hold one value, of those where `b == 1`",
        "5 of 5 rows of `b` are none of the 1 allowed values; they hold 2 different values",
        "4 of 5 rows of `x` are none of the 1 allowed values; they hold 3 different values",
    ]


def test_some_rows_may_hold_new_values(hold: Hold) -> None:
    rows = {"a": ["x"] * 197 + ["new", "newer", "new"]}
    rule = "a: {type: string, values: {is: [x, y], tolerance: %s}}"
    (found,) = hold(rows, rule % 0.01).findings
    assert found.message == (
        "3 of 200 rows of `a` are none of the 2 allowed values: 1.50%, at most 1.00% may hold others; "
        "they hold 2 different values"
    )
    assert found.rows == (198, 199, 200)
    (found,) = hold(rows, rule % 2).findings
    assert found.message.endswith("1.50%, at most 2 rows may hold others; they hold 2 different values")
    assert not hold(rows, rule % 0.015).findings
    assert not hold(rows, rule % 3).findings


def test_the_long_form(hold: Hold) -> None:
    rows = {"a": ["x", "y", "z"], "b": [1, 2, 3]}
    rules = "a: {type: string, values: {is: [x], level: warn, where: b < 3, owner: me, reason: so}}\nb: {type: integer}"
    (found,) = hold(rows, rules).findings
    assert (found.level, found.failed, found.total, found.rows) == ("warn", 1, 2, (2,))
    assert "why the rule is there: so" in found.message
    assert found.fix.endswith("Owner: me.")


@pytest.mark.parametrize(
    ("column", "rules"),
    [
        ([0, 1], "a: {type: integer, values: [0, 1]}"),
        ([0.5, 1.0, float("nan")], "a: {type: number, nulls: 1, values: [0.5, 1]}"),
        ([0, 1], "a: {type: number, values: [0, 1]}"),
        ([True], "a: {type: boolean, values: [true]}"),
        (["0", "1.50"], "a: {type: string, values: [0, 1.50]}"),
    ],
)
def test_values_have_the_type_of_the_column(hold: Hold, column: list[object], rules: str) -> None:
    assert not hold({"a": column}, rules).findings


def test_dates_can_be_listed(hold: Hold) -> None:
    rows = {"a": [dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 1, 12)]}  # noqa: DTZ001 -- a column without zone
    (found,) = hold(rows, "a: {type: datetime, values: [2026-01-01]}").findings
    assert found.rows == (2,)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("x", "found no list"),
        ("[]", "a list of 0 values"),
        ("[x, x]", "`x` stands twice"),
        ("[[x]]", "found a list"),
        ("[true]", "found `true`, which YAML reads as true or false"),
    ],
)
def test_a_list_that_says_nothing_is_refused(refused: Refused, values: str, found: str) -> None:
    assert refused(f"a: {{type: string, values: {values}}}")[0].found == found


def test_all_faults_of_a_list_are_told(refused: Refused) -> None:
    assert len(refused("a: {type: integer, values: [x, 1, y, 1]}")) == 3


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (("a",), ("a", "b"), "looser"),
        (("a", "b"), ("a",), "tighter"),
        (("a",), ("b",), "tighter"),
        (("a", "b"), ("b", "a"), "same"),
        (None, ("a",), "tighter"),
        (("a",), None, "looser"),
        (None, None, "same"),
    ],
)
def test_fewer_values_ask_more(old: tuple[str, ...] | None, new: tuple[str, ...] | None, change: str) -> None:
    assert compare(old, new) == change
