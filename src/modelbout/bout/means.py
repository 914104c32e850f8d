"""Metrics that are a plain mean of one number a row: the influence of a row is its distance from the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.bootstrap import Blocks
from modelbout.bout.metric import Measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.bootstrap import Weights
    from modelbout.bout.metric import Reweighed


def mean_of(rows: NDArray[np.float64]) -> Measured:
    """Return the mean of shape (n,) and each row's influence on it."""
    value = rows.mean()
    return Measured(float(value), rows - value)


def mean_reweighed(rows: NDArray[np.float64]) -> Reweighed:
    """Return what gives the mean of shape (n,) under other weights."""
    blocks = Blocks(np.argsort(rows))
    typical = blocks.means(rows)

    def values(weights: Weights) -> NDArray[np.float64]:
        weight = weights.of(blocks)
        return np.asarray(typical @ weight / weight.sum(axis=0))

    return values
