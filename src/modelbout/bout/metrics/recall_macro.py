"""Macro recall: the plain mean of the classes' recall."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import RECALL

METRIC = TableMetric(
    title="Macro recall",
    tasks=("multiclass",),
    scale="unit",
    formula=RECALL.macro,
    gradient=RECALL.slope_of_macro,
    per_class=True,
)
