"""Whether training twice gives the same model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly, unmeasured

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate


def measure(match: Match) -> Estimate:
    """Return the largest change of an answer when the challenger is trained a second time."""
    change = match.ring.challenger.measured.refit_change
    if change is None:
        raise unmeasured("determinism", "the challenger was not trained twice", "a second fit")
    return exactly(change)


def note(match: Match) -> str:
    """Return it in words."""
    return "" if match.ring.challenger.measured.refit_change else "Trained twice, it gives identical answers."


GUARDRAIL = CornerGuardrail(
    title="Change when trained again",
    unit="",
    needs_champion=False,
    measure=measure,
    group="Safe answers",
    needs=frozenset({"second fit"}),
    note=note,
)
