"""The dummy baseline: what a model must beat that has looked at nothing but the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import TableMetric
from modelbout.bout.terms import NO_TERMS
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Metric
    from modelbout.bout.terms import Terms
    from modelbout.manifest import Task


def baseline(
    metric: Metric,
    *,
    task: Task,
    classes: int,
    positive: int | None,
    train_truth: NDArray[np.int64] | NDArray[np.float64],
    rows: int,
    terms: Terms = NO_TERMS,
) -> Predictions:
    """Return the best constant answer that the training rows' target suggests for this metric, ``rows`` times.

    Probabilities are the classes' shares in training. The label is the most frequent class, or the positive one
    when that scores better on the training rows (always saying yes is a strong dummy for F1). For regression it is
    what scores best there, such as the median for an absolute error.
    """
    if task == "regression":
        constant = metric.constant(train_truth.astype(np.float64), terms)
        return Predictions(value=np.full(rows, constant))
    counts = np.bincount(train_truth.astype(np.int64), minlength=classes)
    label = int(counts.argmax())
    if positive is not None and isinstance(metric, TableMetric):
        label = max((label, positive), key=lambda code: _score(metric, counts, code, positive))
    proba = np.broadcast_to(counts / counts.sum(), (rows, classes))
    return Predictions(label=np.full(rows, label, dtype=np.int64), proba=np.ascontiguousarray(proba))


def _score(metric: TableMetric, counts: NDArray[np.int64], label: int, positive: int) -> float:
    table = np.zeros((counts.size, counts.size))
    table[:, label] = counts
    value = float(metric.formula(table, positive))
    return value if metric.better == "higher" else -value
