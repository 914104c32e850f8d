from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from modelbout.data.leakage.straightline import leaking_pairs


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.floats(0, 0.3))
def test_the_closed_form_is_least_squares(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 2)) + rng.normal(size=2)
    y = x @ rng.normal(size=2) + noise * rng.normal(size=200)
    expected = LinearRegression().fit(x, y).score(x, y)
    found = leaking_pairs(pl.DataFrame(x, schema=["a", "b"]), y, least=0.0, most_columns=10)
    assert [pair for pair, _ in found] == [("a", "b")]
    assert found[0][1] == pytest.approx(expected, abs=1e-9)


def test_pairs_come_best_first() -> None:
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 500))
    frame = pl.DataFrame({"c": c, "near": b + 0.1 * c, "a": a, "b": b})
    found = leaking_pairs(frame, a + b, least=0.9, most_columns=10)
    assert [pair for pair, _ in found] == [("a", "b"), ("near", "a")]


def test_one_column_is_no_pair() -> None:
    assert leaking_pairs(pl.DataFrame({"a": [1.0, 2.0]}), np.array([1.0, 2.0]), least=0.9, most_columns=10) == []


def test_doubled_constant_and_mostly_missing_columns_are_no_pair() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500))
    half = np.where(np.arange(500) < 200, b, np.nan)
    frame = pl.DataFrame({"a": a, "again": a * 2 + 1, "one": np.ones(500), "half": half, "none": np.full(500, np.inf)})
    assert leaking_pairs(frame, a + b, least=0.9, most_columns=10) == []


def test_answers_that_do_not_vary_where_both_are_known_are_not_explained() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 400))
    known = np.arange(400) < 200
    frame = pl.DataFrame({"a": np.where(known, a, np.nan), "b": np.where(known, b, np.nan)})
    y = np.where(known, 1.0, a)
    assert leaking_pairs(frame, y, least=-1.0, most_columns=10) == [(("a", "b"), 0.0)]


def test_of_many_columns_the_best_are_tried() -> None:
    rng = np.random.default_rng(0)
    noise = {f"n{number}": rng.normal(size=500) for number in range(30)}
    a, b = rng.normal(size=(2, 500))
    frame = pl.DataFrame(noise | {"a": a, "b": b, "one": np.ones(500)})
    assert [pair for pair, _ in leaking_pairs(frame, a + b, least=0.99, most_columns=2)] == [("a", "b")]


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_the_scale_of_numbers_changes_nothing(scale: float) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500)) * scale
    ((pair, strength),) = leaking_pairs(pl.DataFrame({"a": a, "b": b}), a + b, least=0.9, most_columns=10)
    assert pair == ("a", "b")
    assert strength == pytest.approx(1.0)
