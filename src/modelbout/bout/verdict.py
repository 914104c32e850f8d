"""The verdict: a pure function of statuses, by the truth table in docs/verdict.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelbout.evidence import Holding
    from modelbout.results import Verdict


@dataclass(frozen=True)
class Standing:
    """How things stand after the last row was scored.

    Attributes:
        error: something made the comparison meaningless (DESIGN 6, last row).
        champion: whether somebody holds the title.
        primary: the improvement of the primary metric against its rule; without a champion it is not looked at.
        baseline: whether the challenger beats the dummy baseline; with a champion it is not looked at.
        guardrails: the status of each guardrail; ``shown`` is one that needs a champion when there is none.
        anchor: how the challenger stands to the first champion on this holdout; ``shown`` when that is not asked.
        spent: whether the holdout has been asked as often as its budget allows.
        sealed: the primary metric on the sealed rows; ``shown`` while they are not opened.
    """

    error: bool = False
    champion: bool = True
    primary: Holding = "uncertain"
    baseline: Holding = "uncertain"
    guardrails: tuple[Holding, ...] = ()
    anchor: Holding = "shown"
    spent: bool = False
    sealed: Holding = "shown"


@dataclass(frozen=True)
class Decision:
    """The verdict and whether the gate opens."""

    verdict: Verdict
    passed: bool


def decide(standing: Standing) -> Decision:
    """Return the verdict; anything that is not known for sure does not pass."""
    if standing.error:
        return Decision("error", passed=False)
    if not standing.champion:
        kept = all(status in ("holds", "shown") for status in standing.guardrails)
        return Decision("first", passed=kept and standing.baseline == "holds")
    if "broken" in {standing.primary, standing.anchor, standing.sealed, *standing.guardrails}:
        return Decision("loss", passed=False)
    shown = standing.primary == "holds" and all(status == "holds" for status in standing.guardrails)
    extra = {standing.anchor, standing.sealed} <= {"holds", "shown"}
    if shown and extra and not standing.spent:
        return Decision("win", passed=True)
    return Decision("inconclusive", passed=False)
