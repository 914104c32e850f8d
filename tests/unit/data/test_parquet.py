from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.data.engines.engine import RAW
from modelbout.data.parquet import open_parquet
from modelbout.data.reading import ColumnReading, Reading
from modelbout.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def opened(root: Path, *frames: pl.DataFrame, reading: Reading | None = None) -> pl.LazyFrame:
    files = []
    for number, frame in enumerate(frames):
        path = root / f"{number}.parquet"
        frame.write_parquet(path)
        files.append((path, path.name))
    return open_parquet(files, reading or Reading())[0]


def refused(root: Path, *frames: pl.DataFrame) -> tuple[str, str | None]:
    with pytest.raises(DataError) as caught:
        opened(root, *frames)
    (problem,) = caught.value.problems
    assert problem.fix
    return problem.found, problem.place.file


def test_types_become_canonical(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "i8": pl.Series([1, None], dtype=pl.Int8),
            "u32": pl.Series([1, 2], dtype=pl.UInt32),
            "u64": pl.Series([2**64 - 1, 0], dtype=pl.UInt64),
            "f32": pl.Series([0.5, None], dtype=pl.Float32),
            "dec": pl.Series([Decimal("1.50"), None], dtype=pl.Decimal(10, 2)),
            "cat": pl.Series(["a", "b"], dtype=pl.Categorical),
            "enum": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
            "bool": [True, None],
            "day": [date(2011, 1, 31), None],
            "ns": pl.Series([datetime(2011, 1, 1, tzinfo=UTC), None], dtype=pl.Datetime("ns", "UTC")),
            "none": pl.Series([None, None], dtype=pl.Null),
            "told": pl.Series([None, None], dtype=pl.Null),
        }
    )
    lazy = opened(tmp_path, frame, reading=Reading(columns=(ColumnReading("told", "number"),)))
    assert lazy.collect_schema() == {
        "i8": pl.Int64,
        "u32": pl.Int64,
        "u64": pl.UInt64,
        "f32": pl.Float64,
        "dec": pl.Float64,
        "cat": pl.String,
        "enum": pl.String,
        "bool": pl.Boolean,
        "day": pl.Date,
        "ns": pl.Datetime("us", "UTC"),
        "none": pl.String,
        "told": pl.Float64,
    }
    assert lazy.collect().row(0)[:6] == (1, 1, 2**64 - 1, 0.5, 1.5, "a")


def test_texts_that_are_declared_as_dates_are_parsed_with_their_text_beside_them(tmp_path: Path) -> None:
    reading = Reading(
        columns=(
            ColumnReading("day", "date", "%d.%m.%Y"),
            ColumnReading("at", "datetime", "%Y%m%d %H:%M", "UTC"),
            ColumnReading("iso", "date"),
            ColumnReading("real", "date", "%d.%m.%Y"),
            ColumnReading("code", "string", "uuid"),
        ),
        missing=("", "-"),
    )
    texts = {"day": ["31.01.2011", "x", "-"], "at": ["20110131 05:00", None, ""], "iso": ["2011-01-31", "-", ""]}
    frame = pl.DataFrame({**texts, "real": [date(2011, 1, 31)] * 3, "code": ["-", "", "b"]})
    found = opened(tmp_path, frame, reading=reading).collect()
    assert found.columns == [*frame.columns, RAW + "day", RAW + "at"]
    assert found["day"].to_list() == [date(2011, 1, 31), None, None]
    assert found[RAW + "day"].to_list() == ["31.01.2011", "x", None]
    assert found["at"].to_list() == [datetime(2011, 1, 31, 5, tzinfo=UTC), None, None]
    assert found[RAW + "at"].to_list() == ["20110131 05:00", None, None]
    assert found.select("iso", "real", "code").equals(frame.select("iso", "real", "code"))


def test_files_that_differ_in_width_and_order_are_one_table(tmp_path: Path) -> None:
    lazy = opened(
        tmp_path,
        pl.DataFrame({"a": pl.Series([None], dtype=pl.Null), "b": ["x"]}),
        pl.DataFrame({"b": ["y"], "a": pl.Series([1], dtype=pl.Int16)}),
        pl.DataFrame({"a": [2], "b": ["z"]}),
    )
    assert lazy.collect().to_dict(as_series=False) == {"a": [None, 1, 2], "b": ["x", "y", "z"]}
    assert "1/2 COLUMNS" in lazy.select("b").explain()


def test_files_that_differ_in_type_are_refused(tmp_path: Path) -> None:
    found, file = refused(tmp_path, pl.DataFrame({"a": [1]}), pl.DataFrame({"a": ["x"]}))
    assert found == "column `a` is String here and Int64 in 0.parquet"
    assert file == "1.parquet"


def test_a_zone_here_and_none_there_is_refused(tmp_path: Path) -> None:
    zoned = pl.DataFrame({"t": [datetime(2011, 1, 1, tzinfo=UTC)]})
    found, _ = refused(tmp_path, zoned, zoned.with_columns(pl.col("t").dt.replace_time_zone(None)))
    assert "UTC" in found


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("a", [[1]]),
        pl.Series("a", [{"x": 1}]),
        pl.Series("a", [b"x"]),
        pl.Series("a", [timedelta(1)]),
        pl.Series("a", [1], dtype=pl.Int128),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_type_that_no_table_may_have_is_refused(tmp_path: Path, column: pl.Series) -> None:
    found, file = refused(tmp_path, column.to_frame())
    assert found.startswith("column `a` has the type ")
    assert file == "0.parquet"


def test_hostile_names_are_refused(tmp_path: Path) -> None:
    for name in ("", "*", "^.*$", "a\nb"):
        refused(tmp_path, pl.DataFrame({name: [1]}))


def test_other_columns_are_refused(tmp_path: Path) -> None:
    found, file = refused(tmp_path, pl.DataFrame({"a": [1]}), pl.DataFrame({"b": [1]}))
    assert found == "compared with 0.parquet, this file lacks `a` and has `b` besides"
    assert file == "1.parquet"


@pytest.mark.parametrize("spoil", ["empty", "cut", "text", "footer", "pointer"])
def test_a_file_that_is_no_sound_parquet_is_refused(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": range(1000)}).write_parquet(path)
    whole = path.read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    content = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "text": b"a,b\n1,2\n" * 10,
        "footer": whole[:footer] + b"\xff" * 40 + whole[footer + 40 :],
        "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    }[spoil]
    path.write_bytes(content)
    with pytest.raises(DataError, match="not a sound Parquet file") as caught:
        open_parquet([(path, "t.parquet")], Reading())
    assert caught.value.problems[0].place.file == "t.parquet"
