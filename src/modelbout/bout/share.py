"""A share of rows, with an interval that is right for few of them and for rows that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT = "exact binomial"
CLUSTERED = "exact binomial, rows of one cluster together"


def share(hits: NDArray[np.bool_], clusters: NDArray[np.int64] | None, confidence: float) -> Estimate:
    """Return the share of rows that are hits, with the interval of Clopper and Pearson 1934.

    Rows that belong together are worth less than as many that do not: the interval is then that of the effective
    number of rows (Korn and Graubard 1998, Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data).

    Args:
        hits: shape (n,), n >= 1.
        clusters: shape (n,), which rows belong together; None when each stands alone.
        confidence: two-sided level.
    """
    value = float(hits.mean())
    trials = hits.size / design_effect(hits.astype(np.float64), clusters)
    rest = (1 - confidence) / 2
    if clusters is not None and trials > 0:
        # Few clusters are few degrees of freedom, too.
        t = special.stdtrit(np.array([hits.size - 1, np.unique(clusters).size - 1], dtype=np.float64), rest)
        trials *= float((t[0] / t[1]) ** 2)
    found = value * trials
    low = float(special.betaincinv(found, trials - found + 1, rest)) if found > 0 else 0.0
    high = float(special.betaincinv(found + 1, trials - found, 1 - rest)) if found < trials else 1.0
    return Estimate(value=value, interval=Interval(low=low, high=high, method=EXACT if clusters is None else CLUSTERED))


def design_effect(values: NDArray[np.float64], clusters: NDArray[np.int64] | None) -> float:
    """Return how many rows are worth as much as one that stands alone, for the mean of these values; at least 1.

    It is the variance of the mean from the sums of its clusters over that from single rows (Kish 1965, Survey
    sampling); infinite for a single cluster, of which no variance can be told. Values that are all alike tell nothing
    of it: then every cluster is worth one row.
    """
    if clusters is None:
        return 1.0
    known = np.unique(clusters).size
    if known == 1:
        return np.inf
    centred = values - values.mean()
    alone = float((centred**2).sum()) / (values.size - 1) * values.size
    if alone <= 0:
        return values.size / known
    together = float((np.bincount(clusters, centred) ** 2).sum()) * known / (known - 1)
    return max(together / alone, 1.0)
