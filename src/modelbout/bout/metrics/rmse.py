"""Root mean squared error, in the target's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.chained import root_of
from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the root of the mean squared error."""
    return root_of(mean_of((sheet.value - sheet.target) ** 2))


METRIC = RowMetric(
    title="RMSE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    root=True,
)
