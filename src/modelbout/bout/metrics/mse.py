"""Mean squared error, in the square of the target's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean of the squared errors."""
    return mean_of((sheet.value - sheet.target) ** 2)


METRIC = RowMetric(
    title="MSE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
)
