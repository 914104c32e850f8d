"""What a holdout can see, and how many rows it would take to see more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scipy import special

from modelbout.bout.intervals import quantile
from modelbout.evidence import Power

if TYPE_CHECKING:
    from modelbout.bout.paired import Difference

# 4 times in 5: the customary power of a planned trial (Cohen 1988, Statistical power analysis).
POWER = 0.8

# More rows than anybody has: the answer is then "this difference cannot be seen".
MOST_ROWS = 10**12


def power(metric: str, difference: Difference, *, line: float, rows: int, confidence: float) -> Power:
    """Return the smallest detectable difference and the rows needed for the observed one, from the standard error.

    Args:
        metric: the metric's name.
        difference: the paired difference on this holdout.
        line: what the interval must lie above: the margin, or minus the margin for ``non_inferior``.
        rows: rows of the holdout.
        confidence: two-sided level of the interval.

    Returns:
        ``detectable`` is counted from ``line``; ``rows_needed`` is None when the observed improvement does not lie
        above the line, or when no number of rows would do.
    """
    reach = quantile(confidence) + float(special.ndtri(POWER))
    detectable = reach * difference.error
    distance = difference.improvement - line
    if distance <= 0 or detectable == 0:
        return Power(metric=metric, detectable=detectable)
    needed = rows * (detectable / distance) ** 2
    return Power(metric=metric, detectable=detectable, rows_needed=math.ceil(needed) if needed < MOST_ROWS else None)
