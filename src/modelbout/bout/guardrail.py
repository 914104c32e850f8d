"""What a guardrail is that is not a metric: one file in ``guardrails/`` that holds one ``GUARDRAIL``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelbout import catalogue
from modelbout.errors import DataError, Place, Problem
from modelbout.evidence import Estimate, Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.manifest import Task

GUARDRAILS = "modelbout.bout.guardrails"
EXACT = "exact"

# What takes time to measure, and so is measured only when a guardrail asks for it.
Need = Literal[
    "batch times",
    "row times",
    "load times",
    "memory",
    "stability",
    "parity",
    "second fit",
    "linear model",
    "single column",
    "importances",
]
# What it is about: a report with many of them shows them by group.
Group = Literal["Speed and size", "Safe answers", "Against simple models", "Against the champion"]


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
        group: what it is about.
        needs: what must have been measured of the models before.
        tasks: the tasks it is for.
        of_rows: whether its number is about the answers to these rows, so that other rows may say something else.
        note: one more sentence for the reader, of the same match; empty for none.
    """

    title: str
    unit: str
    needs_champion: bool
    measure: Callable[[Match], Estimate]
    group: Group
    needs: frozenset[Need] = frozenset()
    tasks: tuple[Task, ...] = ("binary", "multiclass", "regression")
    of_rows: bool = False
    note: Callable[[Match], str] = lambda _match: ""


def guardrail(name: str) -> CornerGuardrail:
    """Return one guardrail by its name.

    Raises:
        KeyError: there is no guardrail of that name.
    """
    found: CornerGuardrail = catalogue.member(GUARDRAILS, name).GUARDRAIL
    return found


def exactly(value: float) -> Estimate:
    """Return a number that is known exactly: not estimated from a sample, so its interval has no width."""
    return Estimate(value=value, interval=Interval(low=value, high=value, method=EXACT))


def unmeasured(name: str, found: str, allowed: str, fix: str = "") -> DataError:
    """Return the error for a guardrail whose number nobody knows: never a pass."""
    return DataError(
        Problem(
            found=f"{name} cannot be measured: {found}",
            allowed=allowed,
            fix=fix or f"Run the whole bout again, or take {name} out of compare.guardrails.",
            place=Place(key="compare.guardrails"),
        )
    )
