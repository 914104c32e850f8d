"""What a guardrail is that is not a metric: one file in ``guardrails/`` that holds one ``GUARDRAIL``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import Estimate

GUARDRAILS = "modelbout.bout.guardrails"


@dataclass(frozen=True, eq=False)
class Match:
    """What a guardrail may look at.

    Attributes:
        ring: the corners, with what was measured of each model.
        challenger: the truth beside the challenger's answers.
        champion: the truth beside the champion's; None when there is none.
    """

    ring: Ring
    challenger: Sheet
    champion: Sheet | None

    @property
    def confidence(self) -> float:
        """Return the two-sided level of each interval."""
        return self.ring.compare.confidence


@dataclass(frozen=True)
class CornerGuardrail:
    """A number of a match, judged against ``max`` or ``min``.

    Attributes:
        title: the name as people read it.
        unit: of the number and of its limit.
        needs_champion: whether it compares the two; then it is not applied when there is no champion.
        measure: the number with its interval; the match has a champion when one is needed. Raises DataError when what
            it needs is not there.
    """

    title: str
    unit: str
    needs_champion: bool
    measure: Callable[[Match], Estimate]


def guardrail(name: str) -> CornerGuardrail:
    """Return one guardrail by its name.

    Raises:
        KeyError: there is no guardrail of that name.
    """
    found: CornerGuardrail = catalogue.member(GUARDRAILS, name).GUARDRAIL
    return found
