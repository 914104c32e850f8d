from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from modelbout.data.leakage.separation import class_strength, number_strength, ranked


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 40))
def test_the_area_is_that_of_scikit_learn(seed: int, values: int) -> None:
    rng = np.random.default_rng(seed)
    member = rng.permutation(np.arange(300) < 100)
    # two thirds of the order is the answer, so the rank beats group rates from other rows
    scores = np.where(member, 10, 0) + rng.integers(0, values, 300) / 4
    expected = roc_auc_score(member, scores)
    assert class_strength(pl.Series(scores), [member], enough=0.0) == pytest.approx(expected, abs=1e-12)


def test_a_column_of_noise_or_of_names_separates_nothing() -> None:
    rng = np.random.default_rng(0)
    member = rng.uniform(size=2000) < 0.3
    names = pl.Series([f"id{number}" for number in range(2000)])
    assert class_strength(names, [member], enough=0.995) == pytest.approx(0.5, abs=0.05)
    assert class_strength(pl.Series(rng.normal(size=2000)), [member], enough=0.995) < 0.6
    assert number_strength(names, member.astype(float), ranked(member.astype(float))) < 0.05


def test_group_means_of_many_values_come_from_hundredths() -> None:
    x = np.random.default_rng(0).uniform(-1, 1, 20_000)
    assert number_strength(pl.Series(x), x**2, ranked(x**2)) > 0.995
    assert class_strength(pl.Series(x), [np.abs(x) < 0.5], enough=0.995) > 0.995


def test_a_constant_column_explains_nothing() -> None:
    y = np.arange(100.0)
    assert number_strength(pl.Series([3.0] * 100), y, ranked(y)) < 0.01
    assert number_strength(pl.Series([None] * 100, dtype=pl.Float64), y, ranked(y)) < 0.01


def test_ranks_share_ties() -> None:
    assert ranked(np.array([3.0, 1.0, 3.0])).tolist() == [2.5, 1.0, 2.5]


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_the_scale_of_numbers_changes_nothing(scale: float) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 1000))
    column = pl.Series(x + y)
    expected = number_strength(column, x, ranked(x))
    assert 0.3 < expected < 0.7
    assert number_strength(column * scale, x * scale, ranked(x)) == pytest.approx(expected, abs=1e-9)
