"""Missing values: null, NaN and infinite ones, as a share of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.drift.measure import ColumnMeasure, Reading
from modelbout.drift.noise import share_allowance, share_effect

if TYPE_CHECKING:
    from modelbout.drift.pair import Pair


def read(pair: Pair, alpha: float) -> tuple[Reading, ...]:
    """Return how far the share of rows without a value moved; empty when a table has no rows."""
    if not all(pair.rows):
        return ()
    before, now = (missing / rows for missing, rows in zip(pair.missing, pair.rows, strict=True))
    return (
        Reading(
            measure="nulls",
            effect=share_effect(before, now),
            allowance=share_allowance(before, now, pair.rows, alpha),
            value=now,
        ),
    )


MEASURE: Final = ColumnMeasure(tests=lambda _pair: 1, read=read)
