from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from modelbout.drift.measures import multivariate
from modelbout.drift.measures.multivariate import MEASURE
from modelbout.drift.rows import Tables


def frame(rows: int, *, seed: int, together: bool = False) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    first, second = rng.choice([-1.0, 1.0], (2, rows))
    if together:
        second = first
    words = rng.choice(["red", "green"], rows)
    return pl.DataFrame(
        {"one": first, "two": second, "word": words, "hole": [None] * rows}, schema_overrides={"hole": pl.Float64}
    )


def test_tables_that_differ_in_two_columns_together_are_told_apart() -> None:
    tables = Tables((600, 600), (frame(600, seed=1), frame(600, seed=2, together=True)))
    (reading,) = MEASURE.read(tables, 1e-4)
    assert reading.value == pytest.approx(0.75, abs=0.05)
    assert reading.effect > reading.allowance
    assert "95 % interval" in reading.detail


def test_tables_of_one_kind_are_not() -> None:
    (reading,) = MEASURE.read(Tables((600, 400), (frame(600, seed=1), frame(400, seed=2))), 1e-4)
    assert reading.effect < reading.allowance
    assert reading.value == pytest.approx(0.5, abs=0.08)


def test_tables_that_share_nothing_are_far_apart_and_still_a_number() -> None:
    one, two = (pl.DataFrame({"x": np.arange(200.0) + start}) for start in (0, 1000))
    (reading,) = MEASURE.read(Tables((200, 200), (one, two)), 1e-4)
    assert reading.value is not None
    assert reading.value > 0.99
    assert 3 < reading.effect < 7
    assert 6 < multivariate._difference(1.0) < 7


def test_the_area_is_that_of_scikit_learn_and_ties_count_half() -> None:
    rng = np.random.default_rng(1)
    zeros, ones = np.round(rng.normal(size=300), 1), np.round(rng.normal(0.5, 1, 200), 1)
    area, error = multivariate._area(zeros, ones)
    truth = np.repeat([0, 1], [300, 200])
    assert area == pytest.approx(roc_auc_score(truth, np.concatenate([zeros, ones])))
    assert 0.02 < error < 0.03


def test_without_enough_rows_there_is_nothing_to_read() -> None:
    few = frame(20, seed=1)
    assert MEASURE.tests(Tables((20, 20), (few, few))) == 0
    assert MEASURE.read(Tables((20, 20), (few, few)), 1e-4) == ()
    assert MEASURE.tests(Tables((20, 20))) == 0
    bare = pl.DataFrame(height=100)
    assert MEASURE.read(Tables((100, 100), (bare, bare)), 1e-4) == ()
