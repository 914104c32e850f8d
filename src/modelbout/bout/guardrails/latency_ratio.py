"""How much longer the challenger takes to answer a batch than the champion does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.durations import ratio
from modelbout.bout.guardrail import CornerGuardrail

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the median of the paired ratios of batches."""
    champion = match.ring.champion
    theirs = None if champion is None else champion.seconds
    return ratio("latency_ratio", match.ring.challenger.seconds, theirs, match.confidence)


GUARDRAIL = CornerGuardrail(
    title="Latency ratio",
    unit="times the champion's",
    needs_champion=True,
    measure=measure,
    group="Speed and size",
    needs=frozenset({"batch times"}),
)
