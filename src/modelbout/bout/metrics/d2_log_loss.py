"""D squared of the log loss: against always answering with the holdout's own shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.chained import skill_of
from modelbout.bout.metric import RowMetric
from modelbout.bout.metrics.log_loss import losses

if TYPE_CHECKING:
    from modelbout.bout.metric import Measured
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return 1 minus the ratio of the two losses (McFadden 1974); NaN when the truth is one class."""
    return skill_of(losses(sheet), np.log(sheet.rows / sheet.support[sheet.codes]))


METRIC = RowMetric(
    title="D\u00b2 of the log loss",
    better="higher",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="below_one",
    formula=formula,
)
