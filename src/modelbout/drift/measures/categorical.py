"""Texts and booleans: how the shares of the values changed, which vanished, how many are not listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.drift.divergence import TESTS, divergences
from modelbout.drift.measure import ColumnMeasure, Reading
from modelbout.drift.noise import effective, share_allowance, share_effect
from modelbout.drift.pair import gathered

if TYPE_CHECKING:
    from modelbout.drift.pair import Categories, Pair


def tests(pair: Pair) -> int:
    """Return 2 divergences, 1 for unlisted values and 1 for each value that could vanish; 0 for columns without any."""
    return TESTS + 1 + len(pair.reference.categories) if pair.reference.categories else 0


def read(pair: Pair, alpha: float) -> tuple[Reading, ...]:
    """Return the two divergences, the values that vanished, and the values that the reference does not list."""
    if not all(pair.present):
        return ()
    found = pair.categories
    # What is not listed has a reading of its own; where that is nobody's luck, it is one more category as well.
    end = -1 if found.luck else None
    reference, current = found.reference[:end], found.current[:end]
    listed = effective(int(reference.sum()), int(current.sum()))
    return (
        *divergences(*gathered(reference, current), listed, alpha),
        *vanished(pair, found, alpha),
        *unlisted(pair, found, alpha),
    )


def vanished(pair: Pair, found: Categories, alpha: float) -> tuple[Reading, ...]:
    """Return the most frequent of the reference's values that is gone; empty when all of them are there."""
    gone = [place for place in range(len(found.names)) if found.current[place] == 0]
    if not gone:
        return ()
    first = max(gone, key=lambda place: int(found.reference[place]))
    share = int(found.reference[first]) / pair.present[0]
    more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
    return (
        Reading(
            measure="vanished_values",
            effect=share_effect(share, 0.0),
            allowance=share_allowance(share, 0.0, pair.present, alpha),
            value=share,
            detail=f"`{found.names[first]}`{more} no longer there",
        ),
    )


def unlisted(pair: Pair, found: Categories, alpha: float) -> tuple[Reading, ...]:
    """Return how the share of values moved that the reference does not list: new ones, or ones too rare for the list.

    Empty when no value is listed for more than luck: then nothing is known of the shares.
    """
    if not found.names:
        return ()
    before, now = int(found.reference[-1]) / pair.present[0], int(found.current[-1]) / pair.present[1]
    if now > before:
        before = min(before + found.luck / pair.present[0], now)
    kind = "new" if not found.reference[-1] else "rare or new"
    return (
        Reading(
            measure="unlisted_values",
            effect=share_effect(before, now),
            allowance=share_allowance(before, now, pair.present, alpha),
            value=now,
            detail=f"{int(found.current[-1]):,} of {pair.present[1]:,} values are {kind}",
        ),
    )


MEASURE: Final = ColumnMeasure(tests=tests, read=read)
