"""Weighted absolute percentage error: a relative error that a true value of 0 does not blow up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.chained import ratio_of
from modelbout.bout.metric import RowMetric, median_of_training

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the sum of absolute errors over the sum of absolute true values; NaN when all of those are 0."""
    return ratio_of(np.abs(sheet.value - sheet.target), np.abs(sheet.target))


METRIC = RowMetric(
    title="Weighted MAPE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    best_constant=median_of_training,
)
