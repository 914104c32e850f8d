"""Average precision: the area under the precision-recall steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured, RowMetric
from modelbout.bout.one_vs_rest import macro

if TYPE_CHECKING:
    from modelbout.bout.ranking import Ranking
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


METRIC = RowMetric(
    title="Average precision",
    better="higher",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="unit",
    formula=formula,
    per_class=True,
)
