"""Median absolute error: half of the rows have a smaller one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.bootstrap import Blocks
from modelbout.bout.metric import Measured, RowMetric, median_of_training

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.bootstrap import Weights
    from modelbout.bout.metric import Reweighed
    from modelbout.bout.sheet import Sheet


# The median of n rows is known to 1 / (2 sqrt(n)) of the ranks, 1/2,000 for a million: its blocks are narrower.
BLOCKS = 2**12


def formula(sheet: Sheet) -> Measured:
    """Return the median distance of prediction and truth; its interval comes from the bootstrap.

    A median's influence needs the density of the errors where it lies, which no two ways to estimate agree on.
    """
    return Measured(float(np.median(np.abs(sheet.value - sheet.target))), np.zeros(sheet.rows))


def reweighed(sheet: Sheet) -> Reweighed:
    """Return what gives the median under other weights: the first error at which half of the weight is reached."""
    errors = np.abs(sheet.value - sheet.target)
    blocks = Blocks(np.argsort(errors), most=BLOCKS)
    typical = blocks.means(errors)

    def values(weights: Weights) -> NDArray[np.float64]:
        below = np.cumsum(weights.of(blocks), axis=0)
        return np.asarray(typical[np.argmax(below >= below[-1] / 2, axis=0)])

    return values


METRIC = RowMetric(
    title="Median absolute error",
    better="lower",
    tasks=("regression",),
    needs="value",
    scale="positive",
    formula=formula,
    interval="bootstrap",
    reweighed=reweighed,
    best_constant=median_of_training,
)
