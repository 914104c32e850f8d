"""The rows with the highest scores: a share of all, cut by rank, where equal scores at the cut are shared fairly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.ranking import Ranking
    from modelbout.bout.sheet import Sheet

# The rate of positives at the cut is averaged over so many ranks on either side: half of the rows that lie there, or
# fewer when there are many, so that the window gets narrow as a share of all (Fan and Gijbels 1996, n to the 4/5).
NEAR = 0.5
NARROWING = 0.8


@dataclass(frozen=True, eq=False)
class Top:
    """The highest scores.

    Attributes:
        precision: the share of positives among them.
        influence: shape (n,), each row's influence on that share.
        base: the share of positives among all rows.
        hit: shape (n,), whether each row is positive.
    """

    precision: float
    influence: NDArray[np.float64]
    base: float
    hit: NDArray[np.bool_]


def top(sheet: Sheet) -> Top:
    """Return the share of positives among the first ``terms.top`` of the rows, with influences.

    With q the share of rows, a the weight of a row (1 above the cut, 0 below, at it the part that fits in) and m the
    rate of positives at the cut, a row's influence is ``a (y - m) / q + m - precision``: who moves over the cut takes
    somebody's place there (Jiang and Zhao 2015, On asymptotic distributions and confidence intervals for LIFT measures
    in data mining).
    """
    ranking = sheet.ranking(sheet.scored_classes()[0])
    share = sheet.terms.top
    wanted = share * sheet.rows
    sizes, hits = ranking.sizes[::-1], ranking.hits[::-1]
    ends = np.cumsum(sizes)
    cut = int(np.searchsorted(ends, wanted))
    weights = np.zeros(sizes.size)
    weights[:cut] = 1
    weights[cut] = (wanted - (ends[cut] - sizes[cut])) / sizes[cut]
    precision = float((weights * hits).sum() / wanted)
    rate = _rate_at(ranking, ends, wanted)
    weight = ranking.to_rows(weights[::-1])
    influence = weight * (ranking.hit - rate) / share + (rate - precision)
    return Top(precision, influence, float(hits.sum() / sheet.rows), ranking.hit)


def _rate_at(ranking: Ranking, ends: NDArray[np.int64], wanted: float) -> float:
    """Return the share of positives near the cut, whole groups of equal scores at a time."""
    rows = int(ends[-1])
    reach = NEAR * min(wanted, rows - wanted, rows**NARROWING)
    first, last = np.searchsorted(ends, [wanted - reach, wanted + reach])
    near = slice(int(first), int(last) + 1)
    return float(ranking.hits[::-1][near].sum() / ranking.sizes[::-1][near].sum())
