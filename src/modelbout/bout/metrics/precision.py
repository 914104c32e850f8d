"""Precision: the share of right ones among the rows that were called positive."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import PRECISION

METRIC = TableMetric(
    title="Precision",
    tasks=("binary",),
    scale="unit",
    formula=PRECISION.of_positive,
    gradient=PRECISION.slope_of_positive,
    per_class=True,
)
