"""Metrics that are a plain mean of one number a row: the influence of a row is its distance from the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.bootstrap import Blocks
from modelbout.bout.metric import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelbout.bout.bootstrap import Weights
    from modelbout.bout.metric import Reweighed
    from modelbout.bout.sheet import Sheet


def mean_of(rows: NDArray[np.float64]) -> Measured:
    """Return the mean of shape (n,) and each row's influence on it."""
    value = rows.mean()
    return Measured(float(value), rows - value)


def mean_reweighed(rows: NDArray[np.float64], blocks: Sequence[Blocks] = ()) -> Reweighed:
    """Return what gives the mean of shape (n,) under other weights.

    Args:
        rows: one number a row.
        blocks: all rows, in orders in which these numbers rise or fall; none: they are sorted here.
    """
    parts = [(one, one.means(rows)) for one in blocks or [Blocks(np.argsort(rows))]]

    def values(weights: Weights) -> NDArray[np.float64]:
        drawn = [(weights.of(one), typical) for one, typical in parts]
        total = np.sum([typical @ weight for weight, typical in drawn], axis=0)
        return np.asarray(total / np.sum([weight.sum(axis=0) for weight, _ in drawn], axis=0))

    return values


def loss_reweighed(sheet: Sheet, losses: NDArray[np.float64]) -> Reweighed:
    """Return what gives a mean loss of probabilities, which rises or falls with the score within each class."""
    if sheet.positive is None:
        return mean_reweighed(losses)
    order = sheet.in_order(sheet.positive)
    return mean_reweighed(losses, (order.hits, order.misses))
