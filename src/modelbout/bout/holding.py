"""From an interval and a limit to a status: three answers, never two."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelbout.evidence import Holding, Rule


def against(rule: Rule, margin: float, low: float, high: float) -> Holding:
    """Judge an improvement's interval: does it lie above the margin (superior) or above minus it (non_inferior)?

    ``equivalent`` asks for an interval within the margin on both sides (Schuirmann 1987, two one-sided tests).

    An improvement of exactly 0 with an interval of no width is a tie, which is never a defeat by ``superior``.
    A NaN anywhere is ``uncertain``.
    """
    if rule == "equivalent":
        if -margin < low and high < margin:
            return "holds"
        return "broken" if high < -margin or low > margin else "uncertain"
    line = margin if rule == "superior" else -margin
    if low > line:
        return "holds"
    tie = low == high == 0
    if high < line and not tie:
        return "broken"
    return "uncertain"


def below(limit: float, low: float, high: float) -> Holding:
    """Judge a level's interval against a ceiling."""
    if high <= limit:
        return "holds"
    return "broken" if low > limit else "uncertain"


def above(limit: float, low: float, high: float) -> Holding:
    """Judge a level's interval against a floor."""
    if low >= limit:
        return "holds"
    return "broken" if high < limit else "uncertain"
