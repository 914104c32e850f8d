from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data.digests import value_keys
from modelbout.data.sketch import MOST_EXACT, distinct, merged, sketch


def keys(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return value_keys(pl.Series(values, dtype=pl.Int64)) if values else np.zeros(0, np.uint64)


@pytest.mark.parametrize("count", [0, 1, 2, 17, MOST_EXACT])
def test_few_are_counted(count: int) -> None:
    assert distinct(sketch(keys(list(range(count)) * 3))) == count


@pytest.mark.parametrize("count", [MOST_EXACT + 1, 100, 1_000, 30_000, 1_000_000])
def test_many_are_estimated(count: int) -> None:
    estimates = [distinct(sketch(keys(list(range(start, start + count))))) for start in (0, 10**7, 10**9)]
    # Three standard errors of 6.5 %.
    assert all(abs(estimate / count - 1) < 0.2 for estimate in estimates)
    assert min(estimates) > MOST_EXACT


def test_the_estimate_has_no_bias() -> None:
    rng = np.random.default_rng(0)
    for count in (100, 700, 5_000):
        found = [distinct(sketch(rng.integers(0, 2**64, count, dtype=np.uint64))) for _ in range(200)]
        # The mean of 200 estimates has a standard error of 0.5 %.
        assert np.mean(found) == pytest.approx(count, rel=0.02)
        assert np.std(found) / count < 0.08


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.integers(0, 300), max_size=400),
    st.lists(st.integers(0, 300), max_size=400),
    st.lists(st.integers(0, 300), max_size=90),
)
def test_the_sketch_of_the_parts_is_that_of_the_whole(a: list[int], b: list[int], c: list[int]) -> None:
    one, two, three = (sketch(keys(part)) for part in (a, b, c))
    whole = sketch(keys(a + b + c))
    assert merged(merged(one, two), three) == whole
    assert merged(three, merged(two, one)) == whole
    assert merged(whole, "") == whole


def test_it_is_small() -> None:
    assert sketch(keys([])) == ""
    assert len(sketch(keys(list(range(MOST_EXACT))))) == 4 + 256
    assert len(sketch(keys(list(range(100_000))))) == 5 + 256


def test_registers_that_are_all_full_do_not_break_it() -> None:
    ones = np.arange(256, dtype=np.uint64) << np.uint64(56)
    assert distinct(sketch(ones)) > 2**50
