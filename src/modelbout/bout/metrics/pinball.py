"""Pinball loss: for models that predict a quantile, which ``compare.quantile`` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.means import mean_of
from modelbout.bout.metric import RowMetric
from modelbout.bout.pinball import losses, quantile_of_training, share

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean of the losses."""
    return mean_of(losses(sheet.target, sheet.value, share(sheet.terms)))


METRIC = RowMetric(
    title="Pinball loss",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    term="quantile",
    best_constant=quantile_of_training,
)
