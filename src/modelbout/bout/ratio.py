"""Division in which nothing over nothing is 0, as scikit-learn has it for absent classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def ratio(over: ArrayLike, under: ArrayLike) -> NDArray[np.float64]:
    """Return ``over / under`` by element, broadcast, and 0 where ``under`` is 0."""
    top, bottom = np.broadcast_arrays(np.asarray(over, dtype=np.float64), np.asarray(under, dtype=np.float64))
    quotient = np.zeros(top.shape)
    np.divide(top, bottom, out=quotient, where=bottom != 0)
    return quotient
