"""By how much the challenger beats always giving the same answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout import defaults
from modelbout.bout.baseline import baseline
from modelbout.bout.gains import gain, in_metric
from modelbout.bout.guardrail import CornerGuardrail
from modelbout.bout.roster import metric

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the improvement of the primary metric over the best constant of the training rows."""
    ring = match.ring
    name = defaults.primary(ring.compare, ring.task).metric
    constant = baseline(
        metric(name, ring.terms),
        task=ring.task,
        classes=len(ring.classes),
        positive=ring.positive,
        train_truth=ring.train_truth,
        rows=match.challenger.rows,
        terms=ring.terms,
    )
    return gain(match, "dummy_gain", constant)


GUARDRAIL = CornerGuardrail(
    title="Gain over a constant answer",
    unit="",
    needs_champion=False,
    measure=measure,
    group="Against simple models",
    of_rows=True,
    note=in_metric,
)
