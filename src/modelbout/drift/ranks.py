"""A table as numbers in which every column has the same scale: what the two measures of whole tables look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


def normal_scores(frame: pl.DataFrame) -> Matrix:
    """Return the normal scores of all columns, shape (rows, columns): mean 0, and variance 1 unless all are equal.

    A missing value counts as the middle. Van der Waerden, Order tests for the two-sample problem and their power, 1952.
    """
    scores = [_standardised(_scored(ordered(column))) for column in frame.iter_columns()]
    return np.column_stack(scores) if scores else np.empty((frame.height, 0))


def ordered(column: pl.Series) -> pl.Series:
    """Return the column as floats that keep its order (texts by their letters), null where there is no value."""
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        column = column.cast(pl.String).rank("dense")
    elif column.dtype.is_temporal():
        column = column.to_physical()
    return column.cast(pl.Float64).fill_nan(None)


def _scored(column: pl.Series) -> Matrix:
    ranks = column.rank("average").cast(pl.Float64).to_numpy()
    there = len(column) - column.null_count()
    # A column without values has no ranks; all of it is the middle.
    scores: Matrix = np.nan_to_num(ndtri((ranks - 0.5) / max(there, 1)), nan=0.0)
    return scores


def _standardised(scores: Matrix) -> Matrix:
    spread = scores.std() if scores.size else 0.0
    standardised: Matrix = (scores - scores.mean()) / (spread or 1.0)
    return standardised
