"""Brier score: squared error of the probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import mean_of
from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the mean squared error of the positive class's probability, or summed over all classes (Brier 1950)."""
    if sheet.positive is not None:
        return mean_of((sheet.proba[:, sheet.positive] - (sheet.codes == sheet.positive)) ** 2)
    squares = np.einsum("ij,ij->i", sheet.proba, sheet.proba)
    return mean_of(squares - 2 * sheet.true_proba + 1)


METRIC = RowMetric(
    title="Brier score",
    better="lower",
    tasks=("binary", "multiclass"),
    needs="proba",
    scale="positive",
    formula=formula,
)
