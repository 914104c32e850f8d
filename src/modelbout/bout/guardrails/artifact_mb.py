"""The length of the challenger's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate

BYTES_PER_MB = 1_000_000  # SI: what disks and GitHub's pages count in


def measure(match: Match) -> Estimate:
    """Return the length in MB; it is known exactly."""
    return exactly(match.ring.challenger.artifact_bytes / BYTES_PER_MB)


GUARDRAIL = CornerGuardrail(
    title="Size of the model", unit="MB", needs_champion=False, measure=measure, group="Speed and size"
)
