"""Macro Jaccard index: the plain mean of the classes' Jaccard index."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import JACCARD

METRIC = TableMetric(
    title="Macro Jaccard index",
    tasks=("multiclass",),
    scale="unit",
    formula=JACCARD.macro,
    gradient=JACCARD.slope_of_macro,
    per_class=True,
)
