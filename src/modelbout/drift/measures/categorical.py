"""Texts and booleans: how the shares of the values changed, which vanished, how many are new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.drift.divergence import TESTS, divergences
from modelbout.drift.measure import ColumnMeasure, Reading
from modelbout.drift.noise import share_allowance, share_effect
from modelbout.drift.pair import gathered

if TYPE_CHECKING:
    from modelbout.drift.pair import Pair


def tests(pair: Pair) -> int:
    """Return 2 divergences, 1 for new values and 1 for each value that could vanish; 0 for columns without any."""
    return TESTS + 1 + len(pair.reference.categories) if pair.reference.categories else 0


def read(pair: Pair, alpha: float) -> tuple[Reading, ...]:
    """Return the two divergences, the values that vanished and the values that the reference does not list."""
    if not all(pair.present):
        return ()
    _, reference, current = pair.categories
    return (
        *divergences(*gathered(reference, current), pair.effective, alpha),
        *vanished(pair, alpha),
        new(pair, alpha),
    )


def vanished(pair: Pair, alpha: float) -> tuple[Reading, ...]:
    """Return the most frequent of the reference's values that is gone; empty when all of them are there."""
    names, reference, current = pair.categories
    gone = [place for place in range(len(names)) if current[place] == 0]
    if not gone:
        return ()
    share = int(max(reference[gone])) / pair.present[0]
    more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
    first = names[max(gone, key=lambda place: int(reference[place]))]
    return (
        Reading(
            measure="vanished_values",
            effect=share_effect(share, 0.0),
            allowance=share_allowance(share, 0.0, pair.present, alpha),
            value=share,
            detail=f"`{first}`{more} no longer there",
        ),
    )


def new(pair: Pair, alpha: float) -> Reading:
    """Return how the share of values grew that the reference does not list: new ones, or ones too rare to be listed."""
    _, reference, current = pair.categories
    before, now = int(reference[-1]) / pair.present[0], int(current[-1]) / pair.present[1]
    kind = "new" if not reference[-1] else "rare or new"
    return Reading(
        measure="new_values",
        effect=share_effect(before, now) if now > before else 0.0,
        allowance=share_allowance(min(before, now), now, pair.present, alpha),
        value=now,
        detail=f"{int(current[-1]):,} rows with {kind} values",
    )


MEASURE: Final = ColumnMeasure(tests=tests, read=read)
