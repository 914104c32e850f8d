"""By how much the challenger beats a linear model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.gains import gain_over, made_of
from modelbout.bout.guardrail import CornerGuardrail

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the improvement of the primary metric over a linear model of the same inputs."""
    return gain_over(match, "linear_gain", "linear model")


GUARDRAIL = CornerGuardrail(
    title="Gain over a linear model",
    unit="",
    needs_champion=False,
    measure=measure,
    group="Against simple models",
    of_rows=True,
    needs=frozenset({"linear model"}),
    note=lambda match: made_of(match, "linear model"),
)
