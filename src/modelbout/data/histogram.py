"""Lay bins over numbers so that no edge points at a row, count numbers in such bins, and add the counts up."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from msgspec.structs import replace

from modelbout.data.rounding import roundest
from modelbout.profile import FEWEST_ROWS, PROFILE_QUANTILES, NumberProfile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelbout.data.rounding import Scale

ROWS_A_BIN: Final = 2 * FEWEST_ROWS  # so that half a bin, within which an edge is rounded, has ten rows
QUANTILE_DIGITS: Final = 6  # more would be false precision, and take room
TAIL: Final = Fraction(1, 100)  # of the rows, in a bin of its own at either end: quantiles of 1 % are common
_CHUNK: Final = 65_536  # numbers at once: a few arrays of that length stay in the cache
_UNIT_BITS: Final = 16  # 65,536 units to the width of the inner bins: the mean is right to 1/100,000 of that
_WHOLE_WIDTH: Final = 2.0**30  # whole numbers within this width count in units of 1, which is exact
_FAR: Final = 2.0**40  # units from the centre: 16 million widths; sums of a chunk stay within 64 bits
_HALF_BITS: Final = 20  # a value of 40 bits is squared in halves
_SQUARABLE: Final = 2.0**18  # squares of smaller ones add up exactly as doubles over a chunk: 2 * 18 + 16 < 53


def lay_out(values: NDArray[np.float64], *, most_bins: int, scale: Scale = "number") -> NumberProfile | None:
    """Return a layout, with no value counted in it, for finite values, shape (n,); None for fewer than ten.

    The bins hold about equally many values, at least ten each; beyond ``most_bins``, each tail of 1 % has its own when
    it is large enough. A single value with as many rows as a bin, such as the
    zeros of an amount, gets a bin of its own.
    """
    if values.size < FEWEST_ROWS:
        return None
    ordered = np.sort(values) + 0.0  # -0.0 + 0.0 is 0.0
    edges = _edges(ordered, most_bins, scale)
    whole = bool((np.floor(ordered) == ordered).all())
    return NumberProfile(
        edges=tuple(edges),
        counts=(0,) * (len(edges) - 1),
        whole=whole,
        centre=edges[len(edges) // 2],
        unit=_unit(edges, whole=whole),
    )


def tally(values: NDArray[np.float64], layout: NumberProfile) -> NumberProfile:
    """Return the layout with the finite values, shape (n,), counted in it."""
    cuts = _cuts(layout.edges)
    counts = np.zeros(len(layout.counts), dtype=np.int64)
    below = above = total = squares = extreme = 0
    for start in range(0, values.size, _CHUNK):
        part = values[start : start + _CHUNK]
        low, high = part < layout.edges[0], part > layout.edges[-1]
        inside = part if not (low.any() or high.any()) else part[~(low | high)]
        counts += np.bincount(np.searchsorted(cuts, inside, side="right"), minlength=counts.size)
        below += int(low.sum())
        above += int(high.sum())
        units, far = _in_units(part, layout)
        extreme += far
        total += int(units.astype(np.int64).sum())
        squares += _squares(units)
    return finished(
        replace(
            layout,
            counts=tuple(counts.tolist()),
            below=below,
            above=above,
            sum=total,
            squares=squares,
            extreme=extreme,
        )
    )


def emptied(numbers: NumberProfile) -> NumberProfile:
    """Return the layout alone."""
    return NumberProfile(
        edges=numbers.edges,
        counts=(0,) * len(numbers.counts),
        whole=numbers.whole,
        centre=numbers.centre,
        unit=numbers.unit,
    )


def added(one: NumberProfile, two: NumberProfile) -> NumberProfile:
    """Return the counts of both, which must have one layout."""
    return finished(
        replace(
            one,
            counts=tuple(a + b for a, b in zip(one.counts, two.counts, strict=True)),
            below=one.below + two.below,
            above=one.above + two.above,
            sum=one.sum + two.sum,
            squares=one.squares + two.squares,
            extreme=one.extreme + two.extreme,
        )
    )


def finished(numbers: NumberProfile) -> NumberProfile:
    """Return the counts with all that follows from them."""
    held = [place for place, count in enumerate(numbers.counts) if count]
    mean, std = _moments(numbers)
    return replace(
        numbers,
        min=numbers.edges[held[0]] if held and not numbers.below else None,
        max=numbers.edges[held[-1] + 1] if held and not numbers.above else None,
        mean=mean,
        std=std,
        quantiles=tuple(quantile(numbers, level) for level in PROFILE_QUANTILES) if numbers.count else (),
    )


def quantile(numbers: NumberProfile, level: float) -> float:
    """Return a quantile as the histogram knows it: within a bin, rows lie evenly; outside, they lie on its edge."""
    rank = level * numbers.count - 0.5 - numbers.below
    if rank < 0 and numbers.below:
        return numbers.edges[0]
    rank = max(rank, 0.0)
    for place, count in enumerate(numbers.counts):
        if count and rank < count:
            share = rank / count
            low, high = numbers.edges[place], numbers.edges[place + 1]
            # Not low + share * (high - low): the difference of two doubles may be none.
            found = low * (1 - share) + high * share
            return math.floor(found) + 0.0 if numbers.whole else float(f"{found:.{QUANTILE_DIGITS}g}")
        rank -= count
    return numbers.edges[-1]


def _edges(ordered: NDArray[np.float64], most_bins: int, scale: Scale) -> list[float]:
    count = ordered.size
    levels = _levels(count, most_bins)
    low, high = _outer(ordered, scale)
    inner = set()
    for place in range(1, len(levels) - 1):
        # A quarter of the smaller neighbouring bin on either side: within it the edge may be rounded.
        slack = min(levels[place + 1] - levels[place], levels[place] - levels[place - 1]) / 4
        first, middle, last = (
            float(ordered[math.ceil(count * level) - 1])
            for level in (levels[place] - slack, levels[place], levels[place] + slack)
        )
        edge = roundest(first, last, near=middle, scale=scale)
        if low < edge <= high:
            inner.add(edge)
    heavy = count / max(1, min(most_bins, count // ROWS_A_BIN))
    return _with_single_values(ordered, _crowded(ordered, [low, *sorted(inner), high]), heavy)


def _levels(count: int, most_bins: int) -> list[Fraction]:
    """Return the quantiles at which edges lie, 0 and 1 among them: evenly, and one more in each tail.

    Without these an outlier would stretch a bin that holds a twentieth of all rows.
    """
    bins = max(1, min(most_bins, count // ROWS_A_BIN))
    levels = [Fraction(place, bins) for place in range(bins + 1)]
    if count * TAIL < ROWS_A_BIN:
        return levels
    return [levels[0], TAIL, *levels[1:-1], 1 - TAIL, levels[-1]]


def _outer(ordered: NDArray[np.float64], scale: Scale) -> tuple[float, float]:
    """Return edges at or beyond the extremes, rounded as widely as their ten outermost rows lie apart."""
    first, tenth, last_tenth, last = (float(ordered[place]) for place in (0, FEWEST_ROWS - 1, -FEWEST_ROWS, -1))
    most = sys.float_info.max
    return (
        roundest(max(first - (tenth - first), -most), first, near=first, scale=scale),
        roundest(last, min(last + (last - last_tenth), most), near=last, scale=scale),
    )


def _crowded(ordered: NDArray[np.float64], edges: list[float]) -> list[float]:
    """Return the edges without those that leave fewer than ten rows between two of them."""
    ranks = [0, *np.searchsorted(ordered, edges[1:-1], side="left").tolist(), ordered.size]
    place = 0
    while place < len(edges) - 1 and len(edges) > 2:  # noqa: PLR2004 -- one bin stays, whatever it holds
        if ranks[place + 1] - ranks[place] >= FEWEST_ROWS:
            place += 1
        else:
            del edges[place or 1], ranks[place or 1]
            place = max(place - 1, 0)
    return edges


def _with_single_values(ordered: NDArray[np.float64], edges: list[float], heavy: float) -> list[float]:
    """Write those edges twice that many rows are equal to, where enough other rows follow in the bin."""
    starts, afters = (np.searchsorted(ordered, edges, side=side).tolist() for side in ("left", "right"))
    starts[-1] = ordered.size  # what equals the last edge lies in the last bin
    found = []
    for place, edge in enumerate(edges):
        found.append(edge)
        if place == len(edges) - 1 or edges[place + 1] == edge:
            continue
        if afters[place] - starts[place] >= heavy and starts[place + 1] - afters[place] >= FEWEST_ROWS:
            found.append(edge)
    return found


def _cuts(edges: Sequence[float]) -> NDArray[np.float64]:
    """Return the smallest number of each bin but the first, shape (k - 1,)."""
    cuts = [math.nextafter(edge, math.inf) if before == edge else edge for before, edge in pairwise(edges[:-1])]
    return np.array(cuts, dtype=np.float64)


def _unit(edges: Sequence[float], *, whole: bool) -> float:
    inner = edges[-2] - edges[1] if len(edges) > 3 else 0.0  # noqa: PLR2004 -- the outer bins hold the outliers
    width = next(width for width in (inner, edges[-1] - edges[0], abs(edges[0]), 1.0) if width > 0)
    if math.isinf(width):
        width = sys.float_info.max
    if whole and width <= _WHOLE_WIDTH:
        return 1.0
    exponent = max(math.frexp(width)[1] - 1 - _UNIT_BITS, sys.float_info.min_exp)
    return math.ldexp(1.0, exponent)


def _in_units(values: NDArray[np.float64], layout: NumberProfile) -> tuple[NDArray[np.float64], int]:
    """Return whole numbers of units from the centre, and how many values lie too far out to have one."""
    with np.errstate(over="ignore"):
        units = np.rint((values - layout.centre) / layout.unit)
    far = np.abs(units) > _FAR
    if far.any():
        return units[~far], int(far.sum())
    return units, 0


def _squares(units: NDArray[np.float64]) -> int:
    if not units.size:
        return 0
    if float(np.abs(units).max()) < _SQUARABLE:
        return int(np.square(units).sum())
    whole = units.astype(np.int64)
    high, low = whole >> _HALF_BITS, whole & (2**_HALF_BITS - 1)
    parts = ((high, high, 2 * _HALF_BITS), (high, low, _HALF_BITS + 1), (low, low, 0))
    return sum(int((a * b).sum()) << shift for a, b, shift in parts)


def _moments(numbers: NumberProfile) -> tuple[float | None, float | None]:
    count = numbers.count
    if count < FEWEST_ROWS or numbers.extreme:
        return None, None
    try:
        mean = float(Fraction(numbers.centre) + Fraction(numbers.unit) * Fraction(numbers.sum, count))
    except OverflowError:
        return None, None
    spread = Fraction(count * numbers.squares - numbers.sum**2, count * (count - 1))
    std = math.sqrt(spread) * numbers.unit
    return mean, std if math.isfinite(std) else None
