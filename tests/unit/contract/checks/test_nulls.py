from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_no_value_may_be_missing_unless_said(hold: Hold) -> None:
    (found,) = hold({"a": [1, None, None]}, "a: {type: integer}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("nulls", 2, 3, (2, 3))
    assert found.message == "2 of 3 rows have no `a`"


def test_a_share_is_a_limit_and_itself_included(hold: Hold) -> None:
    rows = {"a": [None] * 29 + [1] * 71}
    assert not hold(rows, "a: {type: integer, nulls: 0.29}").findings
    (found,) = hold(rows, "a: {type: integer, nulls: 0.28}").findings
    assert found.message == "29 of 100 rows have no `a`: 29.00%, allowed 28.00%"
    assert len(found.rows) == 5
    assert not hold({"a": [None]}, "a: {type: integer, nulls: 1}").findings


def test_nan_is_no_value(hold: Hold) -> None:
    (found,) = hold({"a": [float("nan"), 1.0, None]}, "a: {type: number}").findings
    assert (found.check, found.failed, found.rows) == ("nulls", 2, (1, 3))


def test_a_text_that_cannot_be_read_is_no_missing_value(hold_csv: Hold) -> None:
    found = hold_csv("a,b\n1,x\n,x\nz,x\n", "a: {type: number}\nb: {type: string}").findings
    assert [(one.check, one.rows) for one in found] == [("nulls", (2,)), ("type", (3,))] or [
        (one.check, one.rows) for one in found
    ] == [("type", (3,)), ("nulls", (2,))]


@pytest.mark.parametrize("text", ["2", "-0.1", ".nan", "some", "[0]", "{is: 0, tolerance: 0.1}"])
def test_anything_but_a_share_is_refused(refused: Refused, text: str) -> None:
    (problem,) = refused(f"a: {{type: integer, nulls: {text}}}")
    assert problem.place.key in ("columns.a.nulls", "columns.a.nulls.tolerance")


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    assert [one.check for one in hold({"a": ["x", None]}, "a: {type: integer}").findings] == ["type"]
