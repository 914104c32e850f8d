"""Weighted F1: the mean of the classes' F1, each weighed by its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.margins import last, truths
from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import F1

if TYPE_CHECKING:
    from numpy.typing import NDArray


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return the mean F1 over the rows' true classes."""
    members = truths(table)
    return last(members * F1.by_class(table)) / last(members)


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return its derivative: a class's share moves its weight, and every cell its F1."""
    members = shares.sum(axis=1)
    slope = np.repeat(F1.by_class(shares)[:, None], shares.shape[0], axis=1)
    for code in np.flatnonzero(members):
        slope += members[code] * F1.slope(shares, int(code))
    return slope


METRIC = TableMetric(
    title="Weighted F1",
    tasks=("multiclass",),
    scale="unit",
    formula=formula,
    gradient=gradient,
)
