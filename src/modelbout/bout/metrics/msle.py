"""Mean squared log error: the squared error of log(1 + number), for what grows by factors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.logarithms import above_minus_one, log_mean_of_training, squared_log_errors
from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean of the squared log errors."""
    return mean_of(squared_log_errors(sheet))


METRIC = RowMetric(
    title="MSLE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    outside=above_minus_one,
    best_constant=log_mean_of_training,
)
