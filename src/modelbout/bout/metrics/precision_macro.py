"""Macro precision: the plain mean of the classes' precision."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import PRECISION

METRIC = TableMetric(
    title="Macro precision",
    tasks=("multiclass",),
    scale="unit",
    formula=PRECISION.macro,
    gradient=PRECISION.slope_of_macro,
    per_class=True,
)
