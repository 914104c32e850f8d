"""D squared of the absolute error: as R squared, but robust, against the median of the holdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.chained import skill_of
from modelbout.bout.metric import RowMetric, median_of_training

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return 1 minus absolute error over that of the median; NaN when the truth is constant."""
    return skill_of(np.abs(sheet.value - sheet.target), np.abs(sheet.target - np.median(sheet.target)))


METRIC = RowMetric(
    title="D\u00b2 of the absolute error",
    better="higher",
    tasks=("regression",),
    needs="value",
    scale="below_one",
    formula=formula,
    best_constant=median_of_training,
)
