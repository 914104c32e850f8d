"""Balanced accuracy: the mean over the classes of the share of right labels in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.margins import last, truths
from modelbout.bout.metric import TableMetric
from modelbout.bout.ratio import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return the mean recall over the classes that occur in the truth."""
    members = truths(table)
    recall = ratio(np.diagonal(table, axis1=-2, axis2=-1), members)
    return last(recall) / last((members > 0).astype(np.float64))


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return the derivative of each class's recall, over the number of classes."""
    members = shares.sum(axis=1)
    recall = ratio(np.diagonal(shares), members)
    slope = ratio(np.eye(shares.shape[0]) - recall[:, None], members[:, None])
    return slope / np.count_nonzero(members)


METRIC = TableMetric(
    title="Balanced accuracy",
    tasks=("binary", "multiclass"),
    scale="unit",
    formula=formula,
    gradient=gradient,
    per_class=True,
)
