"""Metrics of the order of the rows under other weights: what lies below each positive row, weighed anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from modelbout.bout.bootstrap import Blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelbout.bout.bootstrap import Weights
    from modelbout.bout.metric import Reweighed
    from modelbout.bout.ranking import Ranking
    from modelbout.bout.sheet import Sheet


@dataclass(frozen=True, eq=False)
class Places:
    """Where some rows stand among the blocks of others, both by rising score.

    Attributes:
        whole: shape (h,), how many blocks lie below.
        part: shape (h, 1), the share of the next block that does; 0 where blocks are single rows.
    """

    whole: NDArray[np.intp]
    part: NDArray[np.float32]

    def below(self, rising: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """Return the weight below each place, shape (h, b), from the blocks' cumulated weights, shape (m + 1, b)."""
        under = rising[self.whole]
        if not self.part.any():
            return under
        over = rising[np.minimum(self.whole + 1, rising.shape[0] - 1)]
        return np.asarray(under + self.part * (over - under))


@dataclass(frozen=True, eq=False)
class Order:
    """The rows of a ranking by rising score, in blocks: those of the class, and the others.

    Attributes:
        hits: rows of the class.
        misses: all other rows.
        hits_below: for each block of hits, the hits of lower score.
        misses_below: for each block of hits, the misses of lower score.
        misses_up_to: for each block of hits, the misses of lower or equal score.
    """

    hits: Blocks
    misses: Blocks
    hits_below: Places
    misses_below: Places
    misses_up_to: Places


def order_of(ranking: Ranking, *, shared: bool) -> Order:
    """Return the order of a ranking; ``shared`` when several metrics are going to ask for it."""
    is_hit = ranking.hit[ranking.order]
    hits, misses = (Blocks(ranking.order[rows], shared=shared) for rows in (is_hit, ~is_hit))
    group = np.repeat(np.arange(ranking.sizes.size), ranking.sizes)[is_hit]
    missed = ranking.sizes - ranking.hits

    def places(counts: NDArray[np.int64], among: Blocks) -> Places:
        return _places(hits.averaged(counts[group].astype(np.float64)), among)

    return Order(
        hits,
        misses,
        places(np.cumsum(ranking.hits) - ranking.hits, hits),
        places(np.cumsum(missed) - missed, misses),
        places(np.cumsum(missed), misses),
    )


def cumulated(weights: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return the weight below each block and below the end, shape (m + 1, b), from that of the blocks, shape (m, b)."""
    rising = np.zeros((weights.shape[0] + 1, weights.shape[1]), dtype=weights.dtype)
    np.cumsum(weights, axis=0, out=rising[1:])
    return rising


def macro_reweighed(sheet: Sheet, one: Callable[[Order], Reweighed]) -> Reweighed:
    """Return what gives the mean of a ranking's metric over the classes that are scored, under other weights."""
    parts = [one(sheet.in_order(code)) for code in sheet.scored_classes()]

    def values(weights: Weights) -> NDArray[np.float64]:
        return np.asarray(np.mean([part(weights) for part in parts], axis=0))

    return values


def _places(rows_below: NDArray[np.float64], among: Blocks) -> Places:
    edges = np.append(np.arange(0, among.order.size, among.length), among.order.size).astype(np.float64)
    at = np.interp(rows_below, edges, np.arange(edges.size))
    whole = np.floor(at).astype(np.intp)
    return Places(whole, (at - whole).astype(np.float32)[:, None])
