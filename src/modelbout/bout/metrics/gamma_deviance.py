"""Mean gamma deviance: for positive amounts, whose errors are relative."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.logarithms import above
from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean of 2 (log(p / y) + y / p - 1)."""
    y, p = sheet.target, sheet.value
    return mean_of(2 * (np.log(p / y) + y / p - 1))


def outside(sheet: Sheet) -> str:
    """Return why a positive amount has no such meaning here."""
    return above(sheet, truth=0, answers=0)


METRIC = RowMetric(
    title="Gamma deviance",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    outside=outside,
)
