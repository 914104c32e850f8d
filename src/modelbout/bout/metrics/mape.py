"""Mean absolute percentage error, as a share: 0.1 is 10 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric, median_of_training

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean of each error over its own true value."""
    return mean_of(np.abs(sheet.value - sheet.target) / np.abs(sheet.target))


def outside(sheet: Sheet) -> str:
    """Return how many true values are 0, of which no error is a share."""
    zeros = int(np.count_nonzero(sheet.target == 0))
    return f"{zeros} of {sheet.rows} true values are 0 (mape_safe has no such limit)" if zeros else ""


METRIC = RowMetric(
    title="MAPE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    outside=outside,
    best_constant=median_of_training,
)
