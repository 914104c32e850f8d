"""Average precision: the area under the precision-recall steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured, RowMetric
from modelbout.bout.one_vs_rest import macro
from modelbout.bout.ratio import ratio
from modelbout.bout.reordered import cumulated, macro_reweighed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.bootstrap import Weights
    from modelbout.bout.metric import Reweighed
    from modelbout.bout.ranking import Ranking
    from modelbout.bout.reordered import Order
    from modelbout.bout.sheet import Sheet


def precision(ranking: Ranking) -> Measured:
    """Return the mean over the positive rows of the precision at their own score.

    The influence of a row (y, s) is the Gateaux derivative of E[y T(s) / Q(s)] / E[y], where Q(s) is the share of
    rows that score at least s and T(s) the share of those that are positive too::

        (y (T(s) / Q(s) + A(s) - AP) - B(s)) / E[y],   A(s) = E[y / Q; S <= s],   B(s) = E[y T / Q^2; S <= s]

    A and B are cumulative sums over the sorted scores.
    """
    rows_above, hits_above = ranking.from_top()
    positives = int(ranking.hits.sum())
    rows = ranking.order.size
    at_score = hits_above / rows_above
    value = float((ranking.hits * at_score).sum() / positives)
    a = np.cumsum(ranking.hits / rows_above)
    b = np.cumsum(ranking.hits * at_score / rows_above)
    of_hit = ranking.to_rows(at_score + a - value - b)
    of_miss = ranking.to_rows(-b)
    return Measured(value, np.where(ranking.hit, of_hit, of_miss) * (rows / positives))


def formula(sheet: Sheet) -> Measured:
    """Return it for the positive class, or the mean over all classes one against the rest."""
    return macro(sheet, precision)


def precision_reweighed(order: Order) -> Reweighed:
    """Return what gives it under other weights: at each positive row the precision of all that score as high."""

    def values(weights: Weights) -> NDArray[np.float64]:
        hits, misses = weights.of(order.hits), cumulated(weights.of(order.misses))
        rising = cumulated(hits)
        hits_above = rising[-1] - order.hits_below.below(rising)
        misses_above = misses[-1] - order.misses_below.below(misses)
        at_score = ratio(hits_above, hits_above + misses_above)
        return np.asarray((hits * at_score).sum(axis=0, dtype=np.float64) / rising[-1])

    return values


def reweighed(sheet: Sheet) -> Reweighed:
    """Return what gives it under other weights."""
    return macro_reweighed(sheet, precision_reweighed)


METRIC = RowMetric(
    title="Average precision",
    better="higher",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="unit",
    formula=formula,
    per_class=True,
    reweighed=reweighed,
)
