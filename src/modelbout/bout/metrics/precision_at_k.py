"""Precision at k: the share of positives among the rows with the highest scores, as many as ``compare.top`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.metric import Measured, RowMetric
from modelbout.bout.top import top

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the share of positives among them."""
    found = top(sheet)
    return Measured(found.precision, found.influence)


def largest(sheet: Sheet) -> float:
    """Return what one row among the highest scores moves."""
    return 1 / sheet.terms.top


def trials(sheet: Sheet) -> float:
    """Return how many observations are among them."""
    return max(1.0, sheet.terms.top * sheet.observations)


METRIC = RowMetric(
    title="Precision at k",
    better="higher",
    tasks=("binary",),
    needs="proba",
    scale="unit",
    formula=formula,
    largest=largest,
    per_class=True,
    trials=trials,
)
