from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_a_column_that_is_gone_is_one_finding(hold: Hold) -> None:
    (found,) = hold({"Total": [1]}, "total: {type: integer, min: 5, unique: true}", "unexpected: allow").findings
    assert (found.check, found.failed, found.total, found.columns) == ("required", 1, 1, ("total",))
    assert "The table has `Total`: was the column renamed?" in found.fix


def test_an_optional_column_may_be_gone(hold: Hold) -> None:
    assert not hold({"b": [1]}, "a: {type: integer, required: false, min: 5}\nb: {type: integer}").findings
    (found,) = hold({"b": [1]}, "a: {type: integer, required: {is: true, level: warn}}\nb: {type: integer}").findings
    assert found.level == "warn"


@pytest.mark.parametrize("text", ["yes", "[true]", "{}", "1"])
def test_only_true_and_false_are_answers(refused: Refused, text: str) -> None:
    (problem,) = refused(f"a: {{type: integer, required: {text}}}")
    assert "true" in problem.allowed or problem.fix
