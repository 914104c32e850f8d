from __future__ import annotations

import polars as pl
import pytest

from modelbout.drift.measures.numeric import MEASURE
from tests.unit.drift.sides import normal, pair, words

ALPHA = 1e-4


def read(first: object, second: object) -> dict[str, float]:
    found = pair(first, second)  # type: ignore[arg-type]
    return {reading.measure: reading.effect for reading in MEASURE.read(found, ALPHA)}


def test_a_shift_is_measured_in_standard_deviations() -> None:
    found = pair(normal(20_000), normal(20_000, mean=0.25, seed=2))
    readings = {reading.measure: reading for reading in MEASURE.read(found, ALPHA)}
    assert readings["wasserstein"].effect == pytest.approx(0.25, abs=0.03)
    assert readings["jensen_shannon"].effect == pytest.approx(0.25, abs=0.03)
    assert readings["psi"].effect == pytest.approx(0.25, abs=0.03)
    assert readings["out_of_range"].effect < 0.1
    assert all(reading.effect > reading.allowance for name, reading in readings.items() if name != "out_of_range")


def test_a_shift_is_the_same_in_every_unit() -> None:
    one = read(normal(5000), normal(5000, mean=0.3, seed=2))
    other = read(normal(5000) * 1e6 + 5e6, normal(5000, mean=0.3, seed=2) * 1e6 + 5e6)
    assert one["wasserstein"] == pytest.approx(other["wasserstein"], abs=0.02)


def test_equal_tables_show_nothing() -> None:
    found = read(normal(5000), normal(5000))
    assert set(found.values()) == {0.0}


def test_one_outlier_decides_nothing() -> None:
    found = read(normal(5000), [*normal(4999), 1e12])
    assert found["wasserstein"] < 0.01
    assert found["jensen_shannon"] == 0


def test_a_spread_that_grows_is_seen_by_the_divergences() -> None:
    found = read(normal(20_000), normal(20_000, spread=1.25, seed=2))
    assert found["jensen_shannon"] > 0.2
    assert found["psi"] > 0.2


@pytest.mark.parametrize(("sentinel", "side"), [(-999.0, "below"), (999.0, "above")])
def test_values_out_of_range_are_counted(sentinel: float, side: str) -> None:
    found = pair(normal(2000), [*normal(1960), *[sentinel] * 40])
    reading = next(reading for reading in MEASURE.read(found, ALPHA) if reading.measure == "out_of_range")
    assert reading.value == 0.02
    assert reading.effect > reading.allowance
    assert reading.detail == f"40 values {side} all of the reference"


def test_a_constant_column_is_judged_by_its_range_alone() -> None:
    found = read([5.0] * 1000, [5.0] * 900 + [7.0] * 100)
    assert set(found) == {"out_of_range"}
    assert found["out_of_range"] > 0.5


def test_a_flag_of_numbers_is_measured_at_its_two_values() -> None:
    found = read([0] * 8000 + [1] * 2000, [0] * 7000 + [1] * 3000)
    assert found["wasserstein"] > 0.1
    assert found["jensen_shannon"] == pytest.approx(0.23, abs=0.02)


def test_lengths_stand_in_for_prose() -> None:
    first = pl.Series([f"{number} {'x' * (number % 9)}" for number in range(2000)])
    found = pair(first, first + " and more of it")
    readings = {reading.measure: reading for reading in MEASURE.read(found, ALPHA)}
    assert readings["out_of_range"].detail.endswith("texts longer than all of the reference")
    assert readings["wasserstein"].effect > 1


def test_what_has_no_bins_or_no_values_is_left_alone() -> None:
    listed = pair(words({"a": 50}), words({"a": 50}))
    assert MEASURE.tests(listed) == 0
    assert MEASURE.read(listed, ALPHA) == ()
    empty = pair(normal(100), pl.Series([None] * 100, dtype=pl.Float64))
    assert MEASURE.tests(empty) == 5
    assert MEASURE.read(empty, ALPHA) == ()
