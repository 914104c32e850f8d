"""How much longer the challenger's file takes to load than the champion's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.durations import ratio
from modelbout.bout.guardrail import CornerGuardrail

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the median of the paired ratios of loads."""
    champion = match.ring.champion
    theirs = None if champion is None else champion.measured.load_seconds
    return ratio("load_ratio", match.ring.challenger.measured.load_seconds, theirs, match.confidence)


GUARDRAIL = CornerGuardrail(
    title="Load time ratio",
    unit="times the champion's",
    needs_champion=True,
    measure=measure,
    group="Speed and size",
    needs=frozenset({"load times"}),
)
