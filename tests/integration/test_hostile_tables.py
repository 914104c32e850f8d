"""Tables that are made to hurt: huge, torn, nested, in two encodings. Each is judged, or refused with one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.contract.check import check
from modelbout.contract.infer import infer
from modelbout.contract.load import parse_contract
from modelbout.data.engines.choice import on_engine
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.errors import DataError
from tests.tools import need_engine

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.contract.check import Checked

pytestmark = pytest.mark.exhaustive

ENGINES = ("polars", "duckdb", "pandas")
MEGABYTE = 1_000_000


def judged(root: Path, name: str, rules: str, *, table: str = "", engine: str = "polars") -> Checked:
    """Check one file in the directory."""
    if engine != "polars":
        need_engine(engine)
    head = f"table: {{{table}}}\n" if table else ""
    columns = "".join(f"  {line}\n" for line in rules.splitlines())
    contract = parse_contract(f"version: 1\n{head}columns:\n{columns}", shown="contract.yaml")
    return check(on_engine(scan(name, root=root, reading=contract.reading()), engine), contract, role="source")


def findings(checked: Checked) -> list[tuple[str, int, tuple[int, ...]]]:
    return [(found.check, found.failed, found.rows) for found in checked.findings]


# What the other engines are handed is a Parquet file of the same cells: smaller ones try that as well.
@pytest.mark.parametrize(("engine", "size"), [("polars", 100 * MEGABYTE), ("duckdb", MEGABYTE), ("pandas", MEGABYTE)])
def test_a_cell_of_a_hundred_megabytes_is_a_text_like_another(tmp_path: Path, engine: str, size: int) -> None:
    huge = "a" * size
    (tmp_path / "t.csv").write_text(f"k,s\n1,b\n2,{huge}\n3,{huge[:-1]}!\n4,b\n", encoding="utf-8")
    rules = 'k: {type: integer}\ns: {type: string, pattern: "[a-b]*", length: {max: 1000}, unique: true}'
    found = findings(judged(tmp_path, "t.csv", rules, engine=engine))
    assert found == [("pattern", 1, (3,)), ("length", 2, (2, 3)), ("unique", 1, (4,))]


@pytest.mark.parametrize("pattern", ["(a|a)*b", "(a+)+$x", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_pattern_that_backtracks_for_ever_elsewhere_takes_linear_time(
    tmp_path: Path, engine: str, pattern: str
) -> None:
    pl.DataFrame({"s": ["a" * 50_000, "b", None]}).write_parquet(tmp_path / "t.parquet")
    rules = f'a: {{type: string, required: false}}\ns: {{type: string, nulls: 1, pattern: "{pattern}"}}'
    checked = judged(tmp_path, "t.parquet", rules, engine=engine)
    assert [found.check for found in checked.findings] == ["pattern"]


@pytest.mark.parametrize(("engine", "rows"), [("polars", 1_000_000), ("duckdb", 100_000), ("pandas", 100_000)])
def test_a_million_categories_are_counted_and_never_listed(tmp_path: Path, engine: str, rows: int) -> None:
    numbers = np.arange(rows)
    numbers[77_777] = 5
    pl.DataFrame({"c": pl.Series(numbers).cast(pl.String).cast(pl.Categorical)}).write_parquet(tmp_path / "t.parquet")
    rules = "c: {type: string, unique: true, values: ['1', '2'], near_constant: 0.5}"
    found = findings(judged(tmp_path, "t.parquet", rules, engine=engine))
    assert found == [("unique", 1, (77_778,)), ("values", rows - 2, (1, 4, 5, 6, 7))]
    drafted = infer(scan("t.parquet", root=tmp_path, reading=Reading()), shown="t.parquet")
    assert f"{rows - 1:,}" in drafted
    assert len(drafted) < 2_000


def test_five_thousand_columns_are_one_table(tmp_path: Path) -> None:
    names = [f"column {number}" for number in range(5_000)]
    rows = np.tile(np.arange(5_000, dtype=np.float64), (20, 1))
    rows[7, 4_321] = -1
    pl.DataFrame(rows, schema=names).write_csv(tmp_path / "t.csv")
    checked = judged(tmp_path, "t.csv", "\n".join(f"{name}: {{type: number, min: 0}}" for name in names))
    (found,) = checked.findings
    assert (found.columns, found.failed, found.rows) == (("column 4321",), 1, (8,))


def test_two_encodings_in_one_file_are_told_with_the_place(tmp_path: Path) -> None:
    good = "name\n" + "Jürgen\n" * 700_000
    (tmp_path / "t.csv").write_bytes(good.encode() + "Jürgen\n".encode("latin-1") + b"x\n")
    with pytest.raises(DataError) as caught:
        judged(tmp_path, "t.csv", "name: {type: string}")
    (problem,) = caught.value.problems
    assert problem.found == f"byte {len(good.encode()) + 1} (from 0) is not valid utf-8"
    assert problem.place.line == 700_002
    assert "Jürgen" not in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "values", [[[1, 2], [3]], [{"a": 1}, {"a": 2}], [b"\xff", b"\x00"]], ids=["list", "struct", "bytes"]
)
def test_a_column_that_no_contract_can_name_is_refused_by_name(tmp_path: Path, engine: str, values: list[Any]) -> None:
    pl.DataFrame({"s": values}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="column `s` has the type"):
        judged(tmp_path, "t.parquet", "s: {type: string}", engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_that_was_torn_is_one_clear_error_without_a_value(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"s": [f"secret {number}" for number in range(50_000)]}).write_parquet(path, compression="snappy")
    data = bytearray(path.read_bytes())
    data[2_000:60_000] = bytes(58_000)
    path.write_bytes(bytes(data))
    with pytest.raises(DataError) as caught:
        judged(tmp_path, "t.parquet", "s: {type: string, unique: true}", engine=engine)
    assert "cannot be read" in caught.value.problems[0].found
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_whole_number_beyond_doubles_is_not_rounded(tmp_path: Path, engine: str) -> None:
    pl.DataFrame({"i": [2**53, 2**53 + 1, 2**63 - 1, -(2**63)]}).write_parquet(tmp_path / "t.parquet")
    rules = f"i: {{type: integer, unique: true, max: {2**53}, values: [{2**53}, {2**53 + 1}]}}"
    found = findings(judged(tmp_path, "t.parquet", rules, engine=engine))
    assert found == [("max", 2, (2, 3)), ("values", 2, (3, 4))]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_rows_break_what_asks_for_rows_and_nothing_else(tmp_path: Path, engine: str) -> None:
    (tmp_path / "t.csv").write_text("a,b\n", encoding="utf-8")
    rules = "a: {type: number, min: 0, unique: true}\nb: {type: string, pattern: x}"
    assert findings(judged(tmp_path, "t.csv", rules, engine=engine)) == [("rows", 1, ())]
