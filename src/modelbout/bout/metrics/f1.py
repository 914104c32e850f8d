"""F1 of the positive class."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import F1

METRIC = TableMetric(
    title="F1",
    tasks=("binary",),
    scale="unit",
    formula=F1.of_positive,
    gradient=F1.slope_of_positive,
    per_class=True,
)
