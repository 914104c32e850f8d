"""One column of two tables, as counts in the same cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.drift.noise import effective

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.drift_result import DriftRole
    from modelbout.profile import ColumnProfile, NumberProfile

    Counts = NDArray[np.int64]

# Below it the tails of the distances are heavier than chi-square, twofold at a false alarm rate of one in ten
# thousand: benchmarks/drift/noise.py.
EXPECTED: Final = 20


# So far a count must be above where the list ends: beyond it, being listed was no luck.
CLEAR: Final = 4.0


@dataclass(frozen=True)
class Pair:
    """One column of the reference and of the current table.

    Attributes:
        name: the column.
        role: what it is to the champion.
        reference: its profile on the reference rows.
        current: its profile on the current rows, counted in the reference's bins and categories.
        rows: of the reference and of the current table.
        importance: the feature's share of all importance to the champion, from 0 to 1; None where nobody knows.
        note: what is wrong with the column as a whole, such as another type.
    """

    name: str
    role: DriftRole
    reference: ColumnProfile
    current: ColumnProfile
    rows: tuple[int, int]
    importance: float | None = None
    note: str = ""

    @property
    def missing(self) -> tuple[int, int]:
        """Return the rows without a value that a distribution knows: null, NaN, infinite."""
        first, second = ((side.nulls + side.nan + side.infinite) for side in (self.reference, self.current))
        return first, second

    @property
    def present(self) -> tuple[int, int]:
        """Return the rows with a value."""
        missing = self.missing
        return self.rows[0] - missing[0], self.rows[1] - missing[1]

    @property
    def effective(self) -> float:
        """Return the effective rows of a comparison of the values."""
        return effective(*self.present)

    @property
    def bins(self) -> Bins | None:
        """Return both sides in the reference's bins; of texts whose values are not all listed, the lengths.

        None where the reference has no bins.
        """
        listed = self.reference.categories and not self.reference.other
        reference = self.reference.numbers or (None if listed else self.reference.lengths)
        if reference is None:
            return None
        current = self.current.numbers or self.current.lengths
        return Bins(
            numbers=reference,
            reference=cells(reference),
            current=np.zeros(len(reference.counts) + 2, np.int64) if current is None else cells(current),
        )

    @property
    def categories(self) -> Categories:
        """Return both sides in those of the reference's values that are listed for more than luck.

        A profile lists the values that turned out frequent, so the rarest of the listed ones are rarer than they look
        there, and all others together are more frequent. Values within ``CLEAR`` standard errors of where the list
        might end (at the rarest listed one, or at all rows of the others) are counted among the others.
        """
        listed, rest = self.reference.categories, self.reference.other
        end = min(rest, min((one.count for one in listed), default=0))
        least = end + CLEAR * math.sqrt(2 * end)
        kept = [one for one in listed if one.count >= least]
        now = {one.value: one.count for one in self.current.categories}
        first, second = [one.count for one in kept], [now.get(one.value, 0) for one in kept]
        return Categories(
            names=tuple(one.value for one in kept),
            reference=np.array([*first, self.present[0] - sum(first)], np.int64),
            current=np.array([*second, self.present[1] - sum(second)], np.int64),
            luck=2 * sum(one.count < 2 * least for one in kept) if rest else 0,
        )


@dataclass(frozen=True)
class Categories:
    """The values of both sides in k of the reference's categories.

    Attributes:
        names: the categories.
        reference: shape (k + 1,), the rows of each and, last, of all others.
        current: the same of the current side.
        luck: rows that the others may lack in the reference because the categories were chosen there for being
            frequent. For Poisson counts chosen at t or more it is t times the number of values expected at t (Good,
            The population frequencies of species, Biometrika 40, 1953); twice the number from t to 2 t is an upper
            estimate of that for a long tail. Zero when nothing is left out.
    """

    names: tuple[str, ...]
    reference: Counts
    current: Counts
    luck: int


@dataclass(frozen=True)
class Bins:
    """The values of both sides in the reference's k bins.

    Attributes:
        numbers: the reference's profile, with the edges.
        reference: shape (k + 2,), counts below the first edge, in each bin, above the last edge.
        current: the same of the current side.
    """

    numbers: NumberProfile
    reference: Counts
    current: Counts

    def inside(self) -> tuple[Counts, Counts]:
        """Return the counts with what lies outside in the first and the last bin, each of shape (k,)."""
        return _folded(self.reference), _folded(self.current)


def cells(numbers: NumberProfile) -> Counts:
    """Return the counts below, inside and above the bins, shape (k + 2,)."""
    return np.array([numbers.below, *numbers.counts, numbers.above], np.int64)


def joined(reference: Counts, current: Counts) -> tuple[Counts, Counts]:
    """Join neighbouring cells until the smaller side may expect ``EXPECTED`` rows in each if nothing has drifted."""
    rows = (int(reference.sum()), int(current.sum()))
    if not all(rows):
        return reference[:1] * 0, current[:1] * 0
    expected = (reference + current) * (min(rows) / sum(rows))
    groups: list[list[int]] = []
    weight = math.inf
    for place, value in enumerate(expected.tolist()):
        if weight >= EXPECTED:
            groups.append([])
            weight = 0.0
        groups[-1].append(place)
        weight += value
    if weight < EXPECTED and len(groups) > 1:
        last = groups.pop()
        groups[-1] += last
    sums = [(sum(reference[group]), sum(current[group])) for group in groups]
    return np.array([one for one, _ in sums], np.int64), np.array([two for _, two in sums], np.int64)


def gathered(reference: Counts, current: Counts) -> tuple[Counts, Counts]:
    """Gather the rarest cells, whatever their order, into one that is large enough; see ``joined``."""
    order = np.argsort(reference + current, kind="stable")[::-1]
    return joined(reference[order], current[order])


def _folded(counts: Counts) -> Counts:
    folded = counts[1:-1].copy()
    folded[0] += counts[0]
    folded[-1] += counts[-1]
    return folded
