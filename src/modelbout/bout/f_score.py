"""F1 by class from a confusion matrix, and its derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.ratio import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray


def by_class(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each class's F1, shape (..., k), from tables of shape (..., k, k); 0 for a class that never occurs."""
    either = table.sum(axis=-1) + table.sum(axis=-2)
    return ratio(2 * np.diagonal(table, axis1=-2, axis2=-1), either)


def slope_of_class(shares: NDArray[np.float64], code: int) -> NDArray[np.float64]:
    """Return the derivative of one class's F1 by each cell, shape (k, k)."""
    either = shares[code].sum() + shares[:, code].sum()
    slope = np.zeros_like(shares)
    if either > 0:
        value = 2 * shares[code, code] / either
        slope[code] -= value / either
        slope[:, code] -= value / either
        slope[code, code] += 2 / either
    return slope
