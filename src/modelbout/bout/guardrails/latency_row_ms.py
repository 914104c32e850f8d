"""How long the challenger takes to answer one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.durations import median
from modelbout.bout.guardrail import CornerGuardrail

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate

MS_A_SECOND = 1000.0


def measure(match: Match) -> Estimate:
    """Return the median of many requests of one row, in milliseconds."""
    seconds = match.ring.challenger.measured.row_seconds
    return median("latency_row_ms", seconds, match.confidence, unit=MS_A_SECOND)


GUARDRAIL = CornerGuardrail(
    title="Latency of one row",
    unit="ms",
    needs_champion=False,
    measure=measure,
    group="Speed and size",
    needs=frozenset({"row times"}),
)
