"""What several metrics of positive numbers share: errors on the log scale, and which numbers have no place there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.sheet import Sheet
    from modelbout.bout.terms import Terms


def squared_log_errors(sheet: Sheet) -> NDArray[np.float64]:
    """Return the squared difference of log(1 + number), shape (n,)."""
    return (np.log1p(sheet.value) - np.log1p(sheet.target)) ** 2


def above(sheet: Sheet, *, truth: float, answers: float, or_equal: bool = False) -> str:
    """Return how many true values or predictions do not lie above a limit; empty when all do.

    Args:
        sheet: the rows.
        truth: true values must be larger.
        answers: predictions must be larger.
        or_equal: a true value that equals its limit will do.
    """
    low = np.count_nonzero(sheet.target < truth if or_equal else sheet.target <= truth)
    if low:
        return f"{low} of {sheet.rows} true values are {'below' if or_equal else 'at or below'} {truth:g}"
    low = np.count_nonzero(sheet.value <= answers)
    return f"{low} of {sheet.rows} predictions are at or below {answers:g}" if low else ""


def above_minus_one(sheet: Sheet) -> str:
    """Return why log(1 + number) has no meaning here."""
    return above(sheet, truth=-1, answers=-1)


def log_mean_of_training(train_truth: NDArray[np.float64], terms: Terms) -> float:  # noqa: ARG001 -- Metric's shape
    """Return the constant with the smallest squared error of log(1 + number)."""
    return float(np.expm1(np.log1p(train_truth[train_truth > -1]).mean())) if (train_truth > -1).any() else 0.0
