from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.nan import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

NAN = float("nan")


def test_nan_and_null_are_told_apart(hold: Hold) -> None:
    rows = {"a": [NAN, 1.0, None, NAN]}
    found = hold(rows, "a: {type: number, nan: 0}").findings
    assert [(one.check, one.failed, one.rows) for one in found] == [("nulls", 1, (3,)), ("nan", 2, (1, 4))]
    assert [one.message for one in found] == ["1 of 4 rows have no `a`", "2 of 4 rows of `a` are NaN"]
    (found_one,) = hold(rows, "a: {type: number, nulls: 0.25, nan: 0.25}").findings
    assert found_one.message == "2 of 4 rows of `a` are NaN: 50.00%, allowed 25.00%"
    assert not hold(rows, "a: {type: number, nulls: 0.25, nan: 0.5}").findings


def test_without_it_both_are_missing_values(hold: Hold) -> None:
    (found,) = hold({"a": [NAN, 1.0, None]}, "a: {type: number}").findings
    assert (found.check, found.failed) == ("nulls", 2)


def test_as_many_as_there_are(hold: Hold) -> None:
    assert not hold({"a": [NAN, NAN]}, "a: {type: number, nan: 1}").findings


def test_only_floats_hold_nan(hold: Hold, refused: Refused) -> None:
    assert not hold({"a": [1, 2]}, "a: {type: number, nan: 0}").findings
    (problem,) = refused("a: {type: string, nan: 0}")
    assert problem.found == "`nan` is for integer or number columns; this one is string"


def test_the_long_form(hold: Hold) -> None:
    rules = 'a: {type: number, nan: {is: 0, level: warn, where: "b > 1", owner: ml, reason: logs}}\nb: {type: integer}'
    (found,) = hold({"a": [NAN, NAN, 1.0], "b": [1, 2, 3]}, rules).findings
    assert (found.level, found.failed, found.total, found.rows) == ("warn", 1, 2, (2,))
    assert found.message == "1 of 2 rows of `a` are NaN, of those where `b > 1` (why the rule is there: logs)"
    assert found.fix.endswith("Owner: ml.")


@pytest.mark.parametrize("text", ["2", "-1", "none", "[0]", "{is: 0, tolerance: 1}"])
def test_anything_but_a_share_is_refused(refused: Refused, text: str) -> None:
    assert len(refused(f"a: {{type: number, nan: {text}}}")) == 1


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (0.1, 0.1, "same"),
        (0.1, 0.0, "tighter"),
        (0.0, 0.1, "looser"),
        (None, None, "same"),
        # Before, `nulls` counted NaN: whatever it allowed, this allows all, or perhaps less.
        (None, 1.0, "looser"),
        (None, 0.5, "tighter"),
        # Afterwards `nulls` counts NaN again: of data without any it never asks more.
        (0.0, None, "looser"),
        (0.5, None, "tighter"),
    ],
)
def test_a_smaller_share_asks_more(old: float | None, new: float | None, change: str) -> None:
    assert compare(old, new) == change
