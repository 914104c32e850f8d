"""The share of rows that the champion had right and the challenger has wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.flips import flipped
from modelbout.bout.guardrail import CornerGuardrail
from modelbout.bout.share import share

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the negative flip rate: of all rows, not of those that the champion had right."""
    return share(flipped(match, "negative_flips"), match.challenger, match.confidence)


GUARDRAIL = CornerGuardrail(
    title="Negative flips",
    unit="of the rows",
    needs_champion=True,
    measure=measure,
    group="Against the champion",
    of_rows=True,
    tasks=("binary", "multiclass"),
)
