"""Log loss (cross entropy) in nats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import loss_reweighed, mean_of
from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Reweighed
    from modelbout.bout.sheet import Sheet

# A probability of 0 for what happened would cost infinity; scikit-learn clips at the same place.
SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)


def losses(sheet: Sheet) -> NDArray[np.float64]:
    """Return minus the logarithm of the probability that each row's true class was given, shape (n,)."""
    return np.asarray(-np.log(np.clip(sheet.true_proba, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)))


def formula(sheet: Sheet) -> Measured:
    """Return the mean of the losses."""
    return mean_of(losses(sheet))


def reweighed(sheet: Sheet) -> Reweighed:
    """Return what gives it under other weights."""
    return loss_reweighed(sheet, losses(sheet))


METRIC = RowMetric(
    title="Log loss",
    better="lower",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="positive",
    formula=formula,
    reweighed=reweighed,
)
