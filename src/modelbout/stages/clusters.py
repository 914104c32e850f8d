"""Which rows of the holdout belong together, so that an interval must not count each of them for itself."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from modelbout.stages.leaks import time_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelbout.config.compare import Block
    from modelbout.config.model import Data

_BLOCKS: Mapping[Block, str] = MappingProxyType({"hour": "1h", "day": "1d", "week": "1w", "month": "1mo"})


def clusters(frame: pl.DataFrame, data: Data, block: Block | None) -> NDArray[np.int64] | None:
    """Return which rows count as one observation: those of one entity, of one block of time, or of either.

    Rows that share an entity or a block with a third row belong together, too. A row without an entity stands alone;
    rows without a time form one block. Where no entity is named, rows of one id are one observation that is there
    several times.

    Returns:
        Shape (n,), codes from 0; None when each row stands alone.
    """
    keys = []
    named = data.id if data.group is None else data.group
    if named is not None:
        names = [named] if isinstance(named, str) else list(named)
        keys.append(_codes(frame, [pl.col(name) for name in names], alone=pl.any_horizontal(pl.col(names).is_null())))
    when = time_column(data)
    if block is not None and when is not None:
        keys.append(_codes(frame, [pl.col(when).dt.truncate(_BLOCKS[block])], alone=pl.lit(value=False)))
    if not keys or frame.height == 0:
        return None
    joined = keys[0] if len(keys) == 1 else _united(*keys)
    return joined if np.unique(joined).size < frame.height else None


def _codes(frame: pl.DataFrame, keys: list[pl.Expr], *, alone: pl.Expr) -> NDArray[np.int64]:
    marked = frame.select(
        *(key.alias(f"key {place}") for place, key in enumerate(keys)),
        alone.alias("alone"),
        row=pl.int_range(pl.len(), dtype=pl.Int64),
    )
    together = pl.col("row").first().over([f"key {place}" for place in range(len(keys))])
    first = marked.select(pl.when(pl.col("alone")).then("row").otherwise(together)).to_series()
    codes: NDArray[np.int64] = first.rank("dense").cast(pl.Int64).to_numpy() - 1
    return codes


def _united(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the connected parts of rows that share a code of either kind."""
    kinds = int(one.max()) + 1
    size = kinds + int(other.max()) + 1
    graph = coo_array((np.ones(one.size, dtype=bool), (one, other + kinds)), shape=(size, size))
    parts: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return parts[one]
