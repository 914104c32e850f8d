from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data.histogram import added, emptied, lay_out, quantile, tally
from modelbout.profile import FEWEST_ROWS, PROFILE_QUANTILES, NumberProfile

finite = st.floats(allow_nan=False, allow_infinity=False)
lists = st.lists(st.one_of(finite, st.integers(-3, 3).map(float), st.floats(-1, 1)), max_size=200)


def own(values: list[float] | np.ndarray[tuple[int], np.dtype[np.float64]], bins: int = 20) -> NumberProfile:
    array = np.asarray(values, dtype=np.float64)
    laid = lay_out(array, most_bins=bins)
    assert laid is not None
    return tally(array, laid)


def test_a_plain_column() -> None:
    found = own(np.arange(1.0, 1001.0))
    assert found.edges[:4] == (0.0, 50.0, 100.0, 150.0)
    assert len(found.counts) == 20
    large = own(np.arange(1.0, 100_001.0))
    assert large.edges[:4] == (0.0, 1_000.0, 5_000.0, 10_000.0)
    assert len(large.counts) == 22
    assert sum(found.counts) == found.count == 1000
    assert found.mean == 500.5
    assert found.std == pytest.approx(288.8194360957494)
    assert (found.min, found.max, found.whole, found.unit) == (0.0, 1000.0, True, 1.0)
    assert found.quantiles == pytest.approx([10, 50, 250, 500, 750, 950, 990], abs=2)


def test_fewer_than_ten_values_have_no_layout() -> None:
    assert lay_out(np.arange(FEWEST_ROWS - 1.0), most_bins=20) is None
    assert lay_out(np.arange(float(FEWEST_ROWS)), most_bins=20) is not None


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(finite, st.integers(-3, 3).map(float), st.floats(-1, 1)), min_size=10, max_size=300))
def test_every_bin_of_the_layouts_own_values_has_ten_of_them(values: list[float]) -> None:
    found = own(values)
    assert found.below == found.above == 0
    assert sum(found.counts) == len(values)
    assert min(found.counts) >= FEWEST_ROWS
    assert list(found.edges) == sorted(found.edges)
    assert found.edges[0] <= min(values)
    assert found.edges[-1] >= max(values)
    assert all(math.isfinite(edge) for edge in found.edges)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(finite, st.integers(-3, 3).map(float)), min_size=10, max_size=100), lists)
def test_values_are_counted_where_the_edges_say(reference: list[float], values: list[float]) -> None:
    laid = emptied(own(reference))
    found = tally(np.array(values, dtype=np.float64), laid)
    edges, bins = laid.edges, len(laid.counts)
    counts = [0] * bins
    for value in values:
        if not edges[0] <= value <= edges[-1]:
            continue
        for place in range(bins):
            low, high = edges[place], edges[place + 1]
            if low == high == value or low <= value < high:
                counts[place] += 1
                break
        else:
            counts[-1] += 1
    assert found.counts == tuple(counts)
    assert found.below == sum(value < edges[0] for value in values)
    assert found.above == sum(value > edges[-1] for value in values)


def test_a_heavy_value_has_a_bin_of_its_own() -> None:
    rng = np.random.default_rng(1)
    found = own(np.concatenate([np.zeros(600), rng.lognormal(3, 1, 400)]))
    assert found.edges[:2] == (0.0, 0.0)
    assert found.counts[0] == 600
    assert found.quantiles[3] == 0.0


def test_one_value_and_few_values() -> None:
    found = own([5.0] * 30)
    assert (found.edges, found.counts, found.mean, found.std) == ((5.0, 5.0), (30,), 5.0, 0.0)
    other = tally(np.array([4.0, 5.0, 6.0]), emptied(found))
    assert (other.below, other.counts, other.above) == (1, (1,), 1)
    assert (other.min, other.max) == (None, None)
    flags = own([0.0] * 40 + [1.0] * 60)
    assert (flags.edges, flags.counts) == ((0.0, 1.0, 1.0), (40, 60))
    assert own([0.0] * 99 + [1.0]).counts == (100,)


def test_moments_are_right_to_half_a_unit() -> None:
    rng = np.random.default_rng(2)
    for values in (rng.normal(1e6, 3, 5_000), rng.lognormal(0, 3, 5_000), rng.normal(0, 1e-9, 5_000)):
        found = own(values)
        assert found.mean is not None
        assert found.std is not None
        assert abs(found.mean - math.fsum(values) / 5_000) <= found.unit / 2
        assert found.std == pytest.approx(values.std(ddof=1), rel=1e-4)
        assert found.unit < 1e-4 * (found.edges[-2] - found.edges[1])


def test_whole_numbers_have_exact_moments() -> None:
    values = np.array([10**9 + place for place in range(100)], dtype=np.float64)
    found = own(values)
    assert found.mean == 10**9 + 49.5
    spread = Fraction(sum((2 * place - 99) ** 2 for place in range(100)), 4 * 99)
    assert found.std == math.sqrt(spread)


def test_values_far_out_leave_no_mean() -> None:
    laid = emptied(own(np.arange(100.0)))
    found = tally(np.array([1.0] * 20 + [1e300]), laid)
    assert (found.mean, found.std, found.extreme, found.above) == (None, None, 1, 1)
    large = tally(np.array([1.0] * 20 + [1e9]), laid)
    assert large.mean == pytest.approx((20 + 1e9) / 21)
    assert large.std == pytest.approx(np.std([1.0] * 20 + [1e9], ddof=1))


@pytest.mark.parametrize("values", [[1.7e308] * 15 + [-1.7e308] * 15, [5e-324] * 15 + [1e-323] * 15, [0.0] * 10])
def test_the_ends_of_the_doubles(values: list[float]) -> None:
    found = own(values)
    assert found.count == len(values)
    assert all(math.isfinite(value) for value in found.quantiles)


def test_few_values_have_no_mean() -> None:
    laid = emptied(own(np.arange(100.0)))
    assert tally(np.arange(9.0), laid).mean is None
    assert tally(np.arange(10.0), laid).mean == 4.5


@settings(deadline=None, max_examples=100)
@given(st.lists(finite, min_size=10, max_size=60), lists, lists)
def test_counts_add_up(reference: list[float], one: list[float], two: list[float]) -> None:
    laid = emptied(own(reference))
    parts = [tally(np.array(part, dtype=np.float64), laid) for part in (one, two)]
    whole = tally(np.array(one + two, dtype=np.float64), laid)
    assert added(parts[0], parts[1]) == added(parts[1], parts[0]) == whole
    assert emptied(whole) == laid


def test_chunks_do_not_matter() -> None:
    values = np.random.default_rng(3).lognormal(2, 4, 200_000)
    found = own(values)
    halves = [tally(values[start::2], emptied(found)) for start in (0, 1)]
    assert added(halves[0], halves[1]) == found


def test_quantiles_stay_within_the_range() -> None:
    found = own(np.arange(100.0))
    assert quantile(found, 0) == 0.0
    assert quantile(found, 1) <= 99.0
    outside = tally(np.array([-5.0] * 10 + [500.0] * 10), emptied(found))
    assert outside.quantiles == tuple(
        found.edges[0] if level <= 0.5 else found.edges[-1] for level in PROFILE_QUANTILES
    )
    assert tally(np.zeros(0), emptied(found)).quantiles == ()
