"""How long the challenger's fit took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly, unmeasured

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate

SECONDS_A_MINUTE = 60.0


def measure(match: Match) -> Estimate:
    """Return the wall time of the fit that made this bundle, in minutes."""
    seconds = match.ring.challenger.measured.train_seconds
    if seconds is None:
        raise unmeasured(
            "train_minutes",
            "the challenger's bundle does not say how long its fit took",
            "a bundle of this version of modelbout",
            fix="Train it again: `modelbout train --force`.",
        )
    return exactly(seconds / SECONDS_A_MINUTE)


GUARDRAIL = CornerGuardrail(
    title="Training time", unit="minutes", needs_champion=False, measure=measure, group="Speed and size"
)
