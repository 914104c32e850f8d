"""How much longer the challenger takes to answer one row than the champion does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.durations import ratio
from modelbout.bout.guardrail import CornerGuardrail

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the median of the paired ratios of requests of one row."""
    champion = match.ring.champion
    theirs = None if champion is None else champion.measured.row_seconds
    return ratio("latency_row_ratio", match.ring.challenger.measured.row_seconds, theirs, match.confidence)


GUARDRAIL = CornerGuardrail(
    title="Latency ratio of one row",
    unit="times the champion's",
    needs_champion=True,
    measure=measure,
    group="Speed and size",
    needs=frozenset({"row times"}),
)
