"""What a metric is: one file in ``metrics/`` that holds one ``METRIC`` of this shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from modelbout.bout.bootstrap import Blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    from modelbout.bout.bootstrap import Weights
    from modelbout.bout.sheet import Part, Sheet
    from modelbout.bout.terms import Terms
    from modelbout.manifest import Task

    # A metric under other weights of its rows: shape (b,), one value a resample.
    Reweighed: TypeAlias = Callable[[Weights], NDArray[np.float64]]

Better = Literal["higher", "lower"]

# The metric's range, and so the scale on which its interval is symmetric:
# unit 0..1, signed -1..1, positive 0..infinity, below_one -infinity..1, real: any number.
Scale = Literal["unit", "signed", "positive", "below_one", "real"]

# How its intervals are made: by each row's influence, by tables drawn from Dirichlet(counts + 1/2), or, where a metric
# has no influence function or one that does not hold, by the bootstrap that all such metrics share. With ``none`` no
# interval is known to hold: the metric is shown and decides nothing.
Method = Literal["influence", "draws", "bootstrap", "none"]

# A key of ``compare`` without which a metric cannot be worked out; it is among those shown only where the key is set.
Term = Literal["costs", "quantile"]


@dataclass(frozen=True, eq=False)
class Measured:
    """A metric of one model on n rows.

    Attributes:
        value: the metric, in its unit.
        influence: shape (n,), what each row adds: mean zero, and the variance of ``value`` is close to
            ``sum(influence**2) / n**2`` (Hampel 1974, The influence curve and its role in robust estimation). All
            zero where the interval comes from the bootstrap and nothing better is known.
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

    @property
    def interval(self) -> Method:
        """Return how its intervals are made."""

    @property
    def term(self) -> Term | None:
        """Return the key of ``compare`` that has to be set for it."""

    def unit(self, terms: Terms) -> str:
        """Return the unit that is shown behind the number, such as a currency; empty where it needs none."""

    def told(self, terms: Terms) -> Metric:
        """Return the metric under these terms."""

    def refusal(self, sheet: Sheet) -> str:
        """Return why it has no meaning on these rows, as in ``3 predictions are below 0``; empty when it has one."""

    def constant(self, train_truth: NDArray[np.float64], terms: Terms) -> float:
        """Return the constant that scores best on some true numbers, shape (t,); regression only."""

    def measure(self, sheet: Sheet) -> Measured:
        """Return the value and the influence of each row; NaN where the metric is not defined."""

    def reweigh(self, sheet: Sheet) -> Reweighed:
        """Return what gives the metric for other weights of the sheet's rows; only asked for by the bootstrap."""

    @property
    def root(self) -> bool:
        """Return whether it is the root of a mean."""

    def step(self, sheet: Sheet) -> float:
        """Return n times what one row can move the metric at most, where rows count in steps; else 0."""


def mean_of_training(train_truth: NDArray[np.float64], terms: Terms) -> float:  # noqa: ARG001 -- Metric's shape
    """Return the mean: the constant with the smallest squared error, and with the smallest Poisson deviance."""
    return float(np.mean(train_truth))


def median_of_training(train_truth: NDArray[np.float64], terms: Terms) -> float:  # noqa: ARG001 -- Metric's shape
    """Return the median: the constant with the smallest absolute error."""
    return float(np.median(train_truth))


@dataclass(frozen=True)
class RowMetric:
    """A metric that is worked out from the rows.

    Attributes:
        formula: its value, with the influence function in closed form.
        interval: how its intervals are made; ``bootstrap`` needs ``reweighed``.
        reweighed: ``reweighed(sheet)(weights)``: the metric in each resample, shape (b,). What needs the rows only,
            such as sorting them, is done in the first call, once for all resamples.
        resampled: the metric in resamples that were made elsewhere, the same ones for all sheets of a bout, shape (b,).
        trials: how many observations a value at the end of its range rests on, where that is not all or a class.
        term: the key of ``compare`` that has to be set for it.
        outside: why it has no meaning on some rows; None when it has one on all.
        best_constant: the constant that scores best on the training rows' target (regression): the dummy's answer.
        root: whether it is the root of a mean, so that two of them are compared by what is under the root.
        largest: n times what one row can move the metric at most, where rows count in steps: two models may then differ
            although none of these rows shows it.
    """

    title: str
    better: Better
    tasks: tuple[Task, ...]
    needs: Part
    scale: Scale
    formula: Callable[[Sheet], Measured]
    per_class: bool = False
    interval: Method = "influence"
    reweighed: Callable[[Sheet], Reweighed] | None = None
    resampled: Callable[[Sheet], NDArray[np.float64]] | None = None
    trials: Callable[[Sheet], float] | None = None
    term: Term | None = None
    outside: Callable[[Sheet], str] | None = None
    best_constant: Callable[[NDArray[np.float64], Terms], float] = mean_of_training
    root: bool = False
    largest: Callable[[Sheet], float] | None = None

    def unit(self, terms: Terms) -> str:  # noqa: ARG002 -- Metric's shape
        """Return nothing: the title says what the number is."""
        return ""

    def told(self, terms: Terms) -> RowMetric:  # noqa: ARG002 -- the sheet has them
        """Return itself."""
        return self

    def refusal(self, sheet: Sheet) -> str:
        """Return why it has no meaning on these rows."""
        return "" if self.outside is None else self.outside(sheet)

    def constant(self, train_truth: NDArray[np.float64], terms: Terms) -> float:
        """Return the constant that scores best."""
        return self.best_constant(train_truth, terms)

    def measure(self, sheet: Sheet) -> Measured:
        """Return the value and the influence of each row."""
        return self.formula(sheet)

    def reweigh(self, sheet: Sheet) -> Reweighed:
        """Return what gives the metric for other weights.

        Raises:
            LookupError: the metric does not say how.
        """
        if self.reweighed is None:
            raise LookupError(f"{self.title} has no form for other weights of its rows")
        return self.reweighed(sheet)

    def step(self, sheet: Sheet) -> float:
        """Return n times what one row can move the metric at most, where rows count in steps."""
        return 0.0 if self.largest is None else self.largest(sheet)


@dataclass(frozen=True)
class TableMetric:
    """A metric that is a function of the confusion matrix alone.

    Attributes:
        formula: ``formula(table, positive)``: table of shape (..., k, k), truth by row, of counts or shares; the
            answer has shape (...). It is given 20,000 drawn tables at once.
        gradient: ``gradient(shares, positive)``: the formula's derivative by each cell at one table of shares
            that sum to 1, shape (k, k).
        term: the key of ``compare`` that has to be set for it.
        under: makes the metric for given terms; until then formula and gradient are those of no terms.
        units: the unit that is shown behind the number.
    """

    title: str
    tasks: tuple[Task, ...]
    scale: Scale
    formula: Callable[[NDArray[np.float64], int | None], NDArray[np.float64]]
    gradient: Callable[[NDArray[np.float64], int | None], NDArray[np.float64]]
    per_class: bool = False
    better: Better = "higher"
    needs: Part = "label"
    interval: Method = "draws"
    term: Term | None = None
    under: Callable[[Terms], TableMetric] | None = None
    units: Callable[[Terms], str] | None = None
    root: bool = False

    def step(self, sheet: Sheet) -> float:
        """Return n times what another label of one row can move the metric at most."""
        slope = self.gradient(sheet.confusion / sheet.rows, sheet.positive)[sheet.support > 0]
        return float((slope.max(axis=1) - slope.min(axis=1)).max())

    def unit(self, terms: Terms) -> str:
        """Return the unit that is shown behind the number."""
        return "" if self.units is None else self.units(terms)

    def told(self, terms: Terms) -> TableMetric:
        """Return the metric under these terms."""
        return self if self.under is None else self.under(terms)

    def refusal(self, sheet: Sheet) -> str:  # noqa: ARG002 -- Metric's shape
        """Return nothing: every table has a value."""
        return ""

    def constant(self, train_truth: NDArray[np.float64], terms: Terms) -> float:
        """Return the mean; no metric of a table is for regression."""
        return mean_of_training(train_truth, terms)

    def measure(self, sheet: Sheet) -> Measured:
        """Return the value and, by the delta method, the influence of each row."""
        shares = sheet.confusion / sheet.rows
        slope = self.gradient(shares, sheet.positive)
        centred = slope - (slope * shares).sum()
        return Measured(float(self.formula(sheet.confusion, sheet.positive)), centred.ravel()[sheet.cells])

    def reweigh(self, sheet: Sheet) -> Reweighed:
        """Return what gives the metric of the reweighed table."""
        cells = np.unique(sheet.cells)
        blocks = [Blocks(np.flatnonzero(sheet.cells == cell), most=1) for cell in cells]

        def values(weights: Weights) -> NDArray[np.float64]:
            counts = np.array([weights.of(one).sum(axis=0) for one in blocks])
            tables = np.zeros((counts.shape[1], sheet.classes**2))
            tables[:, cells] = counts.T
            return self.formula(tables.reshape(-1, sheet.classes, sheet.classes), sheet.positive)

        return values
