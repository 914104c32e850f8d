"""F0.5 of the positive class: precision weighs twice as much as recall."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import f_beta

METRIC = TableMetric(
    title="F0.5",
    tasks=("binary",),
    scale="unit",
    formula=f_beta(0.5).of_positive,
    gradient=f_beta(0.5).slope_of_positive,
    per_class=True,
)
