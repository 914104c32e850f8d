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
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.metric import Metric
    from modelbout.bout.sheet import Sheet

WORD = 64  # resamples that fit into one machine word

# 2,048 resamples: a standard error made from them is off by 1.6 %, far less than what n rows leave open.
WORDS = 32

# So many rows are weighed one by one: 4,096 x 64 weights are 2 MB.
SINGLE_ROWS = 2**12

# Above, the metric sees so many blocks of neighbours at most. What is lost is what its rows differ in within 1/1,024 of
# the ranks: a millionth of the variance of an area, a thousandth of that of a loss with an exponential tail.
MOST_BLOCKS = 2**10

# So many words are added up at a time: 1 MB stays in the cache of a core, and is still worth the calls that it takes.
CACHED_WORDS = 2**17

# What stands behind the last row of a block that is not full: the last of the words, which has no bit.
NO_ROW = -1


class Blocks:
    """Rows in an order in which neighbours are alike, cut into blocks of equal length.

    Attributes:
        order: shape (r,), row numbers in that order.
        length: rows in each block but the last, a power of two; 1 as long as there are at most 4,096 rows.
        counts: what each draw of bits has counted here, kept for the next metric of the same order (0.5 MB a draw);
            None where each metric has an order of its own.
    """

    def __init__(self, order: NDArray[np.intp], *, shared: bool = False, most: int | None = None) -> None:
        """Cut an order.

        Args:
            order: shape (r,), row numbers.
            shared: whether several metrics are going to ask for it.
            most: how many blocks there may be, where rows are more than are weighed one by one; None: 1,024.
        """
        self.order = order
        self.counts: dict[tuple[int, int], NDArray[np.uint32]] | None = {} if shared else None
        self.length = 1
        while order.size > SINGLE_ROWS and -(-order.size // self.length) > (most or MOST_BLOCKS):
            self.length *= 2
        self._starts = np.arange(0, order.size, self.length)

    @cached_property
    def parts(self) -> tuple[NDArray[np.intp], ...]:
        """Return the rows as they are added up, each of shape (length, blocks of this part), ``NO_ROW`` at the end."""
        padded = np.full((self._starts.size, self.length), NO_ROW)
        padded.ravel()[: self.order.size] = self.order
        step = max(CACHED_WORDS // self.length, 1)
        return tuple(np.ascontiguousarray(padded[at : at + step].T) for at in range(0, self._starts.size, step))

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
        count: c, how many observations there are.
        observation: shape (n,), each row's observation; None when row i is observation i.
        draw: seed and number of the word.
    """

    count: int
    observation: NDArray[np.int64] | None
    draw: tuple[int, int]

    @cached_property
    def drawn(self) -> NDArray[np.uint64]:
        """Return a word for each observation, one bit a resample, and one of no bits for ``NO_ROW``, shape (c + 1,)."""
        words = np.random.default_rng(self.draw).integers(0, 2**WORD, self.count + 1, dtype=np.uint64)
        words[NO_ROW] = 0
        return words

    def of(self, blocks: Blocks) -> NDArray[np.float32]:
        """Return half the weight of each block, shape (m, 64): a metric of weights does not depend on their scale."""
        known = None if blocks.counts is None else blocks.counts.get(self.draw)
        if known is None:
            observation = None if self.observation is None else np.append(self.observation, NO_ROW)
            rows = (part if observation is None else observation[part] for part in blocks.parts)
            known = np.concatenate([_counted(self.drawn[part]) for part in rows])
        if blocks.counts is not None:
            blocks.counts[self.draw] = known
        return known.astype(np.float32)


def weights_of(rows: int, observation: NDArray[np.int64] | None, seed: int, word: int) -> Weights:
    """Return the weights of 64 resamples: the same ones whenever rows, clusters, seed and word are the same.

    Args:
        rows: n.
        observation: shape (n,), codes from 0 of the clusters that are resampled whole; None when each row stands alone.
        seed: starts the draws.
        word: which 64 resamples of all, from 0.
    """
    count = rows if observation is None else int(observation.max()) + 1
    if rows <= SINGLE_ROWS:
        return Shares(np.random.default_rng([seed, word]).standard_exponential((count, WORD)), observation)
    return Bits(count, observation, (seed, word))


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


def _counted(words: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return how many words of each column have each bit, shape (m, 64), from words of shape (length, m), written over.

    Three words of one place value become one of it and one of twice its value by bit operations (carry-save adders,
    Wallace 1964, A suggestion for a fast multiplier), until there is one of each value.
    """
    total = np.zeros((words.shape[1], WORD), dtype=np.uint32)
    place = 0
    while words.size:
        words, twice = _halved(words)
        octets = words[0].astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
        total += np.left_shift(np.unpackbits(octets, axis=1, bitorder="little"), place, dtype=np.uint32)
        words, place = twice, place + 1
    return total


def _halved(words: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the last bits of the sum of the rows, shape (1, m), and what is carried, shape (length // 2, m)."""
    twice = np.empty((words.shape[0] // 2, words.shape[1]), dtype=np.uint64)
    carried = 0
    while (rest := words.shape[0]) > 1:
        adders = max(rest // 3, 1)
        one, other = words[:adders], words[adders : 2 * adders]
        third = words[2 * adders : 3 * adders]  # empty when two rows are left
        carry = twice[carried : carried + adders]
        np.bitwise_and(one, other, out=carry)
        one ^= other
        if third.size:
            np.bitwise_and(one, third, out=other)
            carry |= other
            one ^= third
        words[adders : rest - 2 * adders] = words[3 * adders :]
        words = words[: max(rest - 2 * adders, 1)]
        carried += adders
    return words, twice
