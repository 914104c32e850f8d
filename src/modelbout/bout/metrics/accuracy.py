"""Accuracy: the share of right labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.margins import hits, last, truths
from modelbout.bout.metric import TableMetric

if TYPE_CHECKING:
    from numpy.typing import NDArray


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return the diagonal's share of the table."""
    return hits(table) / last(truths(table))


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return 1 on the diagonal, 0 elsewhere."""
    return np.eye(shares.shape[0])


METRIC = TableMetric(
    title="Accuracy",
    tasks=("binary", "multiclass"),
    scale="unit",
    formula=formula,
    gradient=gradient,
)
