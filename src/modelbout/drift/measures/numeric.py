"""Numbers, moments, lengths of texts: how far they moved, how they spread otherwise, how many left the range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.drift.divergence import TESTS, divergences
from modelbout.drift.measure import ColumnMeasure, Reading
from modelbout.drift.noise import share_allowance, share_effect, transport, transport_allowance
from modelbout.drift.pair import joined

if TYPE_CHECKING:
    from modelbout.drift.pair import Bins, Pair

# Wasserstein, and below and above the range.
OWN_TESTS: Final = 3


def tests(pair: Pair) -> int:
    """Return 5 for a column with bins, 0 for everything else."""
    return TESTS + OWN_TESTS if pair.bins is not None else 0


def read(pair: Pair, alpha: float) -> tuple[Reading, ...]:
    """Return the Wasserstein distance, the two divergences, and the share outside of the reference's range."""
    bins = pair.bins
    if bins is None or not all(pair.present) or not bins.current.any():
        return ()
    return (
        *wasserstein(pair, bins, alpha),
        *divergences(*joined(*bins.inside()), pair.effective, alpha),
        outside(pair, bins, alpha),
    )


def wasserstein(pair: Pair, bins: Bins, alpha: float) -> tuple[Reading, ...]:
    """Return the Wasserstein-1 distance in standard deviations of the reference.

    Values beyond the reference's 1 % and 99 % quantiles count as these, on both sides: one outlier would otherwise
    decide. Inside of a bin, values are spread evenly. Empty when that leaves the reference no spread.
    """
    numbers = bins.numbers
    edges = np.array(numbers.edges)
    if numbers.quantiles:
        edges = np.clip(edges, numbers.quantiles[0], numbers.quantiles[-1])
    reference, current = (side / side.sum() for side in bins.inside())
    with np.errstate(over="ignore", invalid="ignore"):
        widths = np.diff(edges)
        middles = edges[:-1] + widths / 2
        mean = float(reference @ middles)
        spread = float(np.sqrt(reference @ ((middles - mean) ** 2 + widths**2 / 12)))
    if not np.isfinite(spread) or not spread > 0:
        return ()
    gaps = np.concatenate([[0.0], np.cumsum(current - reference)])
    share = pair.present[0] / sum(pair.present)
    levels = np.concatenate([[0.0], np.cumsum(share * reference + (1 - share) * current)])
    return (
        Reading(
            measure="wasserstein",
            effect=transport(gaps, widths / spread),
            allowance=transport_allowance(np.clip(levels, 0, 1), widths / spread, pair.effective, alpha),
            value=transport(gaps, widths),
            shape=True,
        ),
    )


def outside(pair: Pair, bins: Bins, alpha: float) -> Reading:
    """Return the share of values below the reference's smallest or above its largest one, whichever says more.

    The reference may have such values too, when it is a profile that was counted in another one's bins.
    """
    texts = pair.reference.numbers is None
    words = ("texts shorter than", "texts longer than") if texts else ("values below", "values above")
    readings = []
    for word, place in zip(words, (0, -1), strict=True):
        before, now = int(bins.reference[place]) / pair.present[0], int(bins.current[place]) / pair.present[1]
        readings.append(
            Reading(
                measure="out_of_range",
                effect=share_effect(before, now) if now > before else 0.0,
                allowance=share_allowance(min(before, now), now, pair.present, alpha),
                value=now,
                detail=f"{int(bins.current[place]):,} {word} all of the reference",
            )
        )
    return max(readings, key=lambda reading: reading.effect)


MEASURE: Final = ColumnMeasure(tests=tests, read=read)
