from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_texts_that_are_no_numbers_are_counted_located_and_explained(hold_csv: Hold) -> None:
    checked = hold_csv("a\n1\n \n2.5\nx\n", "a: {type: number}")
    (found,) = checked.findings
    assert (found.check, found.failed, found.total, found.rows) == ("type", 2, 4, (2, 4))
    assert found.message == "2 of 4 rows of `a` cannot be read as number"
    assert 'missing: ["", " "]' in found.fix
    assert "nulls:" in found.fix
    assert str(found.place) == "contract.yaml:3:13: columns.a.type"


def test_a_twenty_digit_integer_fails(hold_csv: Hold) -> None:
    (found,) = hold_csv("a\n1\n12345678901234567890\n", "a: {type: integer}").findings
    assert (found.check, found.rows) == ("type", (2,))


def test_a_date_in_another_order_asks_for_the_format(hold_csv: Hold) -> None:
    (found,) = hold_csv("a\n31/12/2026\n", "a: {type: date}").findings
    assert "format:" in found.fix
    (found,) = hold_csv("a\n31/12/2026\n", 'a: {type: date, format: "%m/%d/%Y"}').findings
    assert "format:" not in found.fix
    assert not hold_csv("a\n31/12/2026\n", 'a: {type: date, format: "%d/%m/%Y"}').findings


def test_a_stored_type_fails_whole_and_silences_the_other_rules(hold: Hold) -> None:
    (found,) = hold({"a": ["x", "y"]}, "a: {type: integer, min: 5, nulls: 0}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("type", 2, 2, ())
    assert "stored as String, not as integer" in found.message


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "number"),
        ([1.5], "number"),
        ([1], "integer"),
        (["x"], "string"),
        ([True], "boolean"),
        ([None], "integer"),
        ([None], "string"),
    ],
)
def test_types_that_fit(hold: Hold, values: list[object], kind: str) -> None:
    assert not hold({"a": values}, f"a: {{type: {kind}, nulls: 1}}").findings


def test_words_of_other_tools_are_understood(refused: Refused) -> None:
    problems = refused(
        "a: {type: float}\nb: {type: strin}\nc: {type: [integer]}\nd: {type: {is: nonsense}}\ne: {}\nf: 1"
    )
    assert [problem.fix for problem in problems[:2]] == ["Did you mean `number`?", "Did you mean `string`?"]
    assert [problem.found for problem in problems[2:]] == [
        "the type is a list",
        "`nonsense` is no type",
        "column `e` has no type",
        "column `f` has no rules",
    ]
    assert all(problem.place.line for problem in problems)
