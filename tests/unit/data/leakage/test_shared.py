from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelbout.data.leakage.nearness import near_keys
from modelbout.data.leakage.shared import near_rows, shared_rows


def measurements(rows: int = 3000, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "place": rng.choice(np.array(["north", "south"]), rows),
            "level": rng.normal(1000, 10, rows),
            "flow": rng.lognormal(0, 2, rows),
            "count": rng.integers(0, 5, rows),
            "gap": np.where(rng.uniform(size=rows) < 0.1, np.nan, rng.normal(size=rows)),
        }
    )


def copied(frame: pl.DataFrame, *changes: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return training rows, and a holdout of others and of 60 changed copies."""
    return frame.head(2000), pl.concat([frame.tail(1000), frame.head(60).with_columns(changes)])


@pytest.mark.parametrize(
    "changes",
    [
        [pl.col("level", "flow", "gap").cast(pl.Float32).cast(pl.Float64)],
        [pl.col("level", "flow", "gap").round(3)],
        [pl.col("level") * 1.8 / 1.8 + 1e-9],
    ],
    ids=["single precision", "rounded", "another unit and back"],
)
def test_copies_that_differ_by_rounding_are_found(changes: list[pl.Expr]) -> None:
    train, holdout = copied(measurements(), *changes)
    (leak,) = shared_rows(train, holdout, id=None)
    assert (leak.kind, leak.level, leak.columns, leak.total) == ("near rows", "error", (), 1060)
    assert leak.count is not None
    assert 50 <= leak.count <= 60
    assert leak.message == f"{leak.count} of 1,060 holdout rows are equal to a training row but for rounding"
    assert leak.rows[0] > 1000
    assert leak.fix


def test_near_copies_under_a_new_id_are_a_warning() -> None:
    frame = measurements().with_row_index("id")
    train, holdout = copied(frame, pl.col("level") + 1e-9, pl.col("id") + 100_000)
    (leak,) = shared_rows(train, holdout, id="id")
    assert (leak.kind, leak.level) == ("near rows", "warn")


def test_copies_with_another_text_or_another_gap_are_no_near_rows() -> None:
    train, holdout = copied(measurements(), pl.lit("west").alias("place"))
    assert shared_rows(train, holdout, id=None) == ()
    train, holdout = copied(measurements(), pl.when(pl.col("gap").is_nan()).then(0.0).alias("gap"))
    leaks = shared_rows(train, holdout, id=None)
    assert [leak.count for leak in leaks if leak.kind == "near rows" and (leak.count or 0) > 10] == []


def test_exact_copies_are_told_once() -> None:
    train, holdout = copied(measurements())
    (leak,) = shared_rows(train, holdout, id=None)
    assert (leak.kind, leak.level, leak.count) == ("shared rows", "error", 60)
    assert leak.rows == (1001, 1002, 1003, 1004, 1005)


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_neighbours_that_are_natural_in_a_coarse_table_are_no_near_rows(decimals: int) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        frame = pl.DataFrame({"a": rng.normal(size=3000), "b": rng.normal(size=3000).round(decimals)})
        assert [leak for leak in shared_rows(frame.head(2400), frame.tail(600), id=None) if leak.level == "error"] == []


def test_without_a_number_nothing_is_near() -> None:
    frame = pl.DataFrame({"a": ["x", "y"] * 10})
    assert near_rows(frame, frame, ["a"], equal=np.zeros(20, dtype=np.bool_)) is None
    assert near_rows(frame, frame, ["a"], equal=np.ones(20, dtype=np.bool_)) is None


def test_what_one_grid_parts_the_other_keeps_together() -> None:
    train = pl.DataFrame({"x": np.arange(1000.0)})
    spread = (np.percentile(np.arange(1000.0), 75) - np.percentile(np.arange(1000.0), 25)) / 1.349
    border = spread * 0.01 * 50
    pair = pl.DataFrame({"x": [border - 1e-6, border + 1e-6]})
    keys = [theirs.tolist() for _, theirs in near_keys(train, pair, ["x"], width=0.01)]
    assert [one[0] == one[1] for one in keys] == [False, True]


def test_constant_infinite_and_missing_numbers_have_keys() -> None:
    frame = pl.DataFrame(
        {"one": [1.0] * 4, "wild": [np.inf, -np.inf, np.nan, 1e308], "none": [None] * 4},
        schema={"one": pl.Float64, "wild": pl.Float64, "none": pl.Int64},
    )
    for mine, theirs in near_keys(frame, frame, frame.columns, width=0.01):
        assert mine.tolist() == theirs.tolist()
        assert len(set(mine.tolist())) >= 3


def test_a_large_table_is_measured_on_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelbout.data.leakage.nearness.SCALE_ROWS", 500)
    train, holdout = copied(measurements(), pl.col("level") + 1e-9)
    assert [leak.kind for leak in shared_rows(train, holdout, id=None)] == ["near rows"]
