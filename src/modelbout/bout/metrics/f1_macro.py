"""Macro F1: the plain mean of the classes' F1."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import F1

METRIC = TableMetric(
    title="Macro F1",
    tasks=("binary", "multiclass"),
    scale="unit",
    formula=F1.macro,
    gradient=F1.slope_of_macro,
    per_class=True,
)
