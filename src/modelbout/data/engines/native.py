"""What the engines beside Polars have in common: their table carries the row numbers itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import narwhals as nw

from modelbout.data.engines.dialect import Dialect, meaning, summable
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.polars import POLARS
from modelbout.data.engines.queries import reads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from modelbout.data.engines.dialect import Kind
    from modelbout.data.engines.engine import Asked


class NativeEngine(ABC):
    """See ``Engine``. A table of such an engine has ``ROW`` as a column of its own, where its rows have numbers."""

    name: ClassVar[str]
    dialect: ClassVar[Dialect]
    hashes: ClassVar[bool] = False
    failures: tuple[type[BaseException], ...]

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds

    def means(self, asked: Asked) -> bool:
        """Tell whether the engine answers all that is asked as Polars does."""
        return (
            all(self._is(one, aggregate=False) for one in asked.masks)
            and all(self._is(one, aggregate=True) for one in asked.aggregates)
            and all(reads(query, self.kinds, self.dialect) for query in asked.queries)
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

    def hashed(self, lazy: Any, texts: Mapping[str, str]) -> nw.LazyFrame[Any]:  # noqa: ANN401, ARG002 -- as above
        """Return the table as it is: there are no hashes here."""
        return _lazy(lazy)

    def sample(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int | None) -> pl.DataFrame:
        """Return some of the rows, chosen as Polars does."""
        numbers = [ROW] if ROW in self.kinds else []
        whole = self.fetch(frame.select(*columns, *numbers)).lazy()
        return POLARS.sample(nw.from_native(whole), columns, rows, most)

    @abstractmethod
    def collect(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the only row of a query."""

    @abstractmethod
    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query, in memory."""


def _lazy(native: Any) -> nw.LazyFrame[Any]:  # noqa: ANN401 -- the engine's own table
    found: nw.LazyFrame[Any] = nw.from_native(native)
    return found


def plain(value: object) -> object:
    """Return an answer as Polars would give it: some engines add whole numbers up to decimals."""
    return int(value) if isinstance(value, Decimal) and value == int(value) else value
