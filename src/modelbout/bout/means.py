"""Metrics that are a plain mean of one number a row: the influence of a row is its distance from the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.metric import Measured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def mean_of(rows: NDArray[np.float64]) -> Measured:
    """Return the mean of shape (n,) and each row's influence on it."""
    value = rows.mean()
    return Measured(float(value), rows - value)
