"""The most memory that the challenger needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly, unmeasured

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.evidence import Estimate

BYTES_PER_MB = 1_000_000  # SI, as in artifact_mb


def measure(match: Match) -> Estimate:
    """Return the peak of its process while it loaded the model and answered a batch, in MB."""
    peak = match.ring.challenger.measured.peak_bytes
    if peak is None:
        raise unmeasured(
            "memory_mb", "this system does not tell how much memory a process held at most", "Linux or macOS"
        )
    return exactly(peak / BYTES_PER_MB)


GUARDRAIL = CornerGuardrail(
    title="Peak memory",
    unit="MB",
    needs_champion=False,
    measure=measure,
    group="Speed and size",
    needs=frozenset({"memory"}),
)
