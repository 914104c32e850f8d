"""F2 of the positive class: recall weighs twice as much as precision."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import f_beta

METRIC = TableMetric(
    title="F2",
    tasks=("binary",),
    scale="unit",
    formula=f_beta(2.0).of_positive,
    gradient=f_beta(2.0).slope_of_positive,
    per_class=True,
)
