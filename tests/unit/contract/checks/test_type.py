from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.check import check
from modelbout.contract.load import parse_contract
from modelbout.data.sources import scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

NAN = float("nan")


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


def test_whole_numbers_may_arrive_as_floats(hold: Hold) -> None:
    rows = {"a": [1.0, None, NAN, -3.0, 0.0, -0.0, 2.0**62, -(2.0**63)]}
    assert not hold(rows, "a: {type: integer, nulls: 1}").findings
    found = hold(rows, "a: {type: integer, min: 0, unique: true}").findings
    assert [(one.check, one.failed, one.rows) for one in found] == [
        ("nulls", 2, (2, 3)),
        ("min", 2, (4, 8)),
        ("unique", 1, (6,)),
    ]


def test_what_is_no_whole_number_is_counted_and_located(hold: Hold) -> None:
    rows = {"a": [1.0, 1.5, None, NAN, float("inf"), -float("inf"), 2.0**63, 1e300, -0.25]}
    (found,) = hold(rows, "a: {type: integer, nulls: 1}").findings
    assert (found.check, found.failed, found.rows) == ("type", 6, (2, 5, 6, 7, 8))
    assert found.message == "6 of 9 rows of `a`, stored as Float64, are no whole numbers"
    assert "type: number" in found.fix
    (found,) = hold(rows, "a: {type: {is: integer, level: warn, owner: me, reason: so}, nulls: 1}").findings
    assert (found.level, found.fix.endswith("Owner: me.")) == ("warn", True)


def test_decimals_are_numbers_and_those_without_digits_integers(hold: Hold) -> None:
    frame = pl.DataFrame({"a": [Decimal("1.50"), Decimal("2.00")], "b": [Decimal(10), Decimal(-2)]})
    assert not hold(frame, "a: {type: number, max: 2}\nb: {type: integer, min: -2}").findings
    (found,) = hold(frame, "a: {type: integer}\nb: {type: integer}").findings
    assert (found.columns, found.rows) == (("a",), (1,))


def test_a_text_file_may_write_whole_numbers_as_pandas_does(hold_csv: Hold) -> None:
    (found,) = hold_csv("a\n1.0\n2\n-3.0\n4.5\n5.\n.0\n6.00\n", "a: {type: integer, min: -3, max: 2}").findings
    assert (found.check, found.rows) == ("type", (4, 5, 6, 7))


def test_a_day_that_is_stored_as_text_without_a_format_says_what_to_do(hold: Hold) -> None:
    (found,) = hold({"a": ["31/12/2026"]}, "a: {type: date}").findings
    assert found.message == "column `a` is stored as String, not as date; its other rules were not run"
    assert "by their `format:`" in found.fix


TEXTS = ["31/12/2026", "01/02/2026", "12/31/2026", "", None, "30/02/2026", "01/01/0000"]


@pytest.mark.parametrize("stored", [pl.String, pl.Categorical])
def test_days_that_are_stored_as_text_are_parsed_by_their_format(
    stored: type[pl.DataType], tmp_path: Path, hold_csv: Hold
) -> None:
    rules = 'a: {type: date, format: "%d/%m/%Y", nulls: 1, min: 2026-02-02}'
    contract = parse_contract(f"version: 1\ncolumns:\n  {rules}\n", shown="contract.yaml")
    pl.DataFrame({"a": pl.Series(TEXTS).cast(stored)}).write_parquet(tmp_path / "a.parquet")
    opened = scan("a.parquet", root=tmp_path, reading=contract.reading())
    assert opened.columns == ("a",)
    found = check(opened, contract, role="source").findings
    assert [(one.check, one.failed, one.total, one.rows) for one in found] == [
        ("type", 3, 7, (3, 6, 7)),
        ("min", 1, 7, (2,)),
    ]
    as_text = hold_csv("a\n" + "".join(f'"{text or ""}"\n' for text in TEXTS), rules).findings
    assert [(one.message, one.rows, one.fix) for one in as_text] == [(one.message, one.rows, one.fix) for one in found]


def test_moments_that_are_stored_as_text_have_the_declared_zone(tmp_path: Path) -> None:
    frame = pl.DataFrame({"t": ["29.03.2026 02:30", "29.03.2026 03:30", "x"], "n": [1, 2, 3]})
    frame.write_parquet(tmp_path / "a.parquet")
    rules = 't: {type: datetime, format: "%d.%m.%Y %H:%M", timezone: Europe/Berlin}\n  n: {type: integer}'
    contract = parse_contract(f"version: 1\ncolumns:\n  {rules}\n", shown="contract.yaml")
    (found,) = check(scan("a.parquet", root=tmp_path, reading=contract.reading()), contract, role="source").findings
    assert (found.check, found.rows) == ("type", (1, 3))


ZONED = pl.Series([datetime(2026, 1, 1, 12, tzinfo=UTC), None])


@pytest.mark.parametrize(
    ("stored", "declared", "message"),
    [
        ("Asia/Tokyo", "UTC", "is stored in the time zone `Asia/Tokyo`, not in `UTC`; its other rules were not run"),
        ("UTC", None, "is stored in the time zone `UTC`, and none is declared"),
        (None, "UTC", "is stored without a time zone, and `UTC` is declared"),
        ("UTC", "UTC", ""),
        ("UTC", "Etc/UTC", ""),
        ("Europe/Berlin", "Europe/Berlin", ""),
        (None, None, ""),
    ],
)
def test_time_zones(hold: Hold, stored: str | None, declared: str | None, message: str) -> None:
    moments = ZONED.dt.replace_time_zone(None) if stored is None else ZONED.dt.convert_time_zone(stored)
    zone = f", timezone: {declared}" if declared else ""
    found = hold({"a": moments}, f"a: {{type: datetime, nulls: 1, min: 2026-01-02{zone}}}").findings
    told = [one for one in found if one.check == "type"]
    assert [one.message for one in told] == ([f"column `a` {message}"] if message else [])
    assert all((one.failed, one.total, one.rows) == (2, 2, ()) for one in told)
    assert [one.check for one in found if one.check != "type"] == ([] if "not run" in message else ["min"])


def test_no_moment_at_all_has_any_zone(hold: Hold, tmp_path: Path) -> None:
    rule = "a: {type: datetime, nulls: 1, timezone: Europe/Berlin, min: 2026-01-02}"
    assert not hold({"a": [None]}, rule).findings
    pl.DataFrame({"a": [None, None]}).write_parquet(tmp_path / "t.parquet")
    contract = parse_contract(f"version: 1\ncolumns:\n  {rule}\n", shown="c")
    opened = scan("t.parquet", root=tmp_path, reading=contract.reading())
    assert not check(opened, contract, role="source").findings


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
