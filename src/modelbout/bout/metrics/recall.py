"""Recall: the share of the positive rows that were called so."""

from __future__ import annotations

from modelbout.bout.metric import TableMetric
from modelbout.bout.tversky import RECALL

METRIC = TableMetric(
    title="Recall",
    tasks=("binary",),
    scale="unit",
    formula=RECALL.of_positive,
    gradient=RECALL.slope_of_positive,
    per_class=True,
)
