"""Rows in the order of a score, ties together: sorted once, used by every metric of the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows sorted by rising score, cut into groups of equal score.

    Attributes:
        order: shape (n,), row numbers by rising score.
        hit: shape (n,), whether each row (in the rows' own order) is of the class that the score is for.
        score: shape (g,), each group's score, strictly rising.
        sizes: shape (g,), rows in each group.
        hits: shape (g,), rows of the class in each group.
    """

    order: NDArray[np.intp]
    hit: NDArray[np.bool_]
    score: NDArray[np.float64]
    sizes: NDArray[np.int64]
    hits: NDArray[np.int64]

    def to_rows(self, groups: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return one number a group, shape (g,), as one number a row, shape (n,)."""
        rows = np.empty(self.order.size)
        rows[self.order] = groups if groups.size == rows.size else np.repeat(groups, self.sizes)
        return rows

    def from_top(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return, for each group, how many rows and how many of the class score at least as high, shapes (g,)."""
        return np.cumsum(self.sizes[::-1])[::-1], np.cumsum(self.hits[::-1])[::-1]


def rank(score: NDArray[np.float64], hit: NDArray[np.bool_]) -> Ranking:
    """Sort the rows by their score, O(n log n).

    Args:
        score: shape (n,), finite.
        hit: shape (n,), whether the row is of the class that the score is for.
    """
    order = np.argsort(score)
    rising = score[order]
    edges = np.flatnonzero(np.diff(rising, prepend=-np.inf))
    sizes = np.diff(edges, append=score.size)
    hits = np.add.reduceat(hit[order], edges, dtype=np.int64)
    return Ranking(order, hit, rising[edges], sizes, hits)
