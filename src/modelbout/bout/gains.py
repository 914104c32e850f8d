"""By how much the challenger beats a model that anybody could have made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout import defaults, roster
from modelbout.bout.comparison import contrast
from modelbout.bout.guardrail import unmeasured
from modelbout.bout.sheet import sheet_of

if TYPE_CHECKING:
    from modelbout.bout.guardrail import Match, Need
    from modelbout.evidence import Estimate
    from modelbout.predictions import Predictions


def gain(match: Match, name: str, predictions: Predictions) -> Estimate:
    """Return the paired improvement of the primary metric over these answers, positive when the challenger is better.

    Raises:
        DataError: the metric is not a finite number for one of them, or a class is too rare for an interval.
    """
    ring = match.ring
    primary = _primary(match)
    other = sheet_of(ring, predictions)
    found = contrast(primary, match.challenger, other, confidence=match.confidence, seed=ring.seed).improvement
    if found is None or found.interval is None:
        raise unmeasured(name, f"{primary} has no interval here", "enough rows of every class")
    return found


def gain_over(match: Match, name: str, need: Need) -> Estimate:
    """Return the improvement over one of the simple models of the ring.

    Raises:
        DataError: it was not trained, or as ``gain``.
    """
    simple = match.ring.simple.get(need)
    if simple is None:
        raise unmeasured(name, f"there is no {need} of the training rows", "training rows with inputs that can be used")
    return gain(match, name, simple.predictions)


def in_metric(match: Match) -> str:
    """Return which metric the gain is in."""
    return f"In {roster.metric(_primary(match), match.ring.terms).title}."


def made_of(match: Match, need: Need) -> str:
    """Return which metric the gain is in, and what the simple model is made of."""
    simple = match.ring.simple.get(need)
    return in_metric(match) if simple is None else f"{in_metric(match)} {simple.note}"


def _primary(match: Match) -> str:
    return defaults.primary(match.ring.compare, match.ring.task).metric
