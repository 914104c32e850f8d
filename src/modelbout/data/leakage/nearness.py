"""Keys that rows share when their numbers differ by no more than rounding: cells of two offset grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Keys = tuple["NDArray[np.uint64]", "NDArray[np.uint64]"]

SCALE_ROWS: Final = 100_000  # rows that a column's spread is read off: within half a percent
NORMAL_QUARTILES: Final = 1.349  # quartile distance of a normal distribution in standard deviations
OFFSETS: Final = (0.0, 0.5)  # what a border of one grid parts lies in the middle of a cell of the other


def near_keys(train: pl.DataFrame, holdout: pl.DataFrame, columns: Sequence[str], *, width: float) -> Iterator[Keys]:
    """Yield the keys of the training rows and of the holdout rows, once for each grid.

    Two rows share a key when all cells that hold no number are equal, and each number lies in the same cell of a grid
    whose cells are ``width`` standard deviations wide. Numbers that differ by d cells share one with probability 1 - d;
    the second grid is moved by half a cell, so that only rows are missed of which both grids part some column: with 20
    numbers that all differ by a thousandth of a cell, 4 in 10,000. Linear in rows.

    Args:
        train: the rows that the spreads are read off.
        holdout: rows with the same columns.
        columns: the columns that count.
        width: of a cell, in robust standard deviations of the training rows.
    """
    numbers = {name: spread for name in columns if (spread := _spread(train, holdout, name)) > 0}
    others = [name for name in columns if name not in numbers]
    same = [row_keys(frame, others) for frame in (train, holdout)]
    for offset in OFFSETS:
        first, second = (
            _keys(frame, numbers, width, offset, rest) for frame, rest in zip((train, holdout), same, strict=True)
        )
        yield first, second


def _spread(train: pl.DataFrame, holdout: pl.DataFrame, name: str) -> float:
    """Return the column's standard deviation, as the quartiles tell it; 0 for what has none."""
    if not (train.schema[name].is_numeric() and holdout.schema[name].is_numeric()):
        return 0.0
    column = train.get_column(name)
    if column.len() > SCALE_ROWS:
        column = column.sample(SCALE_ROWS, seed=0)
    values = column.cast(pl.Float64).drop_nulls().to_numpy()
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = np.percentile(values, [25, 75])
        spread = float(high - low) / NORMAL_QUARTILES or float(values.std())
    return spread if np.isfinite(spread) else 0.0


def _keys(
    frame: pl.DataFrame, numbers: dict[str, float], width: float, offset: float, same: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    cells = frame.select(
        (pl.col(name).cast(pl.Float64) / (spread * width) + offset).floor().alias(str(place))
        for place, (name, spread) in enumerate(numbers.items())
    )
    return row_keys(pl.DataFrame([pl.Series("same", same, dtype=pl.UInt64), *cells.iter_columns()]))
