"""The largest error: one row decides, so no interval is known to hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the largest distance of prediction and truth; no row but one has an influence on it."""
    return Measured(float(np.abs(sheet.value - sheet.target).max()), np.zeros(sheet.rows))


METRIC = RowMetric(
    title="Largest error",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    interval="none",
)
