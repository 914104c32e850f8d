from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from modelbout.data.engines import files
from modelbout.data.engines.choice import on_engine
from modelbout.data.engines.engine import RAW, ROW
from modelbout.data.engines.files import files_of
from modelbout.data.reading import ColumnReading, Reading
from modelbout.data.sources import scan
from modelbout.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2024, 1, 1, 12)  # noqa: DTZ001 -- a moment of no zone is meant
TYPES: dict[str, tuple[Any, Any, str | None]] = {
    "small": (1, pl.Int8, "integer"),
    "u32": (1, pl.UInt32, "integer"),
    "u64": (1, pl.UInt64, None),
    "float": (0.5, pl.Float32, "number"),
    "decimal": ("1.5", pl.Decimal(10, 2), None),
    "text": ("a", pl.String, "string"),
    "category": ("a", pl.Categorical, "string"),
    "flag": (True, pl.Boolean, "boolean"),
    "day": (NOON.date(), pl.Date, "date"),
    "us": (NOON, pl.Datetime("us"), "datetime"),
    "ns": (NOON, pl.Datetime("ns"), None),
    "ms": (NOON, pl.Datetime("ms"), None),
    "zoned": (NOON, pl.Datetime("us", "UTC"), "instant"),
    "nothing": (None, pl.Null, None),
    "a.b": (1, pl.Int64, None),
}


def test_only_what_every_engine_holds_alike_is_trusted(tmp_path: Path) -> None:
    frame = pl.DataFrame({name: pl.Series([value]).cast(dtype) for name, (value, dtype, _) in TYPES.items()})
    frame.write_parquet(tmp_path / "a.parquet")
    found = files_of(scan("a.parquet", root=tmp_path, reading=Reading()))
    assert found.kinds == {name: kind for name, (_, _, kind) in TYPES.items() if kind} | {ROW: "integer"}


def test_texts_that_are_parsed_as_dates_are_no_columns_of_an_engine(tmp_path: Path) -> None:
    pl.DataFrame({"day": ["31/01/2026"], "text": ["a"]}).write_parquet(tmp_path / "a.parquet")
    reading = Reading(columns=(ColumnReading("day", "date", "%d/%m/%Y"), ColumnReading("text", "string")))
    assert files_of(scan("a.parquet", root=tmp_path, reading=reading)).kinds == {"text": "string", ROW: "integer"}


def test_parts_know_the_rows_before_them(tmp_path: Path) -> None:
    for name, rows in (("a.parquet", 3), ("b [1].parquet", 0), ("c.parquet", 2)):
        pl.DataFrame({"i": pl.Series(range(rows), dtype=pl.Int64)}).write_parquet(tmp_path / name)
    table = scan(("a.parquet", "b [1].parquet", "c.parquet"), root=tmp_path, reading=Reading())
    parts = files_of(table).parts
    assert [(part.rows, part.before) for part in parts] == [(3, 0), (0, 3), (2, 3)]
    assert [files.PLAIN_PATH.fullmatch(str(part.path)) is not None for part in parts] == [True, True, True]
    assert parts[1].path.read_bytes() == (tmp_path / "b [1].parquet").read_bytes()


def test_a_column_of_two_widths_is_whole_and_of_two_kinds_is_not_trusted(tmp_path: Path) -> None:
    pl.DataFrame({"i": [1], "t": [NOON]}, schema={"i": pl.Int8, "t": pl.Datetime("us")}).write_parquet(
        tmp_path / "a.parquet"
    )
    pl.DataFrame({"i": [1], "t": [NOON]}, schema={"i": pl.Int64, "t": pl.Datetime("ns")}).write_parquet(
        tmp_path / "b.parquet"
    )
    found = files_of(scan(("a.parquet", "b.parquet"), root=tmp_path, reading=Reading()))
    assert found.kinds == {"i": "integer", ROW: "integer"}


def test_text_is_written_once_with_its_companions(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("i,s\n1,a\nx,b\n", encoding="utf-8")
    table = scan("a.csv", root=tmp_path, reading=Reading())
    (part,) = files_of(table).parts
    assert part.rows == 2
    assert pl.read_parquet(part.path).equals(table.lazy.collect())
    number = scan("a.csv", root=tmp_path, reading=table.reading)
    assert set(files_of(number).kinds) == {"i", "s", ROW}
    assert RAW + "i" not in files_of(number).kinds  # `x` made the column text


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_ending: str) -> Path:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.csv").write_text("i\n1\n", encoding="utf-8")
    table = scan("a.csv", root=tmp_path, reading=Reading())
    monkeypatch.setattr(files, "scratch_file", full)
    with pytest.raises(DataError) as caught:
        files_of(table)
    assert caught.value.problems[0].found == "no scratch file can be written: No space left on device"


def test_polars_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("i\n1\n", encoding="utf-8")
    table = scan("a.csv", root=tmp_path, reading=Reading())
    assert on_engine(table, "polars") is table
    other = on_engine(table, "duckdb")
    assert (other.engine.name, other.exact) == ("duckdb", table)
    assert other.files == table.files
