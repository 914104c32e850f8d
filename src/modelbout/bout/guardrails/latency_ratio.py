"""How much longer the challenger takes to score than the champion does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from modelbout.bout.guardrail import CornerGuardrail
from modelbout.errors import DataError, Problem
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.guardrail import Match
    from modelbout.bout.ring import Corner


def measure(match: Match) -> Estimate:
    """Return the median of the paired ratios, with an interval that supposes no distribution.

    The i-th batches of both ran one after the other, so what disturbs the machine disturbs both: of the same model
    twice, the median of these ratios stays within 0.95 to 1.01, where the ratio of two medians does not. The
    interval is that of the order statistics (Thompson 1936): each ratio is above the true median with probability
    1/2.

    Raises:
        DataError: no timings, timings that are no durations, or too few for this confidence.
    """
    mine = _seconds(match.ring.challenger, "challenger")
    theirs = _seconds(match.ring.champion, "champion")
    if mine.size != theirs.size:
        raise _unusable(f"{mine.size} batches of the challenger were timed and {theirs.size} of the champion")
    rest = (1 - match.confidence) / 2
    needed = int(np.ceil(-np.log2(rest)))
    if mine.size < needed:
        raise _unusable(
            f"{mine.size} pairs of batches were timed: a {match.confidence:.4g} interval of a median takes at least"
            f" {needed}"
        )
    ratios = np.sort(mine / theirs)
    # The largest k for which fewer than k of the ratios lie below the median with probability at most `rest`.
    tail = special.bdtr(np.arange(ratios.size), ratios.size, 0.5)
    k = int(np.count_nonzero(tail <= rest))
    return Estimate(
        value=float(np.median(ratios)),
        interval=Interval(
            low=float(ratios[k - 1]), high=float(ratios[ratios.size - k]), method="order statistics of paired ratios"
        ),
    )


def _seconds(corner: Corner | None, who: str) -> NDArray[np.float64]:
    seconds = None if corner is None else corner.seconds
    if seconds is None or seconds.size == 0:
        raise _unusable(f"the {who} was not timed")
    if not (np.isfinite(seconds).all() and (seconds > 0).all()):
        raise _unusable(f"the {who}'s timings are not all durations above 0")
    return seconds


def _unusable(found: str) -> DataError:
    return DataError(
        Problem(
            found=f"latency_ratio cannot be measured: {found}",
            allowed="interleaved timings of both models",
            fix="Score both models again in one run, or take latency_ratio out of compare.guardrails.",
        )
    )


GUARDRAIL = CornerGuardrail(title="Latency ratio", unit="times the champion's", needs_champion=True, measure=measure)
