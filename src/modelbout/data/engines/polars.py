"""Polars, the embedded default: lazy, streaming, larger than memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from modelbout.data.engines.engine import GOLDEN, ROW, SPAN
from modelbout.data.engines.repeats import repeated, repetitions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelbout.data.engines.engine import Asked


@dataclass(frozen=True)
class PolarsEngine:
    """See ``Engine``."""

    name: str = "polars"
    failures: tuple[type[BaseException], ...] = (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        OSError,
        MemoryError,
    )

    def means(self, asked: Asked) -> bool:  # noqa: ARG002 -- the protocol's
        """Polars is what the others are measured by."""
        return True

    def speaks_of_pages(self, error: BaseException) -> bool:
        """Tell whether an error's text is about the file's structure, so that it quotes no cell."""
        return isinstance(error, OSError) or str(error).startswith("parquet:")

    def aggregate(self, lazy: pl.LazyFrame, where: nw.Expr | None, aggregates: Mapping[str, nw.Expr]) -> dict[str, Any]:
        """Return the aggregates, in one pass."""
        frame = nw.from_native(lazy)
        return self.collect((frame if where is None else frame.filter(where)).select(**aggregates))

    def collect(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the only row of a query, worked out by the streaming engine."""
        return self.fetch(query).row(0, named=True)

    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query, in memory."""
        lazy: pl.LazyFrame = query.to_native()
        return lazy.collect(engine="streaming")

    def numbered(self, lazy: pl.LazyFrame) -> nw.LazyFrame[Any]:
        """Return the table with ``ROW``."""
        return nw.from_native(lazy.with_row_index(ROW, offset=1))

    def first(self, frame: nw.LazyFrame[Any], masks: Mapping[str, nw.Expr], most: int) -> dict[str, tuple[int, ...]]:
        """Return the first rows for which each mask is true."""
        # The masks are narwhals; to take the first few of an ordered table is not in its lazy language.
        flagged: pl.LazyFrame = frame.select(ROW, **masks).to_native()
        query = flagged.select(pl.col(ROW).filter(pl.col(name)).head(most).implode().alias(name) for name in masks)
        return {name: tuple(rows) for name, rows in self.collect(nw.from_native(query)).items()}

    def lowest(self, rows: nw.LazyFrame[Any], most: int) -> tuple[int, ...]:
        """Return the smallest row numbers."""
        lazy: pl.LazyFrame = rows.to_native()
        query = lazy.select(pl.col(ROW).bottom_k(most).sort().implode())
        return tuple(self.collect(nw.from_native(query))[ROW])

    def repetitions(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int) -> int:
        """Return how many rows have a key that stood in an earlier row."""
        return repetitions(frame.to_native(), columns, rows)

    def repeated(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int) -> tuple[int, ...]:
        """Return the last rows of repeated keys, those that come first."""
        return repeated(frame.to_native(), columns, rows, most)

    def sample(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int | None) -> pl.DataFrame:
        """Return some of the rows, chosen by a hash of their number."""
        if most is not None and rows > most:
            place = nw.col(ROW).cast(nw.Int64) * GOLDEN % SPAN
            frame = frame.filter(place < SPAN * most // rows)
        return self.fetch(frame.select(*columns, ROW))


POLARS: Final = PolarsEngine()
