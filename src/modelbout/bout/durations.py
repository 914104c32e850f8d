"""Durations and their ratios: medians, with intervals that suppose no distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from modelbout.bout.guardrail import unmeasured
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALLOWED = "interleaved timings of both models"
METHOD = "order statistics"
PAIRED = "order statistics of paired ratios"


def median(name: str, seconds: NDArray[np.float64] | None, confidence: float, *, unit: float = 1.0) -> Estimate:
    """Return the median of durations with the interval of the order statistics (Thompson 1936).

    Args:
        name: of the guardrail, for messages.
        seconds: shape (b,), None when nothing was timed.
        confidence: two-sided level.
        unit: how many of the answer's units one second is.

    Raises:
        DataError: no timings, timings that are no durations, or too few for this confidence.
    """
    return _estimate(name, _durations(name, seconds, "challenger") * unit, confidence, METHOD)


def ratio(
    name: str, mine: NDArray[np.float64] | None, theirs: NDArray[np.float64] | None, confidence: float
) -> Estimate:
    """Return the median of the paired ratios, with an interval that supposes no distribution.

    The i-th of both ran one after the other, so what disturbs the machine disturbs both: of the same model twice, the
    median of these ratios stays within 0.95 to 1.01, where the ratio of two medians does not. The interval is that of
    the order statistics (Thompson 1936): each ratio is above the true median with probability 1/2.

    Raises:
        DataError: no timings, timings that are no durations, or too few for this confidence.
    """
    own, other = _durations(name, mine, "challenger"), _durations(name, theirs, "champion")
    if own.size != other.size:
        raise unmeasured(
            name, f"{own.size} batches of the challenger were timed and {other.size} of the champion", ALLOWED
        )
    return _estimate(name, own / other, confidence, PAIRED)


def least(confidence: float) -> int:
    """Return how many values an interval of their median takes: the smallest and the largest must bound it."""
    return int(np.ceil(-np.log2((1 - confidence) / 2)))


def _estimate(name: str, values: NDArray[np.float64], confidence: float, method: str) -> Estimate:
    if values.size < least(confidence):
        found = f"{values.size} values were timed: a {confidence:.4g} interval of a median takes at least"
        raise unmeasured(name, f"{found} {least(confidence)}", ALLOWED)
    ordered = np.sort(values)
    # The largest k for which fewer than k of the values lie below the median with probability at most half the rest.
    tail = special.bdtr(np.arange(ordered.size), ordered.size, 0.5)
    k = int(np.count_nonzero(tail <= (1 - confidence) / 2))
    bounds = Interval(low=float(ordered[k - 1]), high=float(ordered[ordered.size - k]), method=method)
    return Estimate(value=float(np.median(ordered)), interval=bounds)


def _durations(name: str, seconds: NDArray[np.float64] | None, who: str) -> NDArray[np.float64]:
    if seconds is None or seconds.size == 0:
        raise unmeasured(name, f"the {who} was not timed", ALLOWED)
    if not (np.isfinite(seconds).all() and (seconds > 0).all()):
        raise unmeasured(name, f"the {who}'s timings are not all durations above 0", ALLOWED)
    return seconds
