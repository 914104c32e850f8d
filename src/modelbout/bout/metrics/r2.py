"""Coefficient of determination, against the mean of the holdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return 1 minus squared error over variance; NaN when the truth is constant."""
    errors = (sheet.value - sheet.target) ** 2
    spread = (sheet.target - sheet.target.mean()) ** 2
    variance = spread.mean()
    if variance == 0:
        return Measured(float("nan"), np.zeros(sheet.rows))
    lost = errors.mean() / variance
    return Measured(float(1 - lost), (lost * spread - errors) / variance)


METRIC = RowMetric(
    title="R\u00b2",
    better="higher",
    tasks=("regression",),
    needs="value",
    scale="below_one",
    formula=formula,
)
