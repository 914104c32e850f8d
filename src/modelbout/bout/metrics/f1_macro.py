"""Macro F1: the plain mean of the classes' F1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.f_score import by_class, slope_of_class
from modelbout.bout.metric import TableMetric

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _seen(table: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(table.sum(axis=-1) + table.sum(axis=-2) > 0)


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return the mean F1 over the classes that occur in the truth or were predicted."""
    return np.asarray(by_class(table).sum(axis=-1) / _seen(table).sum(axis=-1))


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return the mean derivative over the classes that occur in the truth or were predicted."""
    seen = np.flatnonzero(_seen(shares))
    total = np.zeros_like(shares)
    for code in seen:
        total += slope_of_class(shares, int(code))
    return total / seen.size


METRIC = TableMetric(
    title="Macro F1",
    tasks=("binary", "multiclass"),
    scale="unit",
    formula=formula,
    gradient=gradient,
    per_class=True,
)
