from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.data import profile_scan as module
from modelbout.data.engines.polars import POLARS
from modelbout.data.profile import layout, profile
from modelbout.data.profile_scan import profile_scan
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.errors import DataError
from modelbout.profile import profile_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.data.sources import Scan


def frame(rows: int = 30_000) -> pl.DataFrame:
    rng = np.random.default_rng(4)
    return pl.DataFrame(
        {
            "n": rng.normal(size=rows).round(6),
            "k": rng.integers(0, 40, rows),
            "s": pl.Series([f"v{value}" for value in rng.zipf(2, rows)]),
            "gone": pl.Series([None] * rows, dtype=pl.Float64),
        }
    )


def opened(directory: Path, table: pl.DataFrame, name: str = "t.parquet") -> Scan:
    path = directory / name
    if name.endswith("csv"):
        table.write_csv(path)
    else:
        table.write_parquet(path, row_group_size=1_000)
    return scan(name, root=directory, reading=Reading())


@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
def test_a_small_table_is_read_whole(tmp_path: Path, name: str) -> None:
    table = frame().drop("gone")
    assert profile_scan(opened(tmp_path, table, name)) == profile(table)


@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
def test_batches_add_up_to_the_whole(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 1_000)
    monkeypatch.setattr(module, "BATCH", 8_000)
    table = frame().drop("gone")
    groups, label = [table["s"]], table["k"].cast(pl.String)
    like = profile(table.head(5_000), slices=groups, label=label)
    found = profile_scan(opened(tmp_path, table, name), like, slices=["s"], label="k")
    assert profile_bytes(found) == profile_bytes(profile(table, like, slices=groups, label=label))


def test_a_sample_makes_the_layout_and_all_rows_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 1_000)
    monkeypatch.setattr(module, "LAYOUT_ROWS", 3_000)
    table = frame()
    found = profile_scan(opened(tmp_path, table))
    assert found.rows == table.height
    assert profile(table, found) == found
    own = profile(table)
    assert layout(found) != layout(own)
    ours, theirs = found.columns[0].numbers, own.columns[0].numbers
    assert ours is not None
    assert theirs is not None
    assert ours.quantiles == pytest.approx(theirs.quantiles, abs=0.2)
    assert ours.below + ours.above < 30
    assert found.columns[3].nulls == table.height


def test_an_engine_without_batches_is_read_by_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 60_000)
    table = frame()
    like = profile(table)
    asked: list[tuple[str, ...]] = []

    def read(_scan: Scan, columns: list[str]) -> pl.DataFrame:
        asked.append(tuple(columns))
        return table.select(columns)

    monkeypatch.setattr(module, "load", read)
    foreign = replace(opened(tmp_path, table), engine=replace(POLARS, name="another"))
    assert profile_scan(foreign, like) == like
    assert asked == [("n", "k"), ("s", "gone")]
    own = profile_scan(opened(tmp_path, table), slices=["s"], label="k")
    assert profile_scan(foreign, own, slices=["s"], label="k") == own


def test_a_damaged_file_is_a_data_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 1_000)
    table = opened(tmp_path, frame())
    path = tmp_path / "t.parquet"
    raw = bytearray(path.read_bytes())
    raw[1_000:200_000] = bytes(199_000)
    path.write_bytes(bytes(raw))
    with pytest.raises(DataError, match="cannot be read"):
        profile_scan(table)
