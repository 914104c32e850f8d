"""The challenger against the first champion on its holdout, which a chain of small steps may not undercut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelbout.bout import reasons
from modelbout.bout.comparison import contrast
from modelbout.bout.conditions import require
from modelbout.bout.holding import against
from modelbout.bout.inspection import inspect_predictions

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import MetricResult


def judge_anchor(
    metric: str, challenger: Sheet, anchor: Sheet, *, margin: float, confidence: float, seed: int
) -> MetricResult:
    """Return the primary metric against the anchor: it may be worse by less than the margin, and that must be shown.

    Args:
        metric: the primary metric's name.
        challenger: its answers.
        anchor: the first champion's answers for the same rows, which stand in the champion's place in the result.
        margin: by how much the challenger may be worse.
        confidence: two-sided level of the interval.
        seed: starts random draws, where the metric's intervals need some.

    Raises:
        DataError: the anchor's answers do not allow a comparison.
    """
    inspect_predictions(anchor, "anchor")
    require(metric, "compare.wear.anchor", challenger, anchor)
    duel = contrast(metric, challenger, anchor, confidence=confidence, seed=seed)
    found = duel.difference
    status = "uncertain" if found is None else against("non_inferior", margin, found.low, found.high)
    result = duel.result(rule="non_inferior", status=status, margin=margin)
    return replace(result, explanation=f"Against the anchor: {reasons.of_rule(result, confidence)}")
