"""Whether the challenger behaves as ``compare.expectations`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import exactly
from modelbout.bout.reasons import number
from modelbout.errors import DataError, Place, Problem
from modelbout.evidence import GuardrailResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.bout.measurements import Behaviour
    from modelbout.bout.ring import Ring
    from modelbout.config.compare import Expectation

NAME = "expectations_broken"
UNIT = "of the rows"
GROUP = "Behaviour"
PERCENT = 100


def judge_expectations(ring: Ring) -> Iterator[GuardrailResult]:
    """Yield each expectation with its status: it holds when no more than its share of the rows breaks it.

    It is a test of these rows, not an estimate for others, so its interval has no width (Ribeiro et al. 2020, Beyond
    accuracy: behavioral testing of NLP models with CheckList).

    Raises:
        DataError: the challenger was not asked.
    """
    expected, found = ring.compare.expectations, ring.challenger.measured.behaviours
    if expected and (found is None or len(found) != len(expected)):
        raise DataError(
            Problem(
                found="the challenger was not asked how it behaves",
                allowed="answers for each of compare.expectations",
                fix="Run the whole bout again, or take compare.expectations out.",
                place=Place(key="compare.expectations"),
            )
        )
    for one, behaviour in zip(expected, found or (), strict=True):
        yield _judged(one, behaviour)


def _judged(one: Expectation, found: Behaviour) -> GuardrailResult:
    share = found.broken / found.rows
    holds = share <= one.share
    return GuardrailResult(
        guardrail=NAME,
        title=expectation_text(one),
        rule="max",
        status="holds" if holds else "broken",
        measured=exactly(share),
        limit=one.share,
        unit=UNIT,
        explanation=f"{expectation_text(one)}: {_told(found)}, at most {number(PERCENT * one.share)} % may.",
        group=GROUP,
        note=f"The worst of them by {number(found.worst)}." if found.broken else "",
    )


def _told(found: Behaviour) -> str:
    return f"{found.broken:,} of {found.rows:,} rows break it ({number(PERCENT * found.broken / found.rows)} %)"


def expectation_text(one: Expectation) -> str:
    """Return an expectation in a few words."""
    if one.invariant:
        return f"Does not depend on {', '.join(one.invariant)}"
    if one.rising is not None:
        return f"Rises with {one.rising}"
    return f"Falls with {one.falling}"
