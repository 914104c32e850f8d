"""By how much the challenger beats the best of its inputs alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.gains import gain_over, made_of
from modelbout.bout.guardrail import CornerGuardrail

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the improvement of the primary metric over a small tree of one column."""
    return gain_over(match, "single_feature_gain", "single column")


GUARDRAIL = CornerGuardrail(
    title="Gain over one column",
    unit="",
    needs_champion=False,
    measure=measure,
    group="Against simple models",
    of_rows=True,
    needs=frozenset({"single column"}),
    note=lambda match: made_of(match, "single column"),
)
