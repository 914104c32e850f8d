"""Coefficient of determination, against the mean of the holdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.chained import skill_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return 1 minus squared error over variance; NaN when the truth is constant."""
    return skill_of((sheet.value - sheet.target) ** 2, (sheet.target - sheet.target.mean()) ** 2)


METRIC = RowMetric(
    title="R\u00b2",
    better="higher",
    tasks=("regression",),
    needs="value",
    scale="below_one",
    formula=formula,
)
