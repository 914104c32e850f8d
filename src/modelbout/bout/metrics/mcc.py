"""Matthews correlation coefficient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.margins import hits, labels, last, truths
from modelbout.bout.metric import TableMetric
from modelbout.bout.ratio import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Far above the rounding of a sum of shares (1e-16), far below one row of a billion (1e-9).
ROUNDING = 1e-12


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return the correlation of truth and label (Gorodkin 2004 for many classes); 0 when either is constant."""
    shares = table / last(truths(table))[..., None, None]
    truth, label = truths(shares), labels(shares)
    joint = hits(shares) - last(truth * label)
    return ratio(joint, np.sqrt(_spread(truth) * _spread(label)))


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
    """Return the derivative of the ratio of covariance and standard deviations."""
    truth, label = shares.sum(axis=1), shares.sum(axis=0)
    of_truth, of_label = _spread(truth), _spread(label)
    value = formula(shares, positive)
    joint = np.eye(shares.shape[0]) - label[:, None] - truth[None, :]
    drift = ratio(truth[:, None], of_truth) + ratio(label[None, :], of_label)
    return ratio(joint, np.sqrt(of_truth * of_label)) + value * drift


def _spread(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = 1 - last(shares**2)
    # One class only leaves rounding noise instead of 0, which would become a denominator.
    return np.where(spread < ROUNDING, 0.0, spread)


METRIC = TableMetric(
    title="Matthews correlation",
    tasks=("binary", "multiclass"),
    scale="signed",
    formula=formula,
    gradient=gradient,
)
