from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelbout.drift.measures.dependence import MEASURE, MOST_COLUMNS
from modelbout.drift.rows import Tables


def frame(rows: int, together: float, *, seed: int, columns: int = 3) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    first = rng.normal(size=rows)
    second = together * first + np.sqrt(1 - together**2) * rng.normal(size=rows)
    others = {f"x{number}": rng.normal(size=rows) for number in range(columns - 2)}
    return pl.DataFrame({"one": first, "two": np.exp(second), **others})


def test_a_pair_that_goes_together_otherwise_is_found_though_each_column_is_as_before() -> None:
    tables = Tables((3000, 3000), (frame(3000, 0.2, seed=1), frame(3000, 0.6, seed=2)))
    (reading,) = MEASURE.read(tables, 1e-5)
    assert reading.effect == pytest.approx(np.arctanh(0.6) - np.arctanh(0.2), abs=0.08)
    assert reading.effect > reading.allowance
    assert reading.value == pytest.approx(0.4, abs=0.05)
    assert reading.detail.startswith("`one` and `two`: correlation +0.")


def test_equal_dependence_stays_below_what_chance_does() -> None:
    for seed in range(10):
        tables = Tables((500, 700), (frame(500, 0.9, seed=seed), frame(700, 0.9, seed=seed + 100)))
        (reading,) = MEASURE.read(tables, 1e-4)
        assert reading.effect < reading.allowance


def test_columns_that_say_the_same_are_no_trouble() -> None:
    both = frame(500, 0.0, seed=1).with_columns(again=pl.col("one"), still=pl.lit(1.0))
    (reading,) = MEASURE.read(Tables((500, 500), (both, both)), 1e-4)
    assert reading.effect == 0


def test_only_so_many_columns_are_looked_at() -> None:
    wide = frame(100, 0.0, seed=1, columns=MOST_COLUMNS + 20)
    assert MEASURE.tests(Tables((100, 100), (wide, wide))) == MOST_COLUMNS * (MOST_COLUMNS - 1) // 2


def test_without_rows_or_pairs_there_is_nothing_to_read() -> None:
    assert MEASURE.tests(Tables((5, 5))) == 0
    assert MEASURE.read(Tables((5, 5)), 1e-4) == ()
    one = frame(50, 0.0, seed=1).select("one")
    assert MEASURE.read(Tables((50, 50), (one, one)), 1e-4) == ()
    some = frame(50, 0.0, seed=1)
    assert MEASURE.read(Tables((50, 0), (some, some.clear())), 1e-4) == ()
