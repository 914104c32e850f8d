"""What a model said of each holdout row, as arrays: the one thing that the bout knows of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Predictions:
    """One model's answers for n rows, in the order of the rows.

    Attributes:
        label: shape (n,), int64, index into the signature's classes; None for regression.
        proba: shape (n, k), float64, one column a class in the signature's order; None where the model has none.
        value: shape (n,), float64, in the target's unit; None for classification.
    """

    label: NDArray[np.int64] | None = None
    proba: NDArray[np.float64] | None = None
    value: NDArray[np.float64] | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows, 0 when nothing was predicted."""
        for part in (self.label, self.proba, self.value):
            if part is not None:
                return int(part.shape[0])
        return 0

    def at(self, places: NDArray[np.intp] | NDArray[np.bool_]) -> Predictions:
        """Return the answers of some rows: by their positions, in that order, or where a mask of all rows is true."""
        return Predictions(
            label=None if self.label is None else self.label[places],
            proba=None if self.proba is None else self.proba[places],
            value=None if self.value is None else self.value[places],
        )
