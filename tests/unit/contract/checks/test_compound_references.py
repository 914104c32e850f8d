from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.contract.checks.compound_references import CHECK
from modelbout.contract.foreign import Foreign
from modelbout.contract.kind import Setting
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.contract.check import Checked
    from modelbout.data.reading import ColumnReading
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

COLUMNS = "a: {type: string, nulls: 1}\nb: {type: integer, nulls: 1}"


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    def open_table(path: str, columns: tuple[ColumnReading, ...]) -> Scan:
        return scan(path, root=tmp_path, reading=Reading(columns=columns))

    (tmp_path / "t.csv").write_text("shop,n\nx,1\ny,2\n", encoding="utf-8")
    return Setting(open=open_table)


def test_the_key_counts_as_a_whole(hold: Hold, setting: Setting) -> None:
    rows = {"a": ["x", "x", "y", None, "y"], "b": [1, 2, 2, 9, None]}
    rule = "references: [{columns: [a, b], table: t.csv, keys: [shop, n]}]"
    (found,) = hold(rows, COLUMNS, rule, setting).findings
    assert (found.check, found.failed, found.rows, found.columns) == ("compound_references", 1, (2,), ("a", "b"))
    assert found.message == "1 of 5 rows have a key `a`, `b` that is not in `shop`, `n` of `t.csv`"


def test_several_and_the_long_form(hold: Hold, setting: Setting, tmp_path: Path) -> None:
    pl.DataFrame({"a": ["x"], "b": [1]}).write_parquet(tmp_path / "t.parquet")
    rows = {"a": ["x", "x", "z"], "b": [1, 2, 3]}
    first = "{columns: [a], table: t.csv, keys: [shop], level: warn, owner: me, tolerance: 1}"
    second = "{columns: [a, b], table: t.parquet, name: known days, where: b < 3, reason: so}"
    (found,) = hold(rows, COLUMNS, f"references: [{first}, {second}]", setting).findings
    assert (found.rule, found.level, found.failed, found.total, found.rows) == ("known days", "error", 1, 2, (2,))
    assert "why the rule is there: so" in found.message
    strict = first.replace("tolerance: 1", "tolerance: 0")
    _, found = hold(rows, COLUMNS, f"references: [{strict}, {second}]", setting).findings
    assert (found.level, found.rows, found.fix.endswith("Owner: me.")) == ("warn", (3,), True)


def test_it_needs_all_its_columns(hold: Hold, setting: Setting) -> None:
    rule = "references: [{columns: [a, b], table: gone.csv}]"
    assert [one.check for one in hold({"a": ["x"]}, COLUMNS, rule, setting).findings] == ["required"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("{columns: [a], table: t.csv}", "found no list"),
        ("[{columns: [a]}]", "the key `table` is missing"),
        ("[{table: t.csv}]", "the key `columns` is missing"),
        ("[{columns: a, table: t.csv}]", "found no list of columns"),
        ("[{columns: [z], table: t.csv}]", "`z` is no column of this contract"),
        ("[{columns: [a, b], table: t.csv, keys: [x]}]", "the two keys differ in length"),
        ("[{columns: [a], table: t.csv, keys: x}]", "the two keys differ in length"),
        ("[{columns: [a], table: t.csv, keys: [[x]]}]", "found no column"),
        ("[{columns: [a], table: 5, of: x}]", "unknown key `of`"),
    ],
)
def test_what_is_no_reference_is_refused(refused: Refused, value: str, found: str) -> None:
    (problem,) = refused(COLUMNS, f"references: {value}")
    assert problem.found == found


def test_a_key_of_too_many_columns_is_refused(refused: Refused) -> None:
    names = [f"c{number}" for number in range(17)]
    columns = "\n".join(f"{name}: {{type: string}}" for name in names)
    (problem,) = refused(columns, f"references: [{{columns: [{', '.join(names)}], table: t.csv}}]")
    assert problem.found == "a key of 17 columns"


def test_another_key_asks_more() -> None:
    one = Foreign(("a", "b"), "t.csv", ())
    assert CHECK.compare(one, one) == "same"
    assert CHECK.compare(one, Foreign(("a",), "t.csv", ())) == "tighter"
    assert CHECK.compare(one, None) == "looser"
