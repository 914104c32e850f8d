from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.duplicates import CHECK, Duplicates

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

COLUMNS = "id: {type: integer}\nx: {type: number, nulls: 1, nan: 1}\ny: {type: string, nulls: 1}"
NAN = float("nan")
ROWS = {
    "id": [1, 2, 3, 4, 5, 6],
    "x": [1.0, 1.0, None, None, NAN, NAN],
    "y": ["a", "a", None, None, "b", "b"],
}


def test_rows_that_repeat_an_earlier_one_are_counted(hold: Hold) -> None:
    (found,) = hold(ROWS, COLUMNS, "duplicates: {ignore: [id]}").findings
    assert (found.check, found.failed, found.total, found.rows) == ("duplicates", 3, 6, (2, 4, 6))
    assert found.message == "3 of 6 rows repeat an earlier row in 2 of 3 columns"
    assert found.place.key == "table.duplicates"


def test_whole_rows_are_compared_and_missing_is_not_nan(hold: Hold) -> None:
    assert not hold(ROWS, COLUMNS, "duplicates: 0").findings
    rows = {"id": [1, 1, 1], "x": [None, NAN, None], "y": ["a", "a", "a"]}
    (found,) = hold(rows, COLUMNS, "duplicates: 0").findings
    assert (found.failed, found.message) == (1, "1 of 3 rows repeat an earlier row")


def test_a_share_or_a_number_is_tolerated(hold: Hold) -> None:
    assert not hold(ROWS, COLUMNS, "duplicates: {columns: [y], max: 0.5}").findings
    assert not hold(ROWS, COLUMNS, "duplicates: {columns: [y], max: 3}").findings
    (found,) = hold(ROWS, COLUMNS, "duplicates: {columns: [y], max: 2, level: warn, reason: joins}").findings
    assert (found.level, found.columns, found.failed) == ("warn", ("y",), 3)
    assert found.message.endswith("(why the rule is there: joins)")


def test_a_column_that_is_not_named_in_the_contract_counts(hold: Hold) -> None:
    rows = {"id": [1, 1], "new": [1, 2]}
    assert not hold(rows, "id: {type: integer}", "unexpected: allow, duplicates: 0").findings


def test_nested_values_are_not_compared(hold: Hold) -> None:
    rows = {"id": [1, 1], "new": [[1], [2]]}
    (found,) = hold(rows, "id: {type: integer}", "unexpected: allow, duplicates: 0").findings
    assert found.message == "1 of 2 rows repeat an earlier row in 1 of 2 columns"


def test_without_a_column_there_is_nothing_to_compare(hold: Hold) -> None:
    columns = "id: {type: integer}\nx: {type: number, required: false}"
    assert not hold({"id": [1, 1]}, columns, "duplicates: {columns: [x]}").findings
    assert not hold({"id": [1, 1]}, columns, "duplicates: {ignore: [id]}").findings


def test_only_some_rows_may_be_meant(hold: Hold) -> None:
    (found,) = hold(ROWS, COLUMNS, "duplicates: {ignore: [id], where: id > 1}").findings
    assert (found.failed, found.total, found.rows) == (2, 5, (4, 6))


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("yes", "this tolerance is not understood"),
        ("[id]", "found a list"),
        ("{columns: [id], ignore: [x]}", "both `columns` and `ignore` are there"),
        ("{ignore: [z]}", "`z` is no column of this contract"),
        ("{columns: []}", "found no list of columns"),
        ("{max: -1}", "this tolerance is not understood"),
        ("{max: 0, tolerance: 1}", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_rule_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused(COLUMNS, f"duplicates: {rule}")[0].found == found


def test_fewer_rows_ask_more() -> None:
    assert CHECK.compare(None, Duplicates()) == "tighter"
    assert CHECK.compare(Duplicates(), None) == "looser"
    assert CHECK.compare(Duplicates(), Duplicates()) == "same"
    assert CHECK.compare(Duplicates(0.1), Duplicates(0.2)) == "looser"
    assert CHECK.compare(Duplicates(5), Duplicates(0.2)) == "tighter"
    assert CHECK.compare(Duplicates(ignore=("a",)), Duplicates(1, ignore=("b",))) == "tighter"
