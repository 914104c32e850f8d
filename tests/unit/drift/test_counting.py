"""Counting in one pass agrees with the profile that holds all rows."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from msgspec.structs import replace

from modelbout.data.profile import profile
from modelbout.drift.counting import count, cuts
from tests.unit.drift.sides import scan

RNG = np.random.default_rng(3)


def table(rows: int) -> pl.DataFrame:
    moment = datetime(2026, 1, 1)  # noqa: DTZ001 -- a naive column
    zero = RNG.random(rows) < 0.4
    return pl.DataFrame(
        {
            "number": pl.Series(np.where(RNG.random(rows) < 0.01, math.inf, RNG.normal(size=rows))),
            "holes": pl.Series(RNG.normal(size=rows)).replace({0.0: None}),
            "nan": pl.Series([math.nan, -math.inf, None, *RNG.normal(size=rows - 3)]),
            "spike": pl.Series(np.where(zero, 0.0, RNG.exponential(size=rows))),
            "whole": pl.Series(RNG.integers(0, 7, rows)),
            "flag": pl.Series(RNG.random(rows) < 0.3),
            "word": pl.Series(RNG.choice(["a", "b", "c", "d"], rows, p=[0.5, 0.3, 0.19, 0.01])),
            "prose": pl.Series([f"{number:x}" * (number % 5 + 1) for number in range(rows)]),
            "kind": pl.Series(RNG.choice(["x", "y"], rows)).cast(pl.Categorical),
            "money": pl.Series(RNG.integers(0, 10_000, rows)).cast(pl.Decimal(12, 2)),
            "day": pl.Series([date(2026, 1, 1) + timedelta(days=int(day)) for day in RNG.integers(0, 300, rows)]),
            "moment": pl.Series([moment + timedelta(seconds=int(second)) for second in RNG.integers(0, 10**7, rows)]),
            "zoned": pl.Series(
                [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=int(hour)) for hour in RNG.integers(0, 9000, rows)]
            ).dt.convert_time_zone("Europe/Berlin"),
        }
    )


@pytest.mark.parametrize("name", table(200).columns)
def test_each_kind_of_column_is_counted_as_its_profile_does(name: str) -> None:
    first, second = table(900).select(name), table(1500).select(name)
    reference = profile(first)
    expected, found = profile(second, reference).columns[0], count(scan(second), reference).columns[0]
    same = ("name", "type", "count", "nulls", "nan", "infinite", "categories", "other")
    assert {key: getattr(found, key) for key in same} == {key: getattr(expected, key) for key in same}
    for one, two in ((found.numbers, expected.numbers), (found.lengths, expected.lengths)):
        if two is None:
            assert one is None
            continue
        assert one is not None
        assert (one.edges, one.counts, one.below, one.above) == (two.edges, two.counts, two.below, two.above)
        assert one.mean == pytest.approx(two.mean, rel=1e-4, abs=1e-4)
        assert one.std == pytest.approx(two.std, rel=1e-4)
        assert one.quantiles == pytest.approx(two.quantiles, rel=1e-3, abs=1e-3)


def test_only_the_wanted_columns_are_counted_and_missing_ones_left_out() -> None:
    frame = table(200)
    reference = profile(frame.select("number", "whole", "flag"))
    found = count(scan(frame.drop("flag")), reference, ["whole", "flag"])
    assert [column.name for column in found.columns] == ["whole"]
    assert found.rows == 200


def test_a_column_of_another_kind_has_its_own_type_and_no_layout() -> None:
    reference = profile(table(200).select("number", "word", "flag", "day"))
    frame = pl.DataFrame(
        {"number": ["x"] * 3, "word": [1.5, None, 2.0], "flag": [date(2026, 1, 1)] * 3, "day": [True, None, False]}
    )
    found = count(scan(frame), reference).columns
    assert [column.type for column in found] == ["string", "number", "datetime", "boolean"]
    assert [(column.count, column.nulls) for column in found] == [(3, 0), (2, 1), (3, 0), (2, 1)]
    assert all(column.numbers is None and not column.categories for column in found)


@pytest.mark.parametrize("target", [[1, 0, 1, 1], [1.0, 0.0, 1.0, 1.0]])
def test_a_label_is_counted_as_text(target: list[float]) -> None:
    frame = pl.DataFrame({"y": target * 20})
    texts = pl.Series("y", [str(int(value)) for value in target] * 20)
    reference = profile(frame.drop("y").with_columns(pl.Series("x", [1.0] * 80)), label=texts)
    label = count(scan(frame), reference).label
    assert label is not None
    assert {one.value: one.count for one in label.categories} == {"1": 60, "0": 20}
    assert label.other == 0


def test_a_number_as_label_stays_one() -> None:
    frame = pl.DataFrame({"y": RNG.normal(size=100)})
    reference = profile(frame, label=frame["y"])
    label = count(scan(frame), reference).label
    assert label is not None
    assert label.numbers is not None
    assert sum(label.numbers.counts) == 100
    assert count(scan(frame.rename({"y": "z"})), reference).label is None


def test_an_empty_table_counts_nothing() -> None:
    frame = table(200)
    found = count(scan(frame.clear()), profile(frame))
    assert found.rows == 0
    assert all(column.count == 0 and column.nulls == 0 for column in found.columns)
    assert all(column.numbers.mean is None for column in found.columns if column.numbers is not None)


def test_columns_without_bins_have_counts_alone() -> None:
    frame = pl.DataFrame({"few": [1.0, 2.0, None], "day": [date(2026, 1, 1)] * 3, "n": [1, 2, 3]})
    found = count(scan(frame), profile(frame)).columns
    assert [(column.count, column.nulls, column.numbers) for column in found] == [
        (2, 1, None),
        (3, 0, None),
        (3, 0, None),
    ]


def test_no_column_name_clashes_with_an_aggregate() -> None:
    frame = pl.DataFrame({"a0": RNG.normal(size=100), "a1": ["x"] * 100})
    found = count(scan(frame), profile(frame))
    assert [column.count for column in found.columns] == [100, 100]


def test_after_two_equal_edges_the_next_bin_starts_at_the_next_number() -> None:
    assert cuts((0.0, 0.0, 1.0)) == (math.nextafter(0.0, 1.0),)
    assert cuts((0.0, 1.0, 2.0)) == (1.0,)
    frame = pl.DataFrame({"x": [0.0] * 60 + [value / 100 for value in range(1, 61)]})
    reference = profile(frame)
    numbers = count(scan(frame), reference).columns[0].numbers
    assert numbers is not None
    assert numbers.counts[0] == 60
    assert replace(numbers, mean=None, std=None, quantiles=()).counts == reference.columns[0].numbers.counts  # type: ignore[union-attr]
