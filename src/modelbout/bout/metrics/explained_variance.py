"""Explained variance: as R squared, but a constant error costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.chained import skill_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return 1 minus the variance of the errors over that of the truth; NaN when the truth is constant."""
    errors = sheet.target - sheet.value
    return skill_of((errors - errors.mean()) ** 2, (sheet.target - sheet.target.mean()) ** 2)


METRIC = RowMetric(
    title="Explained variance",
    better="higher",
    tasks=("regression",),
    needs="value",
    scale="below_one",
    formula=formula,
)
