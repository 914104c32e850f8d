from __future__ import annotations

import math
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl
import pytest

from modelbout.data.engines.choice import on_engine
from modelbout.data.engines.duckdb import one_spelling
from modelbout.data.engines.engine import ROW
from modelbout.data.reading import Reading
from modelbout.data.sources import Scan, scan
from modelbout.data.table import engine_errors
from modelbout.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

NAN = math.nan


def held(root: Path, **columns: list[object]) -> Scan:
    pl.DataFrame(columns).write_parquet(root / "a.parquet")
    return on_engine(scan("a.parquet", root=root, reading=Reading()), "duckdb")


def test_nan_is_found_though_the_file_s_largest_value_leaves_it_out(tmp_path: Path) -> None:
    table = held(tmp_path, x=[0.5, NAN, 0.25, None])
    aggregates = {"nan": nw.col("x").is_nan().sum(), "large": (nw.col("x") > 5.0).sum()}
    assert table.engine.aggregate(table.lazy, None, aggregates) == {"nan": 1, "large": 1}
    assert table.engine.aggregate(table.lazy, nw.col("x") > 5.0, {"rows": nw.len()}) == {"rows": 1}


def test_rows_are_numbered_and_found(tmp_path: Path) -> None:
    table = held(tmp_path, x=[1, 2, 3, 4, 5], s=["a", "a", "b", "b", "c"])
    frame = table.engine.numbered(table.lazy)
    assert frame is not None
    masks = {"0": nw.col("x") > 1, "1": nw.col("x") > 9}
    assert table.engine.first(frame, masks, 2) == {"0": (2, 3), "1": ()}
    assert table.engine.lowest(frame.filter(nw.col("x") < 4).select(ROW), 2) == (1, 2)
    assert table.engine.repetitions(frame, ("s",), 5) == 2
    assert table.engine.repeated(frame, ("s",), 5, 5) == (2, 4)


def test_rows_can_be_sampled(tmp_path: Path) -> None:
    table = held(tmp_path, x=list(range(1_000)))
    frame = table.engine.numbered(table.lazy)
    assert frame is not None
    assert table.engine.sample(frame, ["x"], 1_000, None).height == 1_000
    some = table.engine.sample(frame, ["x"], 1_000, 100)
    assert 50 < some.height < 150
    assert some.columns == ["x", ROW]


def test_no_word_of_the_engine_is_repeated(tmp_path: Path) -> None:
    table = held(tmp_path, s=["secret"])
    with pytest.raises(DataError) as caught, engine_errors(table):
        table.lazy.project("CAST(s AS INTEGER)").fetchall()
    (problem,) = caught.value.problems
    assert problem.found == "the rows cannot be read (ConversionException)"
    assert "secret" not in str(problem)


def test_names_that_differ_by_case_alone_are_left_to_polars() -> None:
    assert one_spelling({"a": "integer", "A": "string", "b": "date"}) == {"b": "date"}
