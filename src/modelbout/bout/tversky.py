"""Rates of one class from a confusion matrix: hits over hits, misses and false alarms, each weighed its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.margins import labels, last, truths
from modelbout.bout.ratio import ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Tversky:
    """TP / (TP + misses * FN + alarms * FP), for each class against the rest (Tversky 1977, Features of similarity).

    Precision (0, 1), recall (1, 0), Jaccard (1, 1) and every F-score are of this form. A class for which nothing stands
    below the line scores 0, as scikit-learn has it with ``zero_division=0``.

    Attributes:
        misses: what a row of the class counts that was called otherwise.
        alarms: what a row counts that was wrongly called so.
    """

    misses: float
    alarms: float

    def by_class(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each class's rate, shape (..., k), from tables of shape (..., k, k), truth by row."""
        right = np.diagonal(table, axis1=-2, axis2=-1)
        return self._of(right, truths(table) - right, labels(table) - right)

    def of_class(self, table: NDArray[np.float64], code: int) -> NDArray[np.float64]:
        """Return one class's rate, shape (...)."""
        right = table[..., code, code]
        return self._of(right, last(table[..., code, :]) - right, last(table[..., :, code]) - right)

    def _of(
        self, right: NDArray[np.float64], missed: NDArray[np.float64], wrongly: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        return ratio(right, right + self.misses * missed + self.alarms * wrongly)

    def slope(self, shares: NDArray[np.float64], code: int) -> NDArray[np.float64]:
        """Return the derivative of one class's rate by each cell, shape (k, k)."""
        hits = shares[code, code]
        below = hits + self.misses * (shares[code].sum() - hits) + self.alarms * (shares[:, code].sum() - hits)
        slope = np.zeros_like(shares)
        if below > 0:
            value = hits / below
            slope[code] = -self.misses * value / below
            slope[:, code] = -self.alarms * value / below
            slope[code, code] = (1 - value) / below
        return slope

    def of_positive(self, table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
        """Return the positive class's rate, shape (...)."""
        return self.of_class(table, _required(positive))

    def slope_of_positive(self, shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
        """Return the derivative of the positive class's rate."""
        return self.slope(shares, _required(positive))

    def macro(
        self,
        table: NDArray[np.float64],
        positive: int | None = None,  # noqa: ARG002 -- Metric's shape
    ) -> NDArray[np.float64]:
        """Return the plain mean over the classes that occur in the truth or were predicted, shape (...)."""
        return last(self.by_class(table)) / last(seen(table).astype(np.float64))

    def slope_of_macro(
        self,
        shares: NDArray[np.float64],
        positive: int | None = None,  # noqa: ARG002 -- Metric's shape
    ) -> NDArray[np.float64]:
        """Return the derivative of that mean."""
        codes = np.flatnonzero(seen(shares))
        total = np.zeros_like(shares)
        for code in codes:
            total += self.slope(shares, int(code))
        return total / codes.size


def seen(table: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which classes occur in the truth or were predicted, shape (..., k)."""
    return truths(table) + labels(table) > 0


def f_beta(beta: float) -> Tversky:
    """Return the F-score in which recall weighs ``beta`` times as much as precision (van Rijsbergen 1979)."""
    share = beta**2 / (1 + beta**2)
    return Tversky(misses=share, alarms=1 - share)


PRECISION = Tversky(misses=0.0, alarms=1.0)
RECALL = Tversky(misses=1.0, alarms=0.0)
JACCARD = Tversky(misses=1.0, alarms=1.0)
F1 = f_beta(1.0)


def _required(positive: int | None) -> int:
    if positive is None:
        raise LookupError("a rate of the positive class needs to know which one that is")
    return positive
