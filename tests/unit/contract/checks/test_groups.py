from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelbout.contract.checks.groups import Groups, compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

COLUMNS = "g: {type: string, nulls: 1}\nb: {type: boolean, nulls: 1}\nn: {type: integer}"


def rows(**sizes: int) -> dict[str, list[Any]]:
    values = [name for name, size in sizes.items() for _ in range(size)]
    return {"g": values, "b": [value == "x" for value in values], "n": list(range(len(values)))}


def test_groups_that_are_large_enough_pass(hold: Hold) -> None:
    rule = "groups: [{column: g, min_rows: 3, min_share: 0.3, required: [x, y]}]"
    assert not hold(rows(x=7, y=3), COLUMNS, rule).findings


def test_small_groups_are_counted_and_not_named(hold: Hold) -> None:
    (found,) = hold(rows(x=90, secret=2, hidden=8), COLUMNS, "groups: [{column: g, min_rows: 9}]").findings
    assert (found.check, found.failed, found.total, found.rows, found.columns) == ("groups", 2, 0, (), ("g",))
    assert found.message == (
        "`g` has 3 groups, the smallest with 2 of 100 rows (2.00%), asked are at least 9 rows;"
        " 2 groups are smaller than 9 rows"
    )


def test_a_share_is_of_the_rows_with_a_value(hold: Hold) -> None:
    table = {"g": ["x"] * 8 + ["y"] * 2 + [None] * 90, "b": [True] * 100, "n": list(range(100))}
    assert not hold(table, COLUMNS, "groups: [{column: g, min_share: 0.2}]").findings
    (found,) = hold(table, COLUMNS, "groups: [{column: g, min_share: 0.21}]").findings
    assert found.failed == 1
    assert "the smallest with 2 of 10 rows (20.00%), asked are 21.00% of the rows" in found.message


def test_groups_that_the_contract_names_are_named(hold: Hold) -> None:
    rule = "groups: [{column: g, min_rows: 5, required: [x, y, 'a`b', '@all <b>']}]"
    (found,) = hold(rows(x=90, y=2), COLUMNS, rule).findings
    assert found.failed == 3
    assert found.message.endswith(
        "1 group is smaller than 5 rows; too small of those that the contract names:"
        " `y` (2 rows), `a\u02cbb` (0 rows), `@all <b>` (0 rows)"
    )
    many = ", ".join(f"g{number}" for number in range(7))
    (found,) = hold(rows(x=9), COLUMNS, f"groups: [{{column: g, required: [{many}]}}]").findings
    assert found.failed == 7
    assert found.message.endswith("`g4` (0 rows) and 2 more")


def test_booleans_and_numbers_have_groups_too(hold: Hold) -> None:
    table = rows(x=4, y=1)
    (found,) = hold(table, COLUMNS, "groups: [{column: b, min_rows: 2, required: [true, false]}]").findings
    assert "`false` (1 rows)" in found.message
    assert not hold(table, COLUMNS, "groups: [{column: n, required: [0, 4]}]").findings


def test_without_a_value_no_group_is_there(hold: Hold) -> None:
    table = {"g": [None, None], "b": [True, True], "n": [1, 2]}
    (found,) = hold(table, COLUMNS, "groups: [{column: g, required: [x], min_rows: 1, level: warn}]").findings
    assert (found.level, found.message) == (
        "warn",
        "`g` has 0 groups; too small of those that the contract names: `x` (0 rows)",
    )
    assert not hold(table, COLUMNS, "groups: [{column: g, min_rows: 5}]").findings


def test_an_empty_table_is_the_business_of_rows(hold: Hold) -> None:
    empty: dict[str, list[Any]] = {"g": [], "b": [], "n": []}
    found = hold(empty, "g: {type: string}", "unexpected: allow, groups: [{column: g, required: [x]}]").findings
    assert [one.check for one in found] == ["rows"]


def test_only_some_rows_may_be_meant(hold: Hold) -> None:
    rule = "groups: [{column: g, min_rows: 2, where: n < 3}]"
    (found,) = hold({"g": ["x", "y", "y", "x"], "b": [True] * 4, "n": [1, 2, 2, 3]}, COLUMNS, rule).findings
    assert "with 1 of 3 rows" in found.message


def test_it_is_not_run_on_a_column_of_another_type(hold: Hold) -> None:
    found = hold({"g": [1], "b": [True], "n": [1]}, COLUMNS, "groups: [{column: g, min_rows: 5}]").findings
    assert [one.check for one in found] == ["type"]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("{column: g}", "nothing is asked of the groups"),
        ("{min_rows: 1}", "the key `column` is missing"),
        ("{column: t, min_rows: 1}", "column `t` is number"),
        ("{column: g, min_rows: 0}", "found `0`"),
        ("{column: g, min_share: 0.6}", "found `0.6`"),
        ("{column: g, required: []}", "found no list of groups"),
        ("{column: n, required: [x]}", "found `x`"),
        ("{column: g, min_row: 5}", "unknown key `min_row`"),
        ("{column: g, min_rows: 5, tolerance: 1}", "unknown key `tolerance`"),
    ],
)
def test_what_is_no_rule_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused("g: {type: string}\nn: {type: integer}\nt: {type: number}", f"groups: [{rule}]")[0].found == found


def test_larger_groups_ask_more() -> None:
    old = Groups("g", 5, 0.1, ("x",))
    assert compare(old, old) == "same"
    assert compare(None, old) == "tighter"
    assert compare(old, None) == "looser"
    assert compare(old, Groups("g", 6, 0.1, ("x",))) == "tighter"
    assert compare(old, Groups("g", 5, 0.2, ("x",))) == "tighter"
    assert compare(old, Groups("g", 5, 0.1, ("x", "y"))) == "tighter"
    assert compare(old, Groups("g", 4, 0.1)) == "looser"
    assert compare(old, Groups("h", 4, 0.1)) == "tighter"
