"""Expected calibration error, the plug-in estimate: always too large, so that no interval is known to hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.calibration import bins_of
from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean distance of probability and share over the bins, each weighed by its rows."""
    bins = bins_of(sheet)
    return Measured(float(bins.rows @ np.abs(bins.gap) / sheet.rows), np.zeros(sheet.rows))


METRIC = RowMetric(
    title="Expected calibration error",
    better="lower",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="unit",
    formula=formula,
    interval="none",
)
