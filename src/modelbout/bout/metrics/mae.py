"""Mean absolute error, in the target's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric, median_of_training

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean distance of prediction and truth."""
    return mean_of(np.abs(sheet.value - sheet.target))


METRIC = RowMetric(
    title="MAE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    best_constant=median_of_training,
)
