"""What a metric is: one file in ``metrics/`` that holds one ``METRIC`` of this shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from modelbout.bout.sheet import Part, Sheet
    from modelbout.manifest import Task

Better = Literal["higher", "lower"]

# The metric's range, and so the scale on which its interval is symmetric:
# unit 0..1, signed -1..1, positive 0..infinity, below_one -infinity..1.
Scale = Literal["unit", "signed", "positive", "below_one"]


@dataclass(frozen=True, eq=False)
class Measured:
    """A metric of one model on n rows.

    Attributes:
        value: the metric, in its unit.
        influence: shape (n,), what each row adds: mean zero, and the variance of ``value`` is close to
            ``sum(influence**2) / n**2`` (Hampel 1974, The influence curve and its role in robust estimation).
    """

    value: float
    influence: NDArray[np.float64]


class Metric(Protocol):
    """A number that says how good a model is on the holdout."""

    @property
    def title(self) -> str:
        """Return the name as people read it."""

    @property
    def better(self) -> Better:
        """Return which direction is better."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Return the tasks it is for."""

    @property
    def needs(self) -> Part:
        """Return the kind of answers it is made from."""

    @property
    def scale(self) -> Scale:
        """Return its range, on whose scale the interval is made."""

    @property
    def per_class(self) -> bool:
        """Return whether every class weighs the same, so that a rare one needs enough rows of its own."""

    def measure(self, sheet: Sheet) -> Measured:
        """Return the value and the influence of each row; NaN where the metric is not defined."""


@dataclass(frozen=True)
class RowMetric:
    """A metric that is worked out from the rows, with its influence function in closed form."""

    title: str
    better: Better
    tasks: tuple[Task, ...]
    needs: Part
    scale: Scale
    formula: Callable[[Sheet], Measured]
    per_class: bool = False

    def measure(self, sheet: Sheet) -> Measured:
        """Return the value and the influence of each row."""
        return self.formula(sheet)


@dataclass(frozen=True)
class TableMetric:
    """A metric that is a function of the confusion matrix alone.

    Attributes:
        formula: ``formula(table, positive)``: table of shape (..., k, k), truth by row, of counts or shares; the
            answer has shape (...). It is given 20,000 drawn tables at once.
        gradient: ``gradient(shares, positive)``: the formula's derivative by each cell at one table of shares
            that sum to 1, shape (k, k).
    """

    title: str
    tasks: tuple[Task, ...]
    scale: Scale
    formula: Callable[[NDArray[np.float64], int | None], NDArray[np.float64]]
    gradient: Callable[[NDArray[np.float64], int | None], NDArray[np.float64]]
    per_class: bool = False
    better: Better = "higher"
    needs: Part = "label"

    def measure(self, sheet: Sheet) -> Measured:
        """Return the value and, by the delta method, the influence of each row."""
        shares = sheet.confusion / sheet.rows
        slope = self.gradient(shares, sheet.positive)
        centred = slope - (slope * shares).sum()
        return Measured(float(self.formula(sheet.confusion, sheet.positive)), centred.ravel()[sheet.cells])
