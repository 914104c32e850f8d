"""Matches between models of which something was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelbout.bout.guardrail import Match, guardrail
from modelbout.bout.measurements import NOT_MEASURED, Measurements
from tests.unit.bout.conftest import draw_sheet, make_ring

if TYPE_CHECKING:
    from modelbout.bout.sheet import Sheet
    from modelbout.config.compare import Compare
    from modelbout.evidence import Estimate


def match(
    mine: Measurements = NOT_MEASURED,
    theirs: Measurements | None = None,
    *,
    sheets: tuple[Sheet, Sheet | None] | None = None,
    compare: Compare | None = None,
    **ring: Any,
) -> Match:
    """Return a match of two models, or of one when nothing was measured of a champion."""
    if sheets is None:
        one = draw_sheet("binary", rows=30)
        sheets = (one, None if theirs is None else one)
    challenger, champion = sheets
    built = make_ring(challenger, champion, compare)
    corner = None if built.champion is None else replace(built.champion, measured=theirs or NOT_MEASURED)
    return Match(
        replace(built, challenger=replace(built.challenger, measured=mine), champion=corner, **ring),
        challenger,
        champion,
    )


def measured(name: str, given: Match) -> Estimate:
    """Return what a guardrail says of it."""
    return guardrail(name).measure(given)


def ends(found: Estimate) -> tuple[float, float]:
    """Return the ends of its interval, which must be there."""
    assert found.interval is not None
    return found.interval.low, found.interval.high
