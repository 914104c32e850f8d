"""The length of the challenger's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match

BYTES_PER_MB = 1_000_000  # SI: what disks and GitHub's pages count in


def measure(match: Match) -> Estimate:
    """Return the length in MB; it is known exactly."""
    megabytes = match.ring.challenger.artifact_bytes / BYTES_PER_MB
    return Estimate(value=megabytes, interval=Interval(low=megabytes, high=megabytes, method="exact"))


GUARDRAIL = CornerGuardrail(title="Size of the model", unit="MB", needs_champion=False, measure=measure)
