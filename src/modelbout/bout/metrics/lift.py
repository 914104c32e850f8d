"""Lift: how many times as many positives are among the highest scores as among all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured, RowMetric
from modelbout.bout.top import top

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return precision at k over the share of positives; NaN without any."""
    found = top(sheet)
    if found.base == 0:
        return Measured(float("nan"), np.zeros(sheet.rows))
    value = found.precision / found.base
    return Measured(value, (found.influence - value * (found.hit - found.base)) / found.base)


def largest(sheet: Sheet) -> float:
    """Return what one row among the highest scores moves."""
    hits = int(sheet.support[sheet.scored_classes()[0]])
    return sheet.rows / (sheet.terms.top * hits) if hits else 0.0


METRIC = RowMetric(
    title="Lift",
    better="higher",
    tasks=("binary",),
    needs="proba",
    scale="positive",
    formula=formula,
    largest=largest,
    per_class=True,
)
