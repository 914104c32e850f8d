"""What the decisions cost: money per 1,000 of them, by ``compare.costs``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.margins import last, truths
from modelbout.bout.metric import TableMetric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.terms import Terms

DECISIONS = 1000  # a sum that a reader can picture, whatever the number of rows


def under(terms: Terms) -> TableMetric:
    """Return the metric for given costs."""
    if terms.costs is None:
        return METRIC
    (no_no, no_yes), (yes_no, yes_yes) = terms.costs

    def prices(positive: int | None) -> NDArray[np.float64]:
        """Return what each cell costs, shape (2, 2), in the order of the classes."""
        straight = DECISIONS * np.array([[no_no, no_yes], [yes_no, yes_yes]], dtype=np.float64)
        return straight if positive == 1 else straight[::-1, ::-1]

    def formula(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
        return last(truths(table * prices(positive))) / last(truths(table))

    def gradient(shares: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- linear
        return prices(positive)

    return replace(METRIC, formula=formula, gradient=gradient)


def units(terms: Terms) -> str:
    """Return the currency."""
    return terms.currency


def _no_costs(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:  # noqa: ARG001 -- Metric's shape
    raise LookupError("no costs were told; ask Terms.has first")


METRIC = TableMetric(
    title="Cost per 1,000 decisions",
    tasks=("binary",),
    scale="real",
    formula=_no_costs,
    gradient=_no_costs,
    better="lower",
    term="costs",
    under=under,
    units=units,
)
