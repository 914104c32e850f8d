"""Rows whose key stood in an earlier row, on Polars, in 8 bytes a row: keys are told apart by 64-bit hashes first.

Different hashes have different keys, so a table without a repeated hash repeats no key. Two keys with one hash could
only add a repetition, so the rows of repeated hashes, few in a sound table, are compared by the keys themselves.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.engines.engine import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Ours: rows of a batch; 4 MB of hashes.
BATCH: Final = 500_000
# Ours: with more repeated hashes than this, they are not compared. By the birthday bound 10^9 rows have 0.03 wrong ones
# among a million repetitions.
MOST_COMPARED: Final = 1_000_000

_HASH: Final = f"{ROW} hash"
_TIMES: Final = f"{ROW} times"


def repetitions(lazy: pl.LazyFrame, columns: Sequence[str], rows: int) -> int:
    """Return the number of rows whose key (null is a value, NaN too) stood in an earlier row.

    Args:
        lazy: the table.
        columns: the key.
        rows: at least as many as the table has.
    """
    return repeating(lazy, columns, _twice(lazy, columns, rows))


def repeating(lazy: pl.LazyFrame, columns: Sequence[str], twice: NDArray[np.uint64]) -> int:
    """Return the same as ``repetitions``, from the hashes of the rows that repeat one (``beside``)."""
    if not 0 < twice.size <= MOST_COMPARED:
        return int(twice.size)
    groups = _suspects(lazy, columns, twice).group_by(columns).agg(pl.len().alias(_TIMES))
    found: int = groups.select((pl.col(_TIMES) - 1).sum()).collect(engine="streaming").item()
    return found


def beside(
    query: pl.LazyFrame, lazy: pl.LazyFrame, columns: Sequence[str], rows: int
) -> tuple[pl.DataFrame, NDArray[np.uint64]]:
    """Return the answer of a query, and the hashes of the rows that repeat one, from one reading of their table.

    Args:
        query: of the same table.
        lazy: the table.
        columns: the key.
        rows: at least as many as the table has.
    """
    hashes = _Hashes(rows)
    taken = lazy.select(_hash(columns)).sink_batches(
        hashes.add, chunk_size=BATCH, maintain_order=False, lazy=True, engine="streaming"
    )
    # Plans that begin alike are run as one.
    answer, _ = pl.collect_all([query, taken], engine="streaming")
    return answer, hashes.twice()


def repeated(lazy: pl.LazyFrame, columns: Sequence[str], rows: int, most: int) -> tuple[int, ...]:
    """Return ``ROW`` of the last row of each key that stands more than once: the smallest of them, sorted."""
    twice = _twice(lazy, columns, rows)
    compared = twice.size <= MOST_COMPARED
    suspects = _suspects(lazy, columns, twice) if compared else lazy.select(_hash(columns), ROW)
    groups = suspects.group_by(columns if compared else _HASH).agg(pl.len().alias(_TIMES), pl.col(ROW).max())
    last = groups.filter(pl.col(_TIMES) > 1).select(pl.col(ROW).bottom_k(most).sort())
    return tuple(last.collect(engine="streaming").get_column(ROW).to_list())


def _hash(columns: Sequence[str]) -> pl.Expr:
    key = pl.col(columns[0]) if len(columns) == 1 else pl.struct(columns)
    return key.hash().alias(_HASH)


def _twice(lazy: pl.LazyFrame, columns: Sequence[str], rows: int) -> NDArray[np.uint64]:
    hashes = _Hashes(rows)
    for batch in lazy.select(_hash(columns)).collect_batches(
        chunk_size=BATCH, maintain_order=False, engine="streaming"
    ):
        hashes.add(batch)
    return hashes.twice()


class _Hashes:
    """The hashes of the keys of at most so many rows, batch by batch: to join them would take twice the memory."""

    def __init__(self, rows: int) -> None:
        self._held = np.empty(rows, dtype=np.uint64)
        self._end = 0

    def add(self, batch: pl.DataFrame) -> None:
        """Keep the hashes of some more rows.

        Raises:
            OSError: there are more rows than there were.
        """
        end = self._end + batch.height
        if end > self._held.size:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        self._held[self._end : end] = batch.get_column(_HASH).to_numpy()
        self._end = end

    def twice(self) -> NDArray[np.uint64]:
        """Return the hashes of the rows that repeat one, sorted: a hash that stands three times is there twice."""
        hashes = self._held[: self._end]
        hashes.sort()
        again: NDArray[np.uint64] = hashes[1:][hashes[1:] == hashes[:-1]]
        return again


def _suspects(lazy: pl.LazyFrame, columns: Sequence[str], twice: NDArray[np.uint64]) -> pl.LazyFrame:
    return lazy.filter(_hash(columns).is_in(pl.Series(np.unique(twice)).implode()))
