"""F1 of the positive class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.f_score import by_class, slope_of_class
from modelbout.bout.metric import TableMetric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
    """Return the harmonic mean of precision and recall of the positive class; 0 when neither is defined."""
    return by_class(table)[..., positive]


def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
    """Return the derivative of the positive class's F1."""
    return slope_of_class(shares, 0 if positive is None else positive)


METRIC = TableMetric(
    title="F1",
    tasks=("binary",),
    scale="unit",
    formula=formula,
    gradient=gradient,
    per_class=True,
)
