"""Metrics that are a function of means: influences by the chain rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import Measured

if TYPE_CHECKING:
    from numpy.typing import NDArray


def root_of(mean: Measured) -> Measured:
    """Return the root of a mean of squares; its influence is 0 for a perfect model."""
    root = float(np.sqrt(mean.value))
    return Measured(root, mean.influence / (2 * root) if root > 0 else mean.influence)


def ratio_of(over: NDArray[np.float64], under: NDArray[np.float64]) -> Measured:
    """Return the ratio of two means of shape (n,); NaN when the lower one is 0."""
    typical = under.mean()
    if typical == 0:
        return Measured(float("nan"), np.zeros(over.size))
    value = over.mean() / typical
    return Measured(float(value), (over - value * under) / typical)


def skill_of(losses: NDArray[np.float64], of_constant: NDArray[np.float64]) -> Measured:
    """Return 1 minus the ratio of mean losses: 1 is perfect, 0 as good as the best constant answer, both shape (n,).

    The constant is worked out from the same rows. It is where its mean loss is smallest, so to first order it does not
    matter that another row would have moved it.
    """
    lost = ratio_of(losses, of_constant)
    return Measured(1 - lost.value, -lost.influence)
