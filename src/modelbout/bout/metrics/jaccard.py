"""Jaccard index of the positive class: right ones among the rows that are positive or were called so."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import JACCARD

METRIC = TableMetric(
    title="Jaccard index",
    tasks=("binary",),
    scale="unit",
    formula=JACCARD.of_positive,
    gradient=JACCARD.slope_of_positive,
    per_class=True,
)
