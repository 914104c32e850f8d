from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.expression import compare
from modelbout.contract.condition import Condition
from modelbout.contract.expressions import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


COLUMNS = "total: {type: number, nulls: 1}\nmonthly: {type: number, nulls: 1}\ntenure: {type: integer, nulls: 1}"


def test_rows_that_break_it_are_counted_and_unknown_ones_are_not(hold: Hold) -> None:
    rows = {"total": [1.0, 9.0, None, 1.0], "monthly": [2.0, 2.0, 2.0, float("nan")], "tenure": [1, 1, 1, 1]}
    (found,) = hold(rows, COLUMNS, 'expressions: ["total >= monthly or tenure == 0"]').findings
    assert (found.check, found.failed, found.rows) == ("expression", 1, (1,))
    assert found.columns == ("total", "monthly", "tenure")
    assert found.message == "1 of 4 rows break the rule `total >= monthly or tenure == 0`"


def test_the_long_form_has_name_level_and_tolerance(hold: Hold) -> None:
    rows = {"total": [1.0, 9.0], "monthly": [2.0, 2.0], "tenure": [1, 1]}
    rule = '{expr: "total >= monthly", name: adds up, level: warn, tolerance: %s}'
    (found,) = hold(rows, COLUMNS, f"expressions: [{rule % 0.4}]").findings
    assert (found.rule, found.level) == ("adds up", "warn")
    assert "`adds up`" in found.message
    assert not hold(rows, COLUMNS, f"expressions: [{rule % 0.5}]").findings


def test_a_missing_operand_fails_only_when_asked(hold: Hold) -> None:
    rows = {"total": [None, 3.0], "monthly": [1.0, 1.0], "tenure": [1, 1]}
    (found,) = hold(rows, COLUMNS, 'expressions: ["total is not null and total > monthly"]').findings
    assert found.rows == (1,)


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    found = hold(
        {"total": ["x"], "monthly": [1.0], "tenure": [1]}, COLUMNS, 'expressions: ["total > monthly"]'
    ).findings
    assert [one.check for one in found] == ["type"]


def test_faults_have_a_place_and_a_position(refused: Refused) -> None:
    (problem,) = refused(COLUMNS, 'expressions: ["total > monthlyy"]')
    assert problem.found == "at character 9 of the expression: `monthlyy` is no column of this contract"
    assert problem.fix == "Did you mean `monthly`?"
    assert problem.place.key == "table.expressions[0]"
    (problem,) = refused(COLUMNS, "expressions: [[a]]")
    assert problem.found == "found no expression"
    (problem,) = refused(COLUMNS, "expressions: [{name: x}]")
    assert problem.found == "the key `expr` is missing"


@pytest.mark.parametrize(("new", "change"), [("a", "same"), ("b", "tighter"), (None, "looser")])
def test_another_text_may_ask_more(new: str | None, change: str) -> None:
    made = {name: Condition(name, parse(f"{name} > 1", {"a": "number", "b": "number"})) for name in "ab"}
    assert compare(made["a"], made[new] if new else None) == change
