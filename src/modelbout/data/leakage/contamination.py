"""Holdout rows that a model was trained on, from the keys of its training rows or a sample of these."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.data.leakage.twins import twins
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]
    Mask = NDArray[np.bool_]

METHOD: Final = "Wilson, from a sample of the row ids"


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of m holdout rows.

    Attributes:
        found: shape (m,), rows that the model was trained on.
        asked: shape (m,), rows of which it is known whether it was; all of them unless the keys are a sample.
        natural: whether they are no more than rows of one table have twins among themselves.
        within: the share of training rows that have a twin among the others.
        count: how many of all m rows, estimated where the keys are a sample; None when no row could be asked.
    """

    found: Mask
    asked: Mask
    natural: bool
    within: float
    count: Estimate | None


def seen_rows(trained: Keys, holdout: Keys, *, below: int | None, confidence: float) -> Seen:
    """Find the holdout rows whose key is among the training rows' keys.

    A sample holds every training key below a threshold, so for each holdout key below it the answer is known; these
    rows are a random sample of the holdout, and their share is an unbiased estimate of the share of all. Its interval
    is Wilson's (1927, Probable inference) for the rows that could not be asked.

    Args:
        trained: shape (k,), keys of training rows.
        holdout: shape (m,), keys of holdout rows, hashed alike.
        below: the threshold; None when all training rows are there.
        confidence: two-sided level of the interval.
    """
    asked = np.ones(holdout.size, dtype=np.bool_) if below is None else holdout < np.uint64(below)
    alike = twins(trained, holdout[asked])
    found = np.zeros(holdout.size, dtype=np.bool_)
    found[asked] = alike.found
    count = _estimate(alike.count, int(asked.sum()), holdout.size, confidence)
    return Seen(found, asked, alike.natural, alike.within, count)


def _estimate(found: int, asked: int, rows: int, confidence: float) -> Estimate | None:
    if not asked:
        return None
    if asked == rows:
        return Estimate(value=found)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = found / asked
    spread = z * math.sqrt(share * (1 - share) / asked + (z / asked) ** 2 / 4)
    middle, scale = share + z * z / asked / 2, 1 + z * z / asked
    low, high = ((middle - spread) / scale, (middle + spread) / scale)
    rest = rows - asked
    interval = Interval(low=found + rest * max(0.0, low), high=found + rest * min(1.0, high), method=METHOD)
    return Estimate(value=share * rows, interval=interval)
