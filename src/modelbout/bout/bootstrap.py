"""One paired bootstrap for all metrics that have no influence function: both models' rows are weighed anew, alike.

No row is drawn: each observation (a row, or a cluster of rows that count as one) gets a random weight of mean 1 and
variance 1, the same one for both models and for every metric. Up to 4,096 rows the weights are exponential
(Rubin 1981, The Bayesian bootstrap): no resample loses a rare class. Above, they are double or nothing, one bit each
(Owen and Eckles 2012, Bootstrapping data arrays of arbitrary order), and neighbours in a metric's own order are counted
64 resamples at a time by adders made of bit operations.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Metric
    from modelbout.bout.sheet import Sheet

WORD = 64  # resamples that fit into one machine word

# 2,048 resamples: a standard error made from them is off by 1.6 %, far less than what n rows leave open.
WORDS = 32

# So many rows are weighed one by one. Above, the metric sees as many blocks of neighbours at most: each spans 1/4,096
# of the ranks, which changes no interval, and 4,096 x 64 weights are 1 MB.
MOST_BLOCKS = 2**12

# So many words are added up at a time: 512 kB stay in the cache of a core, where this takes half as long.
CACHED_WORDS = 2**16


class Blocks:
    """Rows in an order in which neighbours are alike, cut into blocks of equal length.

    Attributes:
        order: shape (r,), row numbers in that order.
        length: rows in each block but the last; 1 as long as there are at most 4,096 rows.
        counts: what each draw of bits has counted here, kept for the next metric of the same order (0.5 MB a draw);
            None where each metric has an order of its own.
    """

    def __init__(self, order: NDArray[np.intp], *, shared: bool = False) -> None:
        self.order = order
        self.counts: dict[tuple[int, int], NDArray[np.uint16]] | None = {} if shared else None
        self.length = 1
        while -(-order.size // self.length) > MOST_BLOCKS:
            self.length *= 2
        self._starts = np.arange(0, order.size, self.length)

    def means(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of each block, shape (m,), from one number a row, shape (n,) in the rows' own order."""
        return self.averaged(rows[self.order])

    def averaged(self, ordered: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of each block, shape (m,), from one number a row in this order, shape (r,)."""
        if self.length == 1:
            return ordered
        sizes = np.diff(self._starts, append=self.order.size)
        return np.add.reduceat(ordered, self._starts, dtype=np.float64) / sizes


class Weights(Protocol):
    """How much each row counts in 64 resamples."""

    def of(self, blocks: Blocks) -> NDArray[np.floating[Any]]:
        """Return the weight of each block, shape (m, 64): the sum over its rows, up to a common factor."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Weights as numbers, for blocks of one row.

    Attributes:
        drawn: shape (c, 64), one line for each observation.
        observation: shape (n,), each row's observation; None when row i is observation i.
    """

    drawn: NDArray[np.float64]
    observation: NDArray[np.int64] | None

    def of(self, blocks: Blocks) -> NDArray[np.float64]:
        """Return the weight of each block, shape (m, 64)."""
        return self.drawn[blocks.order if self.observation is None else self.observation[blocks.order]]


@dataclass(frozen=True, eq=False)
class Bits:
    """Weights of double or nothing.

    Attributes:
        drawn: shape (c,), a word for each observation, one bit a resample.
        observation: shape (n,), each row's observation; None when row i is observation i.
        draw: seed and number of the word.
    """

    drawn: NDArray[np.uint64]
    observation: NDArray[np.int64] | None
    draw: tuple[int, int]

    def of(self, blocks: Blocks) -> NDArray[np.float32]:
        """Return half the weight of each block, shape (m, 64): a metric of weights does not depend on their scale."""
        known = None if blocks.counts is None else blocks.counts.get(self.draw)
        if known is not None:
            return known.astype(np.float32)
        rows = blocks.order if self.observation is None else self.observation[blocks.order]
        found = _counted(self.drawn[rows], blocks.length)
        if blocks.counts is not None:
            blocks.counts[self.draw] = found.astype(np.uint16)
        return found


def weights_of(rows: int, observation: NDArray[np.int64] | None, seed: int, word: int) -> Weights:
    """Return the weights of 64 resamples: the same ones whenever rows, clusters, seed and word are the same.

    Args:
        rows: n.
        observation: shape (n,), codes from 0 of the clusters that are resampled whole; None when each row stands alone.
        seed: starts the draws.
        word: which 64 resamples of all, from 0.
    """
    count = rows if observation is None else int(observation.max()) + 1
    source = np.random.default_rng([seed, word])
    if rows <= MOST_BLOCKS:
        return Shares(source.standard_exponential((count, WORD)), observation)
    return Bits(
        np.frombuffer(source.bytes(8 * count), dtype="<u8").astype(np.uint64, copy=False), observation, (seed, word)
    )


def replicates(metric: Metric, sheets: tuple[Sheet, ...], seed: int) -> tuple[NDArray[np.float64], ...]:
    """Return the metric of each sheet in each resample, each of shape (2048,); NaN where it is not defined.

    All sheets hold the same rows. A metric of the user's own was resampled where its function runs: shape (b,) then.
    """
    given = getattr(metric, "resampled", None)
    if given is not None:
        return tuple(given(sheet) for sheet in sheets)
    values = [metric.reweigh(sheet) for sheet in sheets]
    rows, observation = sheets[0].rows, sheets[0].observation

    def drawn(word: int) -> list[NDArray[np.float64]]:
        weights = weights_of(rows, observation, seed, word)
        return [value(weights) for value in values]

    # NumPy lets go of the interpreter's lock in its loops, and each word has a seed of its own.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        words = list(pool.map(drawn, range(WORDS)))
    return tuple(np.concatenate(found) for found in zip(*words, strict=True))


def _counted(words: NDArray[np.uint64], length: int) -> NDArray[np.float32]:
    """Return how many of each ``length`` neighbouring words have each bit, shape (m, 64)."""
    blocks = -(-words.size // length)
    padded = np.zeros((blocks, length), dtype=np.uint64)
    padded.ravel()[: words.size] = words
    total = np.zeros((blocks, WORD), dtype=np.float32)
    step = max(CACHED_WORDS // length, 1)
    for start in range(0, blocks, step):
        planes = [np.ascontiguousarray(padded[start : start + step].T)]
        while planes[0].shape[0] > 1:
            planes = _added(planes)
        part = total[start : start + step]
        for place, plane in enumerate(planes):
            octets = np.ascontiguousarray(plane[0], dtype="<u8").view(np.uint8).reshape(-1, 8)
            part += np.unpackbits(octets, axis=1, bitorder="little") * np.float32(2**place)
    return total


def _added(planes: list[NDArray[np.uint64]]) -> list[NDArray[np.uint64]]:
    """Add the first half of the rows to the second, 64 binary numbers a word; plane i holds the bits worth 2**i."""
    half = planes[0].shape[0] // 2
    sums: list[NDArray[np.uint64]] = []
    carry = np.zeros_like(planes[0][:half])
    for plane in planes:
        one, other = plane[:half], plane[half:]
        differ = one ^ other
        sums.append(differ ^ carry)
        carry = (one & other) | (differ & carry)
    return [*sums, carry]
