from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data.profile import (
    FEWEST_ROWS,
    MOST_BINS,
    MOST_CATEGORIES,
    PROFILE_QUANTILES,
    ColumnProfile,
    NumberProfile,
    Profile,
    profile,
)
from modelbout.errors import DataError
from modelbout.record import from_json, to_json


def only(column: pl.Series) -> ColumnProfile:
    return profile(column.alias("x").to_frame()).columns[0]


def numbers(column: pl.Series) -> NumberProfile:
    found = only(column).numbers
    assert found is not None
    return found


def test_numbers() -> None:
    found = only(pl.Series([*range(1, 101), None]))
    assert (found.type, found.count, found.nulls, found.distinct) == ("integer", 100, 1, 100)
    assert found.numbers is not None
    assert (found.numbers.min, found.numbers.max, found.numbers.mean) == (1, 100, 50.5)
    assert found.numbers.std == pytest.approx(29.011491975882016)
    assert found.numbers.quantiles == pytest.approx([1.99, 5.95, 25.75, 50.5, 75.25, 95.05, 99.01])
    assert len(found.numbers.quantiles) == len(PROFILE_QUANTILES)
    assert found.numbers.counts == (10,) * 10
    assert found.categories == ()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=400))
def test_the_histogram_holds_every_value_in_bins_of_ten_or_more(values: list[float]) -> None:
    found = numbers(pl.Series(values, dtype=pl.Float64))
    assert sum(found.counts) == len(values)
    assert len(found.edges) == len(found.counts) + 1
    assert len(found.counts) <= MOST_BINS
    assert found.edges[0] == found.min
    assert found.edges[-1] == found.max
    for place, count in enumerate(found.counts):
        last = place == len(found.counts) - 1
        low, high = found.edges[place], found.edges[place + 1]
        assert count == sum(low <= value and (value < high or (last and value == high)) for value in values)


def test_nan_and_infinities_are_counted_and_left_out() -> None:
    found = only(pl.Series([1.0, float("nan"), float("inf"), float("-inf"), None]))
    assert (found.count, found.nulls, found.nan, found.infinite) == (4, 1, 1, 2)
    assert found.numbers is not None
    assert (found.numbers.min, found.numbers.max, found.numbers.std) == (1.0, 1.0, None)
    assert (found.numbers.edges, found.numbers.counts) == ((1.0, 1.0), (1,))
    assert only(pl.Series([float("nan")])).numbers is None


def test_numbers_too_large_for_a_mean_do_not_break_the_record() -> None:
    found = profile(pl.DataFrame({"x": [1.7e308] * 3 + [-1.7e308]}))
    assert from_json(to_json(found), Profile) == found
    assert found.columns[0].numbers is not None
    assert found.columns[0].numbers.std is None


def test_rare_values_are_suppressed() -> None:
    found = only(pl.Series(["a"] * 12 + ["b"] * 10 + ["c"] * 9 + ["secret"] + [None]))
    assert [(category.value, category.count) for category in found.categories] == [("a", 12), ("b", 10)]
    assert found.other == 10
    assert found.distinct == 4
    assert only(pl.Series([f"id{number}" for number in range(100)])).categories == ()
    assert FEWEST_ROWS == 10


def test_only_the_most_frequent_values_are_kept_in_a_stable_order() -> None:
    values = [f"v{number:03}" for number in range(MOST_CATEGORIES + 5) for _ in range(10)]
    found = only(pl.Series(values))
    assert [category.value for category in found.categories] == sorted(set(values))[:MOST_CATEGORIES]
    assert found.other == 50


def test_booleans_dates_and_datetimes() -> None:
    flags = only(pl.Series([True] * 11 + [False] * 3))
    assert [(category.value, category.count) for category in flags.categories] == [("true", 11)]
    assert flags.other == 3
    days = only(pl.Series([date(2012, 1, 31), date(2011, 1, 1), None]))
    assert (days.type, days.earliest, days.latest) == ("date", "2011-01-01", "2012-01-31")
    moments = only(pl.Series([datetime(2011, 1, 1, 12, 30, tzinfo=UTC)]))
    assert moments.earliest is not None
    assert datetime.fromisoformat(moments.earliest) == datetime(2011, 1, 1, 12, 30, tzinfo=UTC)


def test_a_column_of_nulls_and_an_empty_table() -> None:
    found = only(pl.Series([None, None], dtype=pl.String))
    assert (found.count, found.nulls, found.distinct, found.numbers) == (0, 2, 0, None)
    empty = profile(pl.DataFrame({"a": []}, schema={"a": pl.Float64}))
    assert (empty.rows, empty.columns[0].count) == (0, 0)
    assert from_json(to_json(empty), Profile) == empty


def test_a_nested_column_has_no_profile() -> None:
    with pytest.raises(DataError, match="no profile"):
        profile(pl.DataFrame({"a": [[1]]}))


def test_the_same_rows_in_another_order_have_the_same_profile() -> None:
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"a": rng.integers(0, 9, 500), "s": rng.choice(["x", "y"], 500)})
    assert profile(frame) == profile(frame[rng.permutation(500)])
