"""Distances of two distributions over the same cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.drift.measure import Reading
from modelbout.drift.noise import shape, shape_allowance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.drift.pair import Counts

# Added to each count, so that an empty cell is no infinite PSI: Jeffreys' prior, and it brings the tails back to
# chi-square (benchmarks/drift/noise.py).
HALF: Final = 0.5

# The Jensen-Shannon divergence of two near distributions is an eighth of chi-square: Lin, 1991, as in ``noise.shape``.
EIGHT: Final = 8.0

# Jensen-Shannon divergence, population stability index.
TESTS: Final = 2


def divergences(reference: Counts, current: Counts, rows: float, alpha: float) -> tuple[Reading, ...]:
    """Return the Jensen-Shannon divergence (in nats) and the population stability index of two sides in k cells.

    Both come out as the standardised difference that they amount to: the square roots of 8 times the divergence and of
    the index, without what chance adds. Empty when there are not two cells.
    """
    count = reference.size
    if count < 2 or not rows:  # noqa: PLR2004 -- one cell holds everything on both sides
        return ()
    allowance = shape_allowance(count, rows, alpha)
    found = {
        "jensen_shannon": (EIGHT, jensen_shannon(reference / reference.sum(), current / current.sum())),
        "psi": (1.0, stability(reference, current)),
    }
    return tuple(
        Reading(
            measure=name,
            effect=shape(factor * value, count, rows),
            allowance=allowance,
            value=value,
            shape=True,
        )
        for name, (factor, value) in found.items()
    )


def jensen_shannon(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the Jensen-Shannon divergence of two distributions in nats: Lin, IEEE Trans. Inf. Theory 37, 1991."""
    middle = (first + second) / 2
    return float(_relative(first, middle) + _relative(second, middle)) / 2


def stability(reference: Counts, current: Counts) -> float:
    """Return the population stability index: Siddiqi, Credit Risk Scorecards, 2006."""
    first = (reference + HALF) / (reference + HALF).sum()
    second = (current + HALF) / (current + HALF).sum()
    return float(((second - first) * np.log(second / first)).sum())


def _relative(share: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    there = share > 0
    return float((share[there] * np.log(share[there] / other[there])).sum())
