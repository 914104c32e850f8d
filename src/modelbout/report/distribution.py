"""The shape of a distribution for the eye: bars of equal width, read off bins that hold equally many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelbout.profile import NumberProfile

MOST_BARS = 20
"""Bars: as many as the histogram has bins, so that none shows what it does not know."""

TAIL = 3.0
"""The bars stop at the 1 % and 99 % quantiles when the whole range is that many times wider. Our own choice."""


@dataclass(frozen=True)
class Shape:
    """Equally wide bars from ``low`` to ``high``, each the share of all values; ``cut`` when the tails are left out.

    ``single`` is true when each bar is one whole number.
    """

    low: float
    high: float
    shares: tuple[float, ...]
    cut: bool = False
    single: bool = False

    @property
    def width(self) -> float:
        """Return how wide a bar is."""
        return (self.high - self.low) / len(self.shares)


def shape(numbers: NumberProfile, *, most: int = MOST_BARS) -> Shape | None:
    """Return the shape of some numbers, None when there are none or all are one value."""
    total = numbers.count
    low, high = numbers.edges[0], numbers.edges[-1]
    if not total or not high > low or not high - low < float("inf"):
        return None
    first, last = numbers.quantiles[0], numbers.quantiles[-1]
    cut = first < last and high - low > TAIL * (last - first)
    if cut:
        low, high = first, last
    single = numbers.whole and high - low < most
    if numbers.whole:
        high += 1
    bars = int(high - low) if single else most
    held = [0.0] * bars
    for start, stop, count in _parts(numbers):
        _spread(held, count / total, (start - low) / (high - low) * bars, (stop - low) / (high - low) * bars)
    return Shape(low=low, high=high, shares=tuple(held), cut=cut, single=single)


def _parts(numbers: NumberProfile) -> list[tuple[float, float, int]]:
    """Return from where to where each bin's values lie; whole numbers up to the next one."""
    parts = []
    for place, count in enumerate(numbers.counts):
        start, stop = numbers.edges[place], numbers.edges[place + 1]
        last = place == len(numbers.counts) - 1
        if numbers.whole and (last or start == stop):
            stop += 1
        if numbers.whole and place and numbers.edges[place - 1] == start:
            start += 1
        parts.append((start, stop, count))
    return parts


def _spread(held: list[float], share: float, start: float, stop: float) -> None:
    """Add a share to the bars from ``start`` to ``stop``, evenly; what lies outside of all bars is lost."""
    if not stop > start:
        if 0 <= start <= len(held):
            held[min(int(start), len(held) - 1)] += share
        return
    for place in range(max(int(start), 0), min(int(stop) + 1, len(held))):
        overlap = min(stop, place + 1) - max(start, place)
        if overlap > 0:
            held[place] += share * overlap / (stop - start)
