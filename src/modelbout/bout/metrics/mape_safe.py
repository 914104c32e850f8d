"""Weighted absolute percentage error: a relative error that a true value of 0 does not blow up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the sum of absolute errors over the sum of absolute true values; NaN when all of those are 0."""
    errors, sizes = np.abs(sheet.value - sheet.target), np.abs(sheet.target)
    typical = sizes.mean()
    if typical == 0:
        return Measured(float("nan"), np.zeros(sheet.rows))
    value = errors.mean() / typical
    return Measured(float(value), (errors - value * sizes) / typical)


METRIC = RowMetric(
    title="Weighted MAPE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
)
