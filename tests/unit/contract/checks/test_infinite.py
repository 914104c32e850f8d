from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.contract.checks.infinite import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_infinite_numbers_fail_unless_allowed(hold: Hold) -> None:
    rows = {"a": [float("inf"), 1.0, float("-inf"), float("nan")]}
    (found,) = hold(rows, "a: {type: number, nulls: 1}").findings
    assert (found.check, found.failed, found.rows) == ("infinite", 2, (1, 3))
    assert not hold(rows, "a: {type: number, nulls: 1, infinite: true}").findings


def test_it_is_for_numbers_only(refused: Refused) -> None:
    (problem,) = refused("a: {type: integer, infinite: true}")
    assert problem.found == "`infinite` is for number columns; this one is integer"


def test_allowing_asks_less() -> None:
    assert compare(False, True) == "looser"  # noqa: FBT003 -- the values of the key
    assert compare(True, False) == "tighter"  # noqa: FBT003 -- the values of the key
    assert compare(None, True) == "same"  # noqa: FBT003 -- the values of the key
