from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.data.profile import profile
from modelbout.profile import NumberProfile
from modelbout.report.distribution import MOST_BARS, shape

if TYPE_CHECKING:
    from collections.abc import Iterable


def numbers(values: Iterable[float]) -> NumberProfile:
    found = profile(pl.DataFrame({"x": pl.Series(values)})).columns[0].numbers
    assert found is not None
    return found


def test_even_values_have_even_bars() -> None:
    found = shape(numbers(np.linspace(0, 1, 1_000)))
    assert found is not None
    assert (found.low, found.high, found.cut, found.single) == (0.0, 1.0, False, False)
    assert len(found.shares) == MOST_BARS
    assert found.width == 0.05
    assert sum(found.shares) == pytest.approx(1)
    assert found.shares == pytest.approx([0.05] * 20, abs=0.02)


def test_few_whole_numbers_have_a_bar_each() -> None:
    found = shape(numbers([1] * 50 + [2] * 30 + [4] * 20))
    assert found is not None
    assert (found.low, found.high, found.single) == (1.0, 5.0, True)
    assert found.shares == pytest.approx((0.5, 0.3, 0.1, 0.1))


def test_a_heavy_value_is_a_high_bar() -> None:
    values = np.concatenate([np.zeros(500), np.linspace(1, 100, 500)])
    found = shape(numbers(values))
    assert found is not None
    assert found.shares[0] > 0.5
    assert sum(found.shares) == pytest.approx(1)


def test_long_tails_are_left_out() -> None:
    values = np.concatenate([np.linspace(0, 1, 990), np.linspace(1e6, 2e6, 10)])
    found = shape(numbers(np.concatenate([values] * 2)))
    assert found is not None
    assert found.high <= 2e6
    bulk = shape(numbers(np.random.default_rng(0).standard_cauchy(20_000)))
    assert bulk is not None
    assert bulk.cut
    assert bulk.high < 200
    assert 0.97 < sum(bulk.shares) < 1


def test_one_value_or_none_has_no_shape() -> None:
    assert shape(numbers([3.0] * 20)) is None
    assert shape(NumberProfile(edges=(0.0, 1.0), counts=(0,))) is None
    assert shape(NumberProfile(edges=(-1.7e308, 1.7e308), counts=(20,), quantiles=(0.0,) * 7)) is None
