"""How long the challenger's file takes to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.durations import median
from modelbout.bout.guardrail import CornerGuardrail

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the median of several loads, in seconds."""
    return median("load_seconds", match.ring.challenger.measured.load_seconds, match.confidence)


GUARDRAIL = CornerGuardrail(
    title="Load time",
    unit="s",
    needs_champion=False,
    measure=measure,
    group="Speed and size",
    needs=frozenset({"load times"}),
)
