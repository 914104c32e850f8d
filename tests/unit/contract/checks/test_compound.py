from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.checks.compound import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]


def test_keys_that_repeat_are_counted_and_located(hold: Hold) -> None:
    rows = {"a": [1, 1, 1, None, None], "b": ["x", "y", "x", "x", "x"]}
    columns = "a: {type: integer, nulls: 1}\nb: {type: string}"
    (found,) = hold(rows, columns, "unique: [[a, b]]").findings
    assert (found.check, found.failed, found.rows, found.columns) == ("compound", 1, (3,), ("a", "b"))
    assert found.place.key == "table.unique[0]"
    assert not hold(rows, columns, "unique: [{is: [a, b], tolerance: 1}]").findings


def test_several_keys_are_counted_together(hold: Hold) -> None:
    rows = {"a": [1, 1, 2], "b": [1, 2, 2]}
    found = hold(rows, "a: {type: integer}\nb: {type: integer}", "unique: [[a], [b], [a, b]]").findings
    assert [(one.columns, one.failed, one.rows) for one in found] == [(("a",), 1, (2,)), (("b",), 1, (3,))]


def test_a_key_on_an_absent_optional_column_has_nothing_to_look_at(hold: Hold) -> None:
    assert not hold(
        {"a": [1, 1]}, "a: {type: integer}\nb: {type: integer, required: false}", "unique: [[a, b]]"
    ).findings


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("[a]", "found no list of columns"),
        ("a", "found no list"),
        ("[[]]", "a key of 0 columns"),
        ("[[ab]]", "`ab` is no column of this contract"),
        ("[[a, a]]", "`a` stands twice in this key"),
        ("[[[a]]]", "found no list of columns"),
    ],
)
def test_what_is_no_key_is_refused(refused: Refused, keys: str, found: str) -> None:
    assert refused("a: {type: integer}", f"unique: {keys}")[0].found == found


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (("a",), ("a", "b"), "looser"),
        (("a", "b"), ("a",), "tighter"),
        (("a", "b"), ("b", "a"), "same"),
        (None, ("a",), "tighter"),
        (("a",), None, "looser"),
        (None, None, "same"),
    ],
)
def test_fewer_columns_ask_more(old: tuple[str, ...] | None, new: tuple[str, ...] | None, change: str) -> None:
    assert compare(old, new) == change


def test_columns_may_have_any_name(hold: Hold) -> None:
    rows = {"rows": [1, 1], "0": [2, 2], "row": [3, 3]}
    columns = 'rows: {type: integer}\n"0": {type: integer}\nrow: {type: integer, unique: true}'
    found = hold(rows, columns, 'unique: [[rows, "0"], [row, rows]]').findings
    assert [(one.failed, one.rows) for one in found] == [(1, (2,))] * 3
