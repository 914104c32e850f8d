"""What the engines beside Polars have in common: their table carries the row numbers itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import narwhals as nw

from modelbout.data.engines import groups
from modelbout.data.engines.dialect import Dialect, meaning, summable
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.polars import POLARS
from modelbout.data.engines.queries import reads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from modelbout.data.engines.dialect import Kind
    from modelbout.data.engines.engine import Asked
    from modelbout.data.engines.files import Files


class NativeEngine(ABC):
    """See ``Engine``. A table of such an engine has ``ROW`` as a column of its own, where its rows have numbers."""

    name: ClassVar[str]
    dialect: Dialect
    failures: tuple[type[BaseException], ...]

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds

    def means(self, asked: Asked) -> bool:
        """Tell whether the engine answers all that is asked as Polars does."""
        return (
            all(self._is(one, aggregate=False) for one in asked.masks)
            and all(self._is(one, aggregate=True) for one in (*asked.counts, *asked.facts))
            and all(reads(query, self.kinds, self.dialect) for query in asked.queries)
            and (ROW not in self.kinds or all(reads(query, self.kinds, self.dialect) for query in asked.located))
        )

    def _is(self, expression: nw.Expr, *, aggregate: bool) -> bool:
        found = meaning(expression, self.kinds, self.dialect)
        return found is not None and found.aggregate == aggregate

    def speaks_of_pages(self, error: BaseException) -> bool:  # noqa: ARG002 -- the protocol's
        """Never show an engine's own words: a conversion error quotes the cell."""
        return False

    def aggregate(
        self,
        lazy: Any,  # noqa: ANN401 -- the engine's own table
        where: nw.Expr | None,
        aggregates: Mapping[str, nw.Expr],
    ) -> dict[str, Any]:
        """Return the aggregates over the rows under a condition."""
        frame = _lazy(lazy) if where is None else _lazy(lazy).filter(where)
        return self.collect(frame.select(**{name: summable(one) for name, one in aggregates.items()}))

    def numbered(self, lazy: Any) -> nw.LazyFrame[Any] | None:  # noqa: ANN401 -- as above
        """Return the table, which has its ``ROW``; None where it has none."""
        return _lazy(lazy) if ROW in self.kinds else None

    def repetitions(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int) -> int:  # noqa: ARG002 -- the protocol's
        """Return how many rows have a key that stood in an earlier row."""
        (found,) = self.collect(groups.repetitions(frame, columns)).values()
        return int(found or 0)

    def repeated(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int) -> tuple[int, ...]:  # noqa: ARG002 -- as above
        """Return the last rows of repeated keys, those that come first."""
        return self.lowest(groups.repeated(frame, columns), most)

    def sample(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int | None) -> pl.DataFrame:
        """Return some of the rows, chosen as Polars does."""
        numbers = [ROW] if ROW in self.kinds else []
        whole = self.fetch(frame.select(*columns, *numbers)).lazy()
        return POLARS.sample(nw.from_native(whole), columns, rows, most)

    def first(self, frame: nw.LazyFrame[Any], masks: Mapping[str, nw.Expr], most: int) -> dict[str, tuple[int, ...]]:
        """Return the first rows for which each mask is true."""
        return {name: self.lowest(frame.filter(mask).select(ROW), most) for name, mask in masks.items()}

    def lowest(self, rows: nw.LazyFrame[Any], most: int) -> tuple[int, ...]:
        """Return the smallest row numbers."""
        return tuple(self.fetch(rows.sort(ROW).head(most)).get_column(ROW))

    def collect(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the only row of a query."""
        return {name: plain(value) for name, value in self.fetch(query).row(0, named=True).items()}

    @abstractmethod
    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query, in memory."""


class FileEngine(NativeEngine):
    """An engine that reads Parquet files itself."""

    @abstractmethod
    def hold(self, files: Files) -> Any:  # noqa: ANN401 -- the engine's own table
        """Return the table as the engine reads it, with the columns of ``kinds``."""


def _lazy(native: Any) -> nw.LazyFrame[Any]:  # noqa: ANN401 -- the engine's own table
    found: nw.LazyFrame[Any] = nw.from_native(native)
    return found


def plain(value: object) -> object:
    """Return an answer as Polars would give it: some engines add whole numbers up to decimals."""
    return int(value) if isinstance(value, Decimal) and value == int(value) else value
