"""What a holdout that was asked before still allows a bout to conclude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from modelbout.bout.comparison import Comparison
    from modelbout.config.compare import Wear
    from modelbout.evidence import MetricResult


@dataclass(frozen=True)
class Allowance:
    """What this bout may conclude.

    Attributes:
        confidence: two-sided level of the interval that decides.
        spent: whether nothing can win on this holdout any more.
    """

    confidence: float
    spent: bool = False

    @property
    def level(self) -> float:
        """Return the one-sided error that this bout may make."""
        return (1 - self.confidence) / 2

    def shared(self, rivals: int) -> Allowance:
        """Return what each of several challengers may conclude, so that all together err no more often (Bonferroni)."""
        return Allowance(1 - (1 - self.confidence) / rivals, spent=self.spent)


def allowance(wear: Wear, *, bouts: int, confidence: float) -> Allowance:
    """Return what the next bout on a holdout may conclude.

    ``fixed`` leaves the level as it is, however often the holdout was asked. ``budget`` allows so many bouts and then
    nothing wins. ``strict`` divides the level by the budget as well, so that all bouts together are wrong no more often
    than one of them would be (Bonferroni).

    Args:
        wear: the policy.
        bouts: how many other challengers have asked this holdout.
        confidence: two-sided level of a single interval.
    """
    if wear.policy == "fixed":
        return Allowance(confidence)
    if wear.policy == "strict":
        confidence = 1 - (1 - confidence) / wear.budget
    return Allowance(confidence, spent=bouts >= wear.budget)


def at_plain_confidence(decided: MetricResult, shown: Comparison) -> MetricResult:
    """Return a metric that was judged at a level of its own as reports show it: with intervals like all others."""
    return replace(
        decided,
        challenger=shown.challenger,
        champion=shown.champion,
        improvement=shown.improvement,
        deciding=decided.judged,
    )
