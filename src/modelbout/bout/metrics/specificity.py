"""Specificity: the share of the negative rows that were called so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import RECALL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
    """Return the recall of the class that is not the positive one."""
    return RECALL.of_positive(table, _other(positive))


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
    """Return its derivative."""
    return RECALL.slope_of_positive(shares, _other(positive))


def _other(positive: int | None) -> int | None:
    return None if positive is None else 1 - positive


METRIC = TableMetric(
    title="Specificity",
    tasks=("binary",),
    scale="unit",
    formula=formula,
    gradient=gradient,
    per_class=True,
)
