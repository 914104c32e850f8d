from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.errors import DataError
from modelbout.manifest import Feature, Signature
from modelbout.training.rows import arrays, features, target_values, write_rows
from modelbout.training.worker.frames import read_frame

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import ColumnType


def crossed(frame: pl.DataFrame) -> pd.DataFrame:
    specs, parts = arrays(frame)
    return read_frame(parts, [{"name": s.name, "type": s.type, "timezone": s.timezone} for s in specs])


def sign(**columns: ColumnType) -> Signature:
    inputs = tuple(Feature(name=name, type=kind) for name, kind in columns.items())
    return Signature(inputs=inputs, target="y", target_type="number")


@given(
    texts=st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1),
    data=st.data(),
)
def test_what_crosses_the_border_is_what_was_there(texts: list[str | None], data: st.DataObject) -> None:
    n = len(texts)
    ints = data.draw(st.lists(st.none() | st.integers(-(2**53), 2**53), min_size=n, max_size=n))
    floats = data.draw(st.lists(st.none() | st.floats(allow_nan=False), min_size=n, max_size=n))
    flags = data.draw(st.lists(st.none() | st.booleans(), min_size=n, max_size=n))
    frame = pl.DataFrame(
        {"t": texts, "i": ints, "f": floats, "b": flags},
        schema={"t": pl.String, "i": pl.Int64, "f": pl.Float64, "b": pl.Boolean},
    )
    got = crossed(frame)
    for name, values in (("t", texts), ("i", ints), ("f", floats), ("b", flags)):
        assert [None if pd.isna(v) else v for v in got[name].tolist()] == values


def test_the_npz_holds_no_pickle_and_the_target(tmp_path: Path) -> None:
    path = tmp_path / "rows.npz"
    write_rows(path, pl.DataFrame({"a": ["x", None]}), target=np.array([1, 0]))
    with np.load(path, allow_pickle=False) as archive:
        assert archive["y"].tolist() == [1, 0]
        assert all(archive[name].dtype != object for name in archive.files)


def test_whole_columns_keep_the_dtypes_of_read_csv() -> None:
    got = crossed(pl.DataFrame({"i": [1, 2], "f": [0.5, 1.5], "b": [True, False], "n": [1, None]}))
    assert [str(dtype) for dtype in got.dtypes] == ["int64", "float64", "bool", "float64"]
    assert np.isnan(got["n"][1])


def test_dates_and_times_become_datetime64() -> None:
    frame = pl.DataFrame(
        {
            "d": [date(2020, 2, 29), None],
            "t": [datetime(2020, 1, 1, 5, 6, 7, 8), None],  # noqa: DTZ001 -- naive by intent
        }
    ).with_columns(z=pl.col("t").dt.replace_time_zone("Europe/Berlin"))
    got = crossed(frame)
    assert got["d"].dtype.kind == got["t"].dtype.kind == "M"
    assert got["d"][0] == pd.Timestamp("2020-02-29")
    assert got["t"][0] == pd.Timestamp("2020-01-01 05:06:07.000008")
    assert got["z"][0] == pd.Timestamp("2020-01-01 05:06:07.000008", tz="Europe/Berlin")
    assert got["z"][0].hour == 5
    assert got.iloc[1].isna().all()


def test_no_rows_and_no_columns_cross_too() -> None:
    assert crossed(pl.DataFrame({"a": pl.Series([], dtype=pl.String)})).shape == (0, 1)


def test_decimals_and_categories_are_plain() -> None:
    frame = pl.DataFrame({"d": [Decimal("1.25"), None], "c": pl.Series(["u", "v"], dtype=pl.Categorical)})
    got = crossed(frame)
    assert got["d"][0] == 1.25
    assert got["c"].tolist() == ["u", "v"]


def test_numbers_beyond_64_bits_are_refused() -> None:
    frame = pl.DataFrame({"big": pl.Series([2**63], dtype=pl.UInt64)})
    with pytest.raises(DataError, match="column 'big' holds whole numbers beyond 64 bits"):
        arrays(frame)


def test_features_come_in_the_order_and_type_of_the_signature() -> None:
    frame = pl.DataFrame({"b": [1, 2], "extra": [0, 0], "a": ["x", "y"]})
    got = features(frame, sign(a="string", b="number"))
    assert got.schema == pl.Schema({"a": pl.String(), "b": pl.Float64()})


def test_whole_numbers_may_turn_into_fractions_and_dates_into_times() -> None:
    frame = pl.DataFrame({"a": [0.5], "d": [datetime(2020, 1, 1)]})  # noqa: DTZ001 -- naive by intent
    assert features(frame, sign(a="integer", d="date"))["a"].to_list() == [0.5]


@pytest.mark.parametrize("kind", ["integer", "number", "string", "boolean", "date", "datetime"])
def test_a_column_of_nulls_fits_every_type(kind: ColumnType) -> None:
    got = features(pl.DataFrame({"a": pl.Series([None, None], dtype=pl.String)}), sign(a=kind))
    assert got["a"].null_count() == 2
    assert crossed(got)["a"].isna().all()


def test_all_missing_and_retyped_columns_are_named_at_once() -> None:
    frame = pl.DataFrame({"Age": [1], "code": [7]})
    with pytest.raises(DataError) as caught:
        features(frame, sign(age="integer", code="string"))
    first, second = caught.value.problems
    assert first.found == "the rows have no column 'age'. Did you mean `Age`?"
    assert second.found == "column 'code' is of type integer here"
    assert second.allowed == "string, as in the training rows"
    assert second.fix == "read it as string: declare the type in the data contract; in Python, convert the column"


@pytest.mark.parametrize(
    ("series", "kind", "classes", "values"),
    [
        (pl.Series([2, 10]), "integer", ("10", "2"), [10, 2]),
        (pl.Series([True, False]), "boolean", ("false", "true"), [False, True]),
        (pl.Series([0.0, 2.0]), "number", ("0", "2"), [0.0, 2.0]),
        (pl.Series([0.0, 0.5]), "number", ("0", "0.5"), ["0", "0.5"]),
        (pl.Series([Decimal(1), Decimal(0)]), "number", ("0", "1"), [0.0, 1.0]),
        (pl.Series(["b", "a"]), "string", ("a", "b"), ["a", "b"]),
        (pl.Series([date(2020, 1, 1)]), "date", ("2020-01-01",), ["2020-01-01"]),
    ],
)
def test_class_values_in_the_targets_own_type(
    series: pl.Series, kind: ColumnType, classes: tuple[str, ...], values: list[object]
) -> None:
    shape = Signature(inputs=(), target="y", target_type=kind, classes=classes)
    assert target_values(series, shape) == values
