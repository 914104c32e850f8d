from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.contract.diff import diff
from modelbout.contract.load import parse_contract

if TYPE_CHECKING:
    from modelbout.contract_diff import ContractChange


def changes(old: str, new: str) -> tuple[ContractChange, ...]:
    return diff(parse_contract(f"version: 1\n{old}", shown="old"), parse_contract(f"version: 1\n{new}", shown="new"))


@pytest.mark.parametrize(
    ("old", "new", "breaking", "what"),
    [
        ("{type: string}, b: {type: string}", "{type: string}", True, "column removed"),
        ("{type: string}", "{type: string}, b: {type: string}", True, "column added"),
        ("{type: string}", "{type: string}, b: {type: string, required: false}", False, "column added"),
        (
            "{type: string}",
            "{type: string}, b: {type: string, required: {is: true, level: warn}}",
            False,
            "column added",
        ),
        ("{type: string}", "{type: integer}", True, "changed"),
        ("{type: integer}", "{type: number}", True, "changed"),
        ("{type: string, required: false}", "{type: string}", True, "changed"),
        ("{type: string}", "{type: string, required: false}", False, "changed"),
        ("{type: string, values: [x, y]}", "{type: string, values: [x]}", True, "changed"),
        ("{type: string, values: [x]}", "{type: string, values: [x, y]}", False, "changed"),
        ("{type: string}", "{type: string, values: [x]}", True, "rule added"),
        ("{type: string, values: [x]}", "{type: string}", False, "rule removed"),
        ("{type: integer, min: 0}", "{type: integer, min: 1}", True, "changed"),
        ("{type: integer, max: 1}", "{type: integer, max: 2}", False, "changed"),
        ("{type: integer, nulls: 0.5}", "{type: integer}", True, "changed"),
        ("{type: integer}", "{type: integer, nulls: 0.5}", False, "changed"),
        ("{type: integer, min: {is: 0, level: warn}}", "{type: integer, min: 0}", True, "now an error"),
        ("{type: integer, min: 0}", "{type: integer, min: {is: 0, level: warn}}", False, "now a warning"),
        ("{type: integer, min: {is: 0, tolerance: 5}}", "{type: integer, min: 0}", True, "tolerance changed"),
        ("{type: integer, min: 0}", "{type: integer, min: {is: 0, tolerance: 5}}", False, "tolerance changed"),
        (
            "{type: integer, min: {is: 0, tolerance: 0.1}}",
            "{type: integer, min: {is: 0, tolerance: 5}}",
            True,
            "tolerance changed",
        ),
        ("{type: date}", '{type: date, format: "%d"}', True, "changed"),
        ("{type: datetime, timezone: UTC}", "{type: datetime, timezone: Asia/Tokyo}", True, "changed"),
    ],
)
def test_changes_of_a_column(old: str, new: str, breaking: bool, what: str) -> None:  # noqa: FBT001 -- a table
    (change,) = changes(f"columns: {{a: {old}}}", f"columns: {{a: {new}}}")
    assert (change.breaking, change.what) == (breaking, what)
    assert change.reason
    assert change.place.file == ("old" if what == "column removed" else "new")


@pytest.mark.parametrize(
    ("old", "new", "breaking", "what"),
    [
        ("rows: {min: 5}", "rows: {min: 9}", True, "changed"),
        ("unexpected: allow", "unexpected: error", True, "changed"),
        ("unexpected: error", "unexpected: warn", False, "changed"),
        ("unique: [[a]]", "unique: [[a], [b]]", True, "rule added"),
        ("unique: [[a], [b]]", "unique: [[b]]", False, "rule removed"),
        ("expressions: [{expr: a > 1, name: n}]", "expressions: [{expr: a > 2, name: n}]", True, "changed `n`"),
        ("expressions: [{expr: a > 1, name: n}]", "expressions: [{expr: a > 1, name: m}]", None, ""),
    ],
)
def test_changes_of_the_table(old: str, new: str, breaking: bool | None, what: str) -> None:  # noqa: FBT001 -- a table
    columns = "columns: {a: {type: integer}, b: {type: integer}}"
    found = changes(f"table: {{{old}}}\n{columns}", f"table: {{{new}}}\n{columns}")
    assert [(change.breaking, change.what) for change in found] == ([] if breaking is None else [(breaking, what)])


def test_the_way_of_reading_breaks() -> None:
    columns = "columns: {a: {type: integer}}"
    (change,) = changes(columns, f'{columns}\nread: {{missing: ["", NA]}}')
    assert (
        str(change)
        == 'breaking: read.missing: changed [""] -> ["", "NA"] (files written for the old one are read differently)'
    )
    assert not changes(f'{columns}\nread: {{missing: [NA, ""]}}', f'{columns}\nread: {{missing: ["", NA]}}')


def test_what_only_readers_see_is_no_change() -> None:
    assert not changes("columns: {a: {type: integer, min: 0}}", "columns: {a: {min: {is: 0, owner: x}, type: integer}}")
    assert not changes(
        "columns: {a: {type: integer, min: {is: 0, level: warn}}}",
        "columns: {a: {type: integer, min: {is: 9, level: warn}}}",
    )
    (fine,) = changes("columns: {a: {type: integer, min: 0}}", "columns: {a: {type: integer}}")
    assert str(fine).startswith("fine: columns.a.min: rule removed")


def only(old: str, new: str) -> ContractChange:
    (change,) = changes(f"columns: {{a: {old}, b: {{type: integer}}}}", f"columns: {{a: {new}, b: {{type: integer}}}}")
    return change


@pytest.mark.parametrize(
    ("old", "new", "breaking", "what"),
    [
        ("min: 0", "min: {is: 0, where: b > 1}", False, "condition changed"),
        ("min: {is: 0, where: b > 1}", "min: 0", True, "condition changed"),
        ("min: {is: 0, where: b > 1}", "min: {is: 0, where: b > 2}", True, "condition changed"),
        ("min: {is: 1, where: b > 1}", "min: {is: 0, where: b > 1}", False, "changed"),
        ("min: 1", "min: {is: 0, where: b > 1}", False, "changed, condition changed"),
        ("min: 1", "min: {is: 2, where: b > 1}", True, "changed, condition changed"),
        ("min: {is: 1, tolerance: 3}", "min: {is: 2, tolerance: 4}", True, "changed, tolerance changed"),
        (
            "min: [{is: 0, where: b > 1}, {is: 5, where: b > 2}]",
            "min: [{is: 5, where: b > 2}, {is: 1, where: b > 1}]",
            True,
            "changed",
        ),
        ("min: {is: 0, where: b > 1, name: n}", "min: {is: 0, name: n}", True, "condition changed `n`"),
        ("min: 0", "min: [{is: 0, where: b > 1}, {is: 3, where: b > 2}]", None, ""),
    ],
)
def test_changes_of_the_rows_that_a_rule_is_about(old: str, new: str, breaking: bool | None, what: str) -> None:  # noqa: FBT001 -- a table
    column = "columns: {{a: {{type: integer, {}}}, b: {{type: integer}}}}"
    found = changes(column.format(old), column.format(new))
    if breaking is None:
        assert [(one.breaking, one.what) for one in found] == [(False, "condition changed"), (True, "rule added")]
        return
    assert [(one.breaking, one.what) for one in found] == [(breaking, what)]


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("{type: integer, min: 0}", "{type: integer, min: 5}", "0", "5"),
        ("{type: number}", "{type: number, max: 1.5}", None, "1.5"),
        ("{type: string, values: [x, y]}", "{type: string, values: [x]}", "[x, y]", "[x]"),
        ("{type: integer, nulls: 0.5}", "{type: integer}", "0.5", None),
        (
            "{type: integer, min: {is: 0, tolerance: 0.01, where: b > 1}}",
            "{type: integer, min: {is: 0, level: warn}}",
            "0, tolerance 0.01, where b > 1",
            "0, warn",
        ),
        (
            "{type: string, length: {min: 2}}",
            "{type: string, length: {min: 2, max: 3}}",
            "{min: 2}",
            "{min: 2, max: 3}",
        ),
        ("{type: date}", '{type: date, format: "%d/%m/%Y"}', None, "`%d/%m/%Y`"),
        ("{type: integer}", "{type: integer, unique: true}", None, "true"),
    ],
)
def test_both_sides_are_told_as_their_author_wrote_them(old: str, new: str, before: str | None, after: str) -> None:
    change = only(old, new)
    assert (change.before, change.after, change.column) == (before, after, "a")


def test_of_long_lists_only_the_difference_is_told() -> None:
    many = ", ".join(f"value{number}" for number in range(40))
    change = only(f"{{type: string, values: [{many}, x]}}", f"{{type: string, values: [{many}, y]}}")
    assert (change.before, change.after) == ("[\u2026, x]", "[\u2026, y]")
    long = only("{type: string}", f"{{type: string, values: [{many}]}}")
    assert long.after is not None
    assert len(long.after) == 120


def test_a_column_that_went_may_have_a_new_name() -> None:
    old = "columns: {a: {type: integer, min: 0}, z: {type: string}}"
    gone, come = changes(old, "columns: {b: {type: integer, min: 0}, z: {type: string}}")
    assert gone.reason == "its readers miss it; is it `b` now, which asks for the same?"
    assert come.what == "column added"
    gone, _ = changes(old, "columns: {b: {type: integer, min: 1}, z: {type: string}}")
    assert gone.reason == "its readers miss it"
