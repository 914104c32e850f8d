"""What the rows cost that the champion had right and the challenger has wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.flips import flipped
from modelbout.bout.guardrail import CornerGuardrail, unmeasured
from modelbout.bout.intervals import DIRICHLET, draws, middle_of
from modelbout.bout.spread import independent_rows
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match

PER = 1000.0  # decisions, as the metric cost_matrix counts


def measure(match: Match) -> Estimate:
    """Return what negative flips add to the cost of 1,000 decisions, by ``compare.costs``.

    The interval is drawn from Dirichlet(counts + 1/2) over three kinds of rows: a lost yes, a lost no, no flip. Rows
    that belong together count as the effective number of rows.

    Raises:
        DataError: there are no costs, or one of the models gave no labels.
    """
    costs, positive = match.ring.terms.costs, match.ring.positive
    if costs is None or positive is None:
        raise unmeasured(
            "flip_cost",
            "`compare.costs` is not there",
            "the cost of each kind of decision",
            fix="Add `costs: {false_positive: ..., false_negative: ...}` to compare, or guard negative_flips instead.",
        )
    flips = flipped(match, "flip_cost")
    lost = match.challenger.codes == positive
    price = np.array([costs[1][0] - costs[1][1], costs[0][1] - costs[0][0], 0.0]) * PER
    kind = np.where(~flips, 2, np.where(lost, 0, 1))
    counts = np.bincount(kind, minlength=price.size).astype(np.float64)
    value = float(counts @ price / kind.size)
    sure = independent_rows(price[kind] - value, match.challenger, by_class=False, confidence=match.confidence)
    drawn = draws(counts * (sure / kind.size), match.ring.seed) @ price
    bounds = middle_of(drawn, value, match.confidence)
    return Estimate(value=value, interval=Interval(low=bounds.low, high=bounds.high, method=DIRICHLET))


def note(match: Match) -> str:
    """Return the unit of the costs."""
    currency = match.ring.terms.currency
    return f"Costs are in {currency}." if currency else ""


GUARDRAIL = CornerGuardrail(
    title="Cost of negative flips",
    unit="per 1,000 rows",
    needs_champion=True,
    measure=measure,
    group="Against the champion",
    of_rows=True,
    tasks=("binary",),
    note=note,
)
