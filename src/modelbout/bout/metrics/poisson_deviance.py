"""Mean Poisson deviance: for counts, whose spread grows with their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy import special

from modelbout.bout.logarithms import above
from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean of 2 (y log(y / p) - y + p), where 0 log 0 is 0."""
    y, p = sheet.target, sheet.value
    return mean_of(2 * (special.xlogy(y, y / p) - y + p))


def outside(sheet: Sheet) -> str:
    """Return why a count has no such meaning here: true values from 0, predictions above it."""
    return above(sheet, truth=0, answers=0, or_equal=True)


METRIC = RowMetric(
    title="Poisson deviance",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    outside=outside,
)
