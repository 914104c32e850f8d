"""Brier score: squared error of the probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import loss_reweighed, mean_of
from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Reweighed
    from modelbout.bout.sheet import Sheet


def squares(sheet: Sheet) -> NDArray[np.float64]:
    """Return each row's squared error, shape (n,): of the positive class's probability, or summed over all classes."""
    if sheet.positive is not None:
        return np.asarray((sheet.proba[:, sheet.positive] - (sheet.codes == sheet.positive)) ** 2)
    return np.asarray(np.einsum("ij,ij->i", sheet.proba, sheet.proba) - 2 * sheet.true_proba + 1)


def formula(sheet: Sheet) -> Measured:
    """Return the mean of the squared errors (Brier 1950)."""
    return mean_of(squares(sheet))


def reweighed(sheet: Sheet) -> Reweighed:
    """Return what gives it under other weights."""
    return loss_reweighed(sheet, squares(sheet))


METRIC = RowMetric(
    title="Brier score",
    better="lower",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="positive",
    formula=formula,
    reweighed=reweighed,
)
