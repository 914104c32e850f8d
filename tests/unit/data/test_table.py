from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.data.reading import ColumnReading, Reading
from modelbout.data.sources import scan
from modelbout.data.table import engine_errors, load
from modelbout.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def test_only_the_columns_that_are_asked_for_are_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,x\n")
    opened = scan("t.csv", root=tmp_path, reading=Reading(columns=(ColumnReading("a", "integer"),)))
    assert load(opened).columns == ["a", "b"]
    assert load(opened, ["b"]).to_dict(as_series=False) == {"b": ["x"]}


def test_a_column_that_is_not_there_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"tenure,b\n1,x\n")
    opened = scan("t.csv", root=tmp_path, reading=Reading())
    with pytest.raises(DataError, match="Did you mean `tenure`") as caught:
        load(opened, ["tenur", "c"])
    assert len(caught.value.problems) == 2
    assert caught.value.problems[0].place.file == "t.csv"


def test_a_damaged_parquet_page_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": np.random.default_rng(0).normal(size=50_000)}).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[100:20_000] = bytes(19_900)
    path.write_bytes(bytes(content))
    opened = scan("t.parquet", root=tmp_path, reading=Reading())
    with pytest.raises(DataError, match="the rows cannot be read") as caught:
        load(opened)
    assert caught.value.problems[0].place.file == "t.parquet"


def test_a_file_that_vanished_after_the_scan_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n1\n")
    (tmp_path / "u.csv").write_bytes(b"a\n1\n")
    opened = scan("*.csv", root=tmp_path, reading=Reading())
    (tmp_path / "t.csv").unlink()
    with pytest.raises(DataError, match="the rows cannot be read") as caught:
        load(opened)
    assert caught.value.problems[0].place.file is None
    with pytest.raises(DataError, match="changed while it was read"):
        _ = opened.files


@pytest.mark.parametrize("text", [True, False])
def test_an_engine_message_that_may_quote_rows_is_not_shown(tmp_path: Path, text: bool) -> None:  # noqa: FBT001 -- a parameter
    name = "t.csv" if text else "t.parquet"
    (tmp_path / "t.csv").write_bytes(b"a\n1\n")
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "t.parquet")
    opened = scan(name, root=tmp_path, reading=Reading())
    with pytest.raises(DataError) as caught, engine_errors(opened):
        raise pl.exceptions.ComputeError("conversion failed for value secret")
    assert "secret" not in str(caught.value)
    with pytest.raises(DataError) as caught, engine_errors(opened):
        raise pl.exceptions.ComputeError("parquet: page 3 is damaged")
    assert ("page 3" in str(caught.value)) is not text


def test_no_memory_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n1\n")
    with (
        pytest.raises(DataError, match="MemoryError"),
        engine_errors(scan("t.csv", root=tmp_path, reading=Reading())),
    ):
        raise MemoryError
