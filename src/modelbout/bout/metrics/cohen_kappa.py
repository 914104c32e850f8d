"""Cohen's kappa: agreement of label and truth beyond what their frequencies alone would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.margins import hits, labels, last, truths
from modelbout.bout.metric import TableMetric
from modelbout.bout.ratio import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    """Return (observed - expected) / (1 - expected) agreement (Cohen 1960); 0 when both are one class throughout."""
    shares = table / last(truths(table))[..., None, None]
    expected = last(truths(shares) * labels(shares))
    return ratio(hits(shares) - expected, 1 - expected)


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
    """Return the derivative of that ratio (Fleiss, Cohen and Everitt 1969)."""
    truth, label = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = label[:, None] + truth[None, :]
    room = 1 - (truth * label).sum()
    return ratio(np.eye(shares.shape[0]) - (1 - formula(shares, positive)) * by_chance, room)


METRIC = TableMetric(
    title="Cohen's kappa",
    tasks=("binary", "multiclass"),
    scale="signed",
    formula=formula,
    gradient=gradient,
)
