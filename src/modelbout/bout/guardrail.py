"""What a guardrail is that is not a metric: one file in ``guardrails/`` that holds one ``GUARDRAIL``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Corner
    from modelbout.results import Estimate

GUARDRAILS = "modelbout.bout.guardrails"


@dataclass(frozen=True)
class CornerGuardrail:
    """A number of the corners, judged against ``max`` or ``min``.

    Attributes:
        title: the name as people read it.
        unit: of the number and of its limit.
        needs_champion: whether it compares the two; then it is not applied when there is no champion.
        measure: ``measure(challenger, champion, confidence)``; champion is None only if it is not needed.
            Raises DataError when what it needs is not there.
    """

    title: str
    unit: str
    needs_champion: bool
    measure: Callable[[Corner, Corner | None, float], Estimate]


def guardrail(name: str) -> CornerGuardrail:
    """Return one guardrail by its name.

    Raises:
        KeyError: there is no guardrail of that name.
    """
    found: CornerGuardrail = catalogue.member(GUARDRAILS, name).GUARDRAIL
    return found
