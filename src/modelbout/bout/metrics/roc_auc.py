"""Area under the ROC curve, with DeLong's variance by ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured, RowMetric
from modelbout.bout.one_vs_rest import macro
from modelbout.bout.reordered import cumulated, macro_reweighed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.bootstrap import Weights
    from modelbout.bout.metric import Reweighed
    from modelbout.bout.ranking import Ranking
    from modelbout.bout.reordered import Order
    from modelbout.bout.sheet import Sheet


def area(ranking: Ranking) -> Measured:
    """Return the share of (positive, negative) pairs in the right order, a tie counting one half.

    A row's influence is its placement value (DeLong, DeLong and Clarke-Pearson 1988; by ranks, Sun and Xu 2014),
    scaled within its class by sqrt(m / (m - 1)), so that the sum of squares is DeLong's unbiased variance.
    """
    hits, misses = ranking.hits, ranking.sizes - ranking.hits
    positives, negatives = int(hits.sum()), int(misses.sum())
    misses_below = np.cumsum(misses) - misses / 2
    hits_above = positives - np.cumsum(hits) + hits / 2
    value = float((hits * misses_below).sum() / (positives * negatives))
    rows = positives + negatives
    of_hit = (misses_below / negatives - value) * _weight(rows, positives)
    of_miss = (hits_above / positives - value) * _weight(rows, negatives)
    return Measured(value, np.where(ranking.hit, ranking.to_rows(of_hit), ranking.to_rows(of_miss)))


def _weight(rows: int, members: int) -> float:
    return rows / members * float(np.sqrt(members / max(members - 1, 1)))


def formula(sheet: Sheet) -> Measured:
    """Return the area for the positive class, or the mean over all classes one against the rest."""
    return macro(sheet, area)


def area_reweighed(order: Order) -> Reweighed:
    """Return what gives the area under other weights: for each positive row the share of the negatives below it."""

    def values(weights: Weights) -> NDArray[np.float64]:
        hits, misses = weights.of(order.hits), cumulated(weights.of(order.misses))
        below = (order.misses_below.below(misses) + order.misses_up_to.below(misses)) / 2
        return np.asarray((hits * below).sum(axis=0, dtype=np.float64) / hits.sum(axis=0) / misses[-1])

    return values


def reweighed(sheet: Sheet) -> Reweighed:
    """Return what gives it under other weights."""
    return macro_reweighed(sheet, area_reweighed)


METRIC = RowMetric(
    title="ROC AUC",
    better="higher",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="unit",
    formula=formula,
    per_class=True,
    reweighed=reweighed,
)
