"""The dummy baseline: what a model must beat that has looked at nothing but the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import TableMetric
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Metric
    from modelbout.manifest import Task

# The median is the constant with the smallest absolute error, the mean that with the smallest squared error.
ABSOLUTE = ("mae", "mape_safe")


def baseline(
    metric: Metric,
    name: str,
    *,
    task: Task,
    classes: int,
    positive: int | None,
    train_truth: NDArray[np.int64] | NDArray[np.float64],
    rows: int,
) -> Predictions:
    """Return the best constant answer that the training rows' target suggests for this metric, ``rows`` times.

    Probabilities are the classes' shares in training. The label is the most frequent class, or the positive one
    when that scores higher on the training rows (always saying yes is a strong dummy for F1). For regression it is
    the mean, or the median for metrics of the absolute error.
    """
    if task == "regression":
        constant = np.median(train_truth) if name in ABSOLUTE else np.mean(train_truth)
        return Predictions(value=np.full(rows, float(constant)))
    counts = np.bincount(train_truth.astype(np.int64), minlength=classes)
    label = int(counts.argmax())
    if positive is not None and isinstance(metric, TableMetric):
        label = max((label, positive), key=lambda code: _score(metric, counts, code, positive))
    proba = np.broadcast_to(counts / counts.sum(), (rows, classes))
    return Predictions(label=np.full(rows, label, dtype=np.int64), proba=np.ascontiguousarray(proba))


def _score(metric: TableMetric, counts: NDArray[np.int64], label: int, positive: int) -> float:
    table = np.zeros((counts.size, counts.size))
    table[:, label] = counts
    return float(metric.formula(table, positive))
