from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data.digests import file_digest, row_keys, table_digest, text_hash
from modelbout.data.reading import Reading
from modelbout.data.sources import scan
from modelbout.data.table import load
from modelbout.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

GOLDEN = pl.DataFrame(
    {
        "id": ["a", "b", "ü"],
        "n": [1, -2, None],
        "x": [0.5, float("nan"), float("inf")],
        "b": [True, None, False],
        "d": [date(2011, 1, 31), None, date(1969, 12, 31)],
        "t": [datetime(2011, 1, 1, 12, 30), datetime(1960, 1, 1), None],  # noqa: DTZ001 -- naive on purpose
    }
)


def test_digests_stay_the_same_for_ever() -> None:
    # Bundles of years ago hold these numbers: if this fails, the change is wrong, not the test.
    assert row_keys(GOLDEN).tolist() == [3502954488740138832, 10130634635894441075, 9043038885687767498]
    assert row_keys(GOLDEN, ["n"]).tolist() == [4776491134534079050, 17447748795310691247, 10052239974231976528]
    assert table_digest(GOLDEN) == "a486382a11d51d3c286b271a749506b43de86048b5ddd1137514af2c2c1b2e70"
    assert table_digest(pl.DataFrame()) == "68121be4b6ccf0e87fb7afe1e6b992d328d4b70fa4ba09c018d8be2f9778e55c"
    large = pl.DataFrame({"k": [2**53 + 1, 2**63, 2**64 - 1, 1]}, schema={"k": pl.UInt64})
    assert row_keys(large).tolist() == [
        15772099981438911907,
        11947125349083962798,
        11221859630613640087,
        11512933863170824278,
    ]
    assert text_hash("7590-VHVEG", "holdout") == 4208314932132237447


def key(value: object, dtype: type[pl.DataType] | pl.DataType | None = None) -> int:
    return int(row_keys(pl.DataFrame({"x": pl.Series([value], dtype=dtype)}))[0])


def test_values_that_are_equal_have_one_key() -> None:
    assert key(1) == key(1.0) == key(1, pl.UInt8) == key(1.0, pl.Float32) == key(Decimal(1), pl.Decimal(5, 2))
    assert key(0.0) == key(-0.0) == key(0)
    assert key(float("nan")) == key(-float("nan"))
    assert key(2**60) == key(2**60, pl.UInt64)
    assert key("a") == key("a", pl.Categorical)
    assert key(None, pl.Null) == key(None, pl.String) == key(None, pl.Int64) == key(None, pl.Date)
    moment = datetime(2011, 1, 1, 12, tzinfo=UTC)
    assert key(moment, pl.Datetime("ms", "UTC")) == key(moment, pl.Datetime("ns", "UTC"))
    assert (
        row_keys(pl.DataFrame({"x": [moment]}))[0]
        == row_keys(pl.DataFrame({"x": [moment]}).with_columns(pl.col("x").dt.convert_time_zone("Asia/Tokyo")))[0]
    )


def test_values_that_differ_have_different_keys() -> None:
    naive = datetime(2011, 1, 1)  # noqa: DTZ001 -- naive on purpose
    values = [
        *(key(value) for value in (0, 1, -1, 2**53, 2**53 + 1, 2**62, 2**62 + 1, -(2**53) - 1)),
        *(key(value) for value in (0.5, float("inf"), float("-inf"), float("nan"))),
        *(key(value) for value in ("", " ", "1", "a", "A", "null", "é", "e\u0301")),
        *(key(value) for value in (True, False, date(1970, 1, 2), naive, naive.replace(tzinfo=UTC))),
        key(None, pl.String),
    ]
    assert len(set(values)) == len(values)


def test_wide_numbers_and_fine_moments_have_keys_of_their_own() -> None:
    below, above = pl.Series("a", [-(2**60)]), pl.Series("a", [2**64 - 2**60], dtype=pl.UInt64)
    assert row_keys(below.to_frame()) != row_keys(above.to_frame())
    moments = {nanos: pl.Series("t", [nanos]).cast(pl.Datetime("ns")).to_frame() for nanos in (1000, 1001, 1002)}
    assert len({int(row_keys(frame)[0]) for frame in moments.values()}) == 3
    assert row_keys(moments[1000]) == row_keys(pl.Series("t", [1]).cast(pl.Datetime("us")).to_frame())
    early = pl.Series("t", [-1, None]).cast(pl.Datetime("ns")).to_frame()
    assert len({*row_keys(early).tolist(), *row_keys(moments[1001]).tolist()}) == 3


def test_integers_of_128_bits_count_as_narrow_ones_or_are_refused() -> None:
    wide = pl.Series("a", [7, None, -(2**60)], dtype=pl.Int128).to_frame()
    assert row_keys(wide).tolist() == row_keys(wide.cast(pl.Int64)).tolist()
    with pytest.raises(DataError, match="column `a` holds whole numbers beyond 64 bits"):
        row_keys(pl.Series("a", [10**20], dtype=pl.Int128).to_frame())


def test_a_column_name_is_part_of_the_row() -> None:
    one = pl.DataFrame({"a": [1], "b": [2]})
    assert row_keys(one)[0] != row_keys(one.rename({"a": "b", "b": "a"}))[0]
    assert table_digest(one) != table_digest(one.rename({"a": "c"}))
    assert table_digest(one) != table_digest(one.cast(pl.String))
    assert table_digest(one) == table_digest(one.cast(pl.Int8))
    assert table_digest(one) != table_digest(one.cast(pl.Float64))
    assert table_digest(one.clear()) != table_digest(pl.DataFrame())


frames = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(),
        st.none() | st.text(max_size=3),
        st.none() | st.booleans(),
    ),
    min_size=1,
    max_size=12,
).map(
    lambda rows: pl.DataFrame(
        rows, schema={"i": pl.Int64, "f": pl.Float64, "s": pl.String, "b": pl.Boolean}, orient="row"
    )
)


@settings(deadline=None, max_examples=100)
@given(frames, st.randoms(use_true_random=False), st.integers(0, 12))
def test_the_order_of_rows_columns_and_chunks_does_not_matter(frame: pl.DataFrame, random: Random, cut: int) -> None:
    order = list(range(frame.height))
    random.shuffle(order)
    columns = list(frame.columns)
    random.shuffle(columns)
    mixed = pl.concat([frame[order].head(cut), frame[order].tail(max(0, frame.height - cut))], rechunk=False)
    assert table_digest(mixed.select(columns)) == table_digest(frame)
    assert row_keys(mixed.select(columns)).tolist() == row_keys(frame)[order].tolist()


@settings(deadline=None, max_examples=100)
@given(frames, st.data())
def test_any_cell_that_changes_matters(frame: pl.DataFrame, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, frame.height - 1))
    name = data.draw(st.sampled_from(frame.columns))
    old = frame[row, name]
    new = {"i": 7 if old != 7 else None, "f": 7.5 if old != 7.5 else None, "s": f"{old}!", "b": None if old else True}
    values = frame[name].to_list()
    values[row] = new[name]
    changed = frame.with_columns(pl.Series(name, values, dtype=frame.schema[name]))
    assert table_digest(changed) != table_digest(frame)
    assert (row_keys(changed) != row_keys(frame)).sum() == 1


@settings(deadline=None, max_examples=50)
@given(frames)
def test_how_often_a_row_occurs_matters(frame: pl.DataFrame) -> None:
    assert table_digest(pl.concat([frame, frame.head(1)])) != table_digest(frame)


def test_keys_do_not_collide_on_neighbouring_numbers() -> None:
    side = np.arange(300)
    grid = pl.DataFrame({"a": np.repeat(side, 300), "b": np.tile(side, 300)})
    assert np.unique(row_keys(grid)).size == grid.height


def test_a_table_has_one_digest_as_csv_gzip_zstd_and_parquet(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, None, 3], "b": [0.1, 2.0, None], "s": ["x", "y\nz", None], "c": [True, False, None]})
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_csv(tmp_path / "t.csv")
    frame.lazy().sink_csv(tmp_path / "z.csv.zst", compression="zstd")
    frame.lazy().sink_csv(tmp_path / "g.csv.gz", compression="gzip")
    frame.head(1).write_csv(tmp_path / "part2.csv")
    frame.tail(2).write_csv(tmp_path / "part1.csv")
    expected = table_digest(frame)
    for source in ("t.parquet", "t.csv", "z.csv.zst", "g.csv.gz", "part*.csv"):
        assert table_digest(load(scan(source, root=tmp_path, reading=Reading()))) == expected


def test_a_nested_column_has_no_digest() -> None:
    with pytest.raises(DataError, match="column `x` has the type List"):
        row_keys(pl.DataFrame({"x": [[1]]}))


def test_a_file_digest_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n1\n")
    found = file_digest(tmp_path / "t.csv", shown="data/t.csv")
    assert (found.path, found.bytes, found.sha256) == ("data/t.csv", 4, hashlib.sha256(b"a\n1\n").hexdigest())
    with pytest.raises(DataError, match="cannot be read"):
        file_digest(tmp_path / "none.csv", shown="none.csv")
