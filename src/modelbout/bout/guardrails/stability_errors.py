"""Whether hostile inputs get an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import CornerGuardrail, exactly, unmeasured

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match
    from modelbout.bout.measurements import Stability
    from modelbout.evidence import Estimate

SHOWN_COLUMNS = 5  # enough to see a pattern by


def measure(match: Match) -> Estimate:
    """Return the share of hostile inputs that raise or are not answered by ordinary numbers."""
    found = _found(match)
    return exactly(found.failures / found.asked)


def note(match: Match) -> str:
    """Return which trouble was not survived, and in which columns."""
    found = _found(match)
    if not found.failed:
        return f"All {found.asked} hostile inputs got an ordinary answer."
    return f"No ordinary answer to {'; '.join(_shown(kind, columns) for kind, columns in found.failed)}."


def _found(match: Match) -> Stability:
    found = match.ring.challenger.measured.stability
    if found is None or found.asked == 0:
        raise unmeasured("stability_errors", "no hostile input was asked", "a challenger with inputs")
    return found


def _shown(kind: str, columns: tuple[str, ...]) -> str:
    if not columns:
        return kind
    rest = len(columns) - SHOWN_COLUMNS
    return f"{kind} in {', '.join(columns[:SHOWN_COLUMNS])}" + (f" and {rest} more" if rest > 0 else "")


GUARDRAIL = CornerGuardrail(
    title="Share of hostile inputs without an answer",
    unit="",
    needs_champion=False,
    measure=measure,
    group="Safe answers",
    needs=frozenset({"stability"}),
    note=note,
)
