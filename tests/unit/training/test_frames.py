from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from modelbout.errors import DataError
from modelbout.manifest import Feature, Signature
from modelbout.training.frames import as_polars

SHAPE = Signature(
    inputs=(
        Feature(name="n", type="number"),
        Feature(name="i", type="integer"),
        Feature(name="s", type="string"),
        Feature(name="b", type="boolean"),
        Feature(name="t", type="datetime"),
    ),
    target="y",
    target_type="number",
)
MOMENT = datetime(2020, 1, 1, 12)  # noqa: DTZ001 -- naive by intent
COLUMNS: dict[str, list[Any]] = {
    "extra": [object(), object()],
    "n": [1.5, None],
    "i": [1, 2],
    "s": ["a", None],
    "b": [True, False],
    "t": [MOMENT, None],
}
WANTED = pl.DataFrame({name: values for name, values in COLUMNS.items() if name != "extra"})


@pytest.mark.parametrize(
    "rows",
    [
        COLUMNS,
        [{name: values[i] for name, values in COLUMNS.items()} for i in range(2)],
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS).convert_dtypes(),
        pd.DataFrame(COLUMNS).astype({"s": "category"}),
        pd.DataFrame(COLUMNS, dtype=object),
        WANTED,
    ],
)
def test_all_kinds_of_rows_are_the_same_rows(rows: object) -> None:
    got = as_polars(rows, SHAPE)
    assert got.with_columns(pl.col("n").fill_nan(None), pl.col("t").cast(pl.Datetime("us"))).equals(WANTED)


def test_missing_keys_of_a_record_are_missing_values() -> None:
    shape = Signature(inputs=SHAPE.inputs[:2], target="y", target_type="number")
    got = as_polars([{"n": 1.0, "i": 1}, {"i": np.int64(3)}], shape)
    assert got.to_dict(as_series=False) == {"n": [1.0, None], "i": [1, 3]}


def test_no_records_are_no_rows() -> None:
    assert as_polars([], SHAPE).shape == (0, 5)


def test_whole_numbers_among_fractions() -> None:
    shape = Signature(inputs=SHAPE.inputs[:1], target="y", target_type="number")
    assert as_polars({"n": [1, 2.5, pd.NA, float("nan")]}, shape)["n"].to_list() == [1.0, 2.5, None, None]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (7, "rows of type int cannot be read"),
        ("text", "rows of type str cannot be read"),
        (np.ones((2, 2)), "rows of type ndarray cannot be read"),
        (pl.LazyFrame({"n": [1]}), "rows of type LazyFrame cannot be read"),
        ([1, 2], "a row in the list is no dictionary"),
        (COLUMNS | {"n": [1.0]}, "of unequal length"),
        (COLUMNS | {"n": ["secret", 2]}, "column 'n' mixes types"),
        (COLUMNS | {"n": [object(), 2]}, "column 'n' mixes types"),
        (COLUMNS | {"i": [2**200, 1]}, "column 'i' mixes types"),
        ({"N": [1], "i": [1]}, r"no column 'n'. Did you mean `N`\?"),
        (pd.DataFrame({"N": [1], "i": [1]}), r"no column 'n'. Did you mean `N`\?"),
        ([{"N": 1}], r"no column 'n'. Did you mean `N`\?"),
    ],
)
def test_rows_that_are_none(rows: object, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        as_polars(rows, SHAPE)
    assert "secret" not in str(caught.value)
