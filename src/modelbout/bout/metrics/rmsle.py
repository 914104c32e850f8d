"""Root mean squared log error: 0.1 is an error of about 10 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.chained import root_of
from modelbout.bout.logarithms import above_minus_one, log_mean_of_training, squared_log_errors
from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the root of the mean squared log error."""
    return root_of(mean_of(squared_log_errors(sheet)))


METRIC = RowMetric(
    title="RMSLE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    root=True,
    outside=above_minus_one,
    best_constant=log_mean_of_training,
)
