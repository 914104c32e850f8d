from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_the_end_itself_is_allowed(hold: Hold) -> None:
    assert not hold({"a": [2, 2]}, "a: {type: integer, max: 2}").findings


def test_values_beyond_it_are_counted_and_located(hold: Hold) -> None:
    (found,) = hold({"a": [2, 3, None]}, "a: {type: integer, nulls: 1, max: 2}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("max", 1, 3, (2,))
    assert found.message == "1 of 3 rows of `a` are above 2"


def test_nan_does_not_fail_and_an_infinity_does(hold: Hold) -> None:
    rows = {"a": [float("nan"), float("inf"), float("-inf")]}
    (found,) = hold(rows, "a: {type: number, nulls: 1, infinite: true, max: 2.5}").findings
    assert (found.failed, found.rows) == (1, (2,))
    assert found.message.endswith("above 2.5")


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        ("integer", "1.5"),
        ("integer", "99999999999999999999"),
        ("number", ".inf"),
        ("number", "x"),
        ("number", "[1]"),
        ("number", "null"),
        ("date", "2026-02-30"),
        ("datetime", '"2026-02-03T10:00:00+01:00"'),
        ("date", "1"),
    ],
)
def test_an_end_of_another_type_is_refused(refused: Refused, kind: str, bound: str) -> None:
    (problem,) = refused(f"a: {{type: {kind}, max: {bound}}}")
    assert problem.place.key == "columns.a.max"
    assert problem.allowed


@pytest.mark.parametrize("kind", ["string", "boolean"])
def test_it_is_for_types_with_an_order(refused: Refused, kind: str) -> None:
    (problem,) = refused(f"a: {{type: {kind}, max: 1}}")
    assert problem.found.endswith(f"this one is {kind}")
