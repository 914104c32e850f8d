"""What a holdout can see, and how many rows it would take to see more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scipy import special

from modelbout.bout.intervals import quantile
from modelbout.evidence import Power

if TYPE_CHECKING:
    from modelbout.bout.paired import Difference
    from modelbout.evidence import Rule

# 4 times in 5: the customary power of a planned trial (Cohen 1988, Statistical power analysis).
POWER = 0.8

# More rows than anybody has: the answer is then "this difference cannot be seen".
MOST_ROWS = 10**12


def power(metric: str, difference: Difference, *, rule: Rule, margin: float, rows: int, confidence: float) -> Power:
    """Return the smallest detectable difference, the rows for the observed one and those for the margin.

    All follow from the standard error, which falls with the square root of the rows (of clusters, where rows come in
    them: as many rows to each).

    Args:
        metric: the metric's name.
        difference: the paired difference on this holdout.
        rule: what the interval is held against: above the margin, above minus it, or within it on both sides.
        margin: of the rule.
        rows: rows of the holdout.
        confidence: two-sided level of the interval.

    Returns:
        ``detectable`` is counted from the line: the margin, or minus the margin; for ``equivalent`` it is the smallest
        margin within which two equal models are shown. ``rows_needed`` is None when the observed improvement does not
        keep the rule, or when no number of rows would do. ``rows_if_equal`` shows that an equal model keeps the margin
        (Schuirmann 1987 for ``equivalent``); None for ``superior`` and a margin of 0.
    """
    missed = 1 - POWER
    one, both = (quantile(confidence) - float(special.ndtri(share)) for share in (missed, missed / 2))
    # Two equal models miss an equivalence on either side, so each may be missed half as often.
    detectable = (both if rule == "equivalent" else one) * difference.error
    distance = {
        "superior": difference.improvement - margin,
        "equivalent": margin - abs(difference.improvement),
    }.get(rule, difference.improvement + margin)
    return Power(
        metric=metric,
        detectable=detectable,
        rows_needed=_rows(one * difference.error, distance, rows),
        rows_if_equal=None if rule == "superior" else _rows(detectable, margin, rows),
    )


def _rows(seen: float, distance: float, rows: int) -> int | None:
    """Return the rows on which a distance is seen when so many rows see another one."""
    if distance <= 0 or seen == 0:
        return None
    needed = rows * (seen / distance) ** 2
    return math.ceil(needed) if needed < MOST_ROWS else None
