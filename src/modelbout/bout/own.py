"""Metrics of the user's own: worked out elsewhere, they come here as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.means import mean_of
from modelbout.bout.metric import Measured, RowMetric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelbout.bout.metric import Better
    from modelbout.bout.sheet import Part, Sheet
    from modelbout.manifest import Task


@dataclass(frozen=True)
class OwnMetric:
    """What is known of one of them before it was asked.

    Attributes:
        name: as the configuration has it.
        better: which direction is better.
        needs: what of the answers it is made from.
        by_rows: whether it is the mean of one number a row; else its interval comes from resamples.
    """

    name: str
    better: Better
    needs: Part
    by_rows: bool = True

    def metric(self) -> RowMetric:
        """Return it as a metric that finds its numbers on the sheet."""
        tasks: tuple[Task, ...] = ("regression",) if self.needs == "value" else ("binary", "multiclass")
        return RowMetric(
            title=self.name,
            better=self.better,
            tasks=tasks,
            needs=self.needs,
            scale="real",
            formula=self._measure,
            interval="influence" if self.by_rows else "bootstrap",
            outside=self._missing,
            resampled=None if self.by_rows else self._resampled,
        )

    def _missing(self, sheet: Sheet) -> str:
        return "" if self.name in sheet.own else "it was not worked out for these rows and answers"

    def _measure(self, sheet: Sheet) -> Measured:
        found = sheet.own.get(self.name)
        if found is None:
            return Measured(float("nan"), np.zeros(sheet.rows))
        return mean_of(found.rows) if found.rows is not None else Measured(found.value, np.zeros(sheet.rows))

    def _resampled(self, sheet: Sheet) -> NDArray[np.float64]:
        found = sheet.own.get(self.name)
        return np.full(1, np.nan) if found is None else found.drawn


@dataclass(frozen=True, eq=False)
class OwnValues:
    """What the user's function says of one model's answers.

    Attributes:
        value: the metric on all rows.
        rows: shape (n,), one number a row, whose mean is the value; None when there is only one for all.
        drawn: shape (b,), the metric on resamples of the rows, the i-th one the same for all models; NaN where the
            function gave up. Empty with ``rows``.
    """

    value: float
    rows: NDArray[np.float64] | None
    drawn: NDArray[np.float64]

    def take(self, rows: NDArray[np.intp]) -> OwnValues | None:
        """Return it for some rows; None when it is known for all of them only."""
        if self.rows is None:
            return None
        part = self.rows[rows]
        return OwnValues(float(part.mean()) if part.size else float("nan"), part, self.drawn)


NO_OWN: Mapping[str, OwnValues] = MappingProxyType({})
