"""Root mean squared error, in the target's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import mean_of
from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet


def formula(sheet: Sheet) -> Measured:
    """Return the root of the mean squared error; influences by the chain rule, 0 for a perfect model."""
    squares = mean_of((sheet.value - sheet.target) ** 2)
    root = float(np.sqrt(squares.value))
    return Measured(root, squares.influence / (2 * root) if root > 0 else squares.influence)


METRIC = RowMetric(
    title="RMSE",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
)
