"""The probability from which saying yes serves a metric of the labels best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.ranking import rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import TableMetric

# Values that differ by less are equal but for the rounding of float64 sums.
ROUNDING = 1e-12
USUAL = 0.5


def best_threshold(
    metric: TableMetric, probability: NDArray[np.float64], hit: NDArray[np.bool_], *, positive: int
) -> float:
    """Return the threshold from which on saying yes scores best on these rows; of equally good ones, that nearest 0.5.

    Every cut between two different probabilities is tried, and the middle between them returned (Lipton, Elkan and
    Naryanaswamy 2014, Optimal thresholding of classifiers, for why the rows must not be those that are judged).

    Args:
        metric: of the confusion matrix.
        probability: shape (n,), of the positive class, from models that have not learned from the row.
        hit: shape (n,), whether the row is positive.
        positive: index of the positive class.
    """
    ranking = rank(probability, hit)
    misses = ranking.sizes - ranking.hits
    # Cut i says yes from the i-th group on; the last one says it of none.
    right, wrong = (np.append(part[::-1].cumsum()[::-1], 0).astype(np.float64) for part in (ranking.hits, misses))
    tables = np.empty((right.size, 2, 2))
    tables[:, positive, positive], tables[:, positive, 1 - positive] = right, right[0] - right
    tables[:, 1 - positive, positive], tables[:, 1 - positive, 1 - positive] = wrong, wrong[0] - wrong
    values = metric.formula(tables, positive) * (1 if metric.better == "higher" else -1)
    cuts = _cuts(ranking.score)
    good = np.flatnonzero(values[: cuts.size] >= values[: cuts.size].max() - ROUNDING)
    return float(cuts[good[np.abs(cuts[good] - USUAL).argmin()]])


def _cuts(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a threshold below each score; and one above the last, where there is room below 1."""
    edges = np.concatenate([[0.0], score, [1.0]])
    middles = (edges[:-1] + edges[1:]) / 2
    # Between neighbours of float64 the middle is one of them: then the upper one, from which on it is yes.
    cuts = np.where(middles > edges[:-1], middles, edges[1:])
    cuts[0] = middles[0]
    return cuts if score[-1] < 1 else cuts[:-1]
