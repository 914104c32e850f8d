from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from modelbout.drift.ranks import normal_scores, ordered


def test_scores_are_standard_whatever_the_values() -> None:
    frame = pl.DataFrame({"x": np.exp(np.random.default_rng(1).normal(size=500)), "c": [1.0] * 500})
    scores = normal_scores(frame)
    assert scores.shape == (500, 2)
    assert scores[:, 0].mean() == pytest.approx(0, abs=1e-9)
    assert scores[:, 0].std() == pytest.approx(1)
    assert (scores[:, 1] == 0).all()


def test_a_missing_value_is_the_middle() -> None:
    scores = normal_scores(
        pl.DataFrame({"x": [1.0, None, 3.0, float("nan")], "n": [None] * 4}, schema_overrides={"n": pl.Float64})
    )
    assert scores[1, 0] == scores[3, 0] == pytest.approx(0)
    assert (scores[:, 1] == 0).all()


def test_no_columns_have_no_scores() -> None:
    assert normal_scores(pl.DataFrame(height=3)).shape == (3, 0)


def test_texts_flags_and_dates_keep_their_order() -> None:
    assert ordered(pl.Series(["b", "a", None, "b"])).to_list() == [2, 1, None, 2]
    assert ordered(pl.Series(["b", "a"], dtype=pl.Categorical)).to_list() == [2, 1]
    assert ordered(pl.Series([True, False])).to_list() == [1, 0]
    assert ordered(pl.Series([date(1970, 1, 2), date(1970, 1, 1)])).to_list() == [1, 0]
