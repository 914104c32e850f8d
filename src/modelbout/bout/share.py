"""A share of rows, with an interval that is right for few of them and for rows that belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from modelbout.bout.spread import independent_rows
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.sheet import Sheet

EXACT = "exact binomial"
CLUSTERED = "exact binomial, rows of one cluster together"


def share(hits: NDArray[np.bool_], sheet: Sheet, confidence: float) -> Estimate:
    """Return the share of rows that are hits, with the interval of Clopper and Pearson 1934.

    Rows that belong together are worth less than as many that do not: the interval is then that of the effective
    number of rows (Korn and Graubard 1998, Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data).

    Args:
        hits: shape (n,), n >= 1.
        sheet: the n rows.
        confidence: two-sided level.
    """
    value = float(hits.mean())
    trials = independent_rows(hits.astype(np.float64) - value, sheet, by_class=False, confidence=confidence)
    rest, found = (1 - confidence) / 2, value * trials
    low = float(special.betaincinv(found, trials - found + 1, rest)) if found > 0 else 0.0
    high = float(special.betaincinv(found + 1, trials - found, 1 - rest)) if found < trials else 1.0
    method = EXACT if sheet.observation is None else CLUSTERED
    return Estimate(value=value, interval=Interval(low=low, high=high, method=method))
