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


def flags(rows: int, *, seed: int) -> pl.DataFrame:
    return pl.DataFrame(np.random.default_rng(seed).binomial(1, 0.1, (rows, 2)), schema=["one", "two"], orient="row")


def test_what_hardly_ever_stands_together_may_do_so_more_often_in_a_short_table() -> None:
    def room(one: pl.DataFrame, two: pl.DataFrame) -> float:
        (reading,) = MEASURE.read(Tables((one.height, two.height), (one, two)), 1e-5)
        return reading.allowance or 0.0

    long, short = flags(20_000, seed=1), flags(200, seed=2)
    normal = room(frame(200, 0.0, seed=3, columns=2), frame(20_000, 0.0, seed=4, columns=2))
    assert room(short, long) > 1.25 * normal
    assert room(long, short) == pytest.approx(room(short, long))
    # Of a table in which no row has both, the spread is not smaller: it is that of all rows.
    never = short.with_columns(two=(1 - pl.col("one")) * pl.col("two"))
    assert room(never, long) == pytest.approx(room(short, long), rel=0.05)
    # Two tables of one length are skewed alike, and the difference is not.
    assert room(flags(20_000, seed=5), long) < 1.1 * room(frame(20_000, 0.0, seed=6), frame(20_000, 0.0, seed=7))


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
