"""D squared of the pinball loss: against the holdout's own quantile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.chained import skill_of
from modelbout.bout.metric import RowMetric
from modelbout.bout.pinball import losses, quantile_of_training, share

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return 1 minus the loss over that of the best constant; NaN when the truth is constant."""
    quantile = share(sheet.terms)
    best = quantile_of_training(sheet.target, sheet.terms)
    return skill_of(losses(sheet.target, sheet.value, quantile), losses(sheet.target, best, quantile))


METRIC = RowMetric(
    title="D\u00b2 of the pinball loss",
    better="higher",
    tasks=("regression",),
    needs="value",
    scale="below_one",
    formula=formula,
    term="quantile",
    best_constant=quantile_of_training,
)
