"""Which queries (functions from a narwhals table to another) mean on an engine what they mean on Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from modelbout.data.engines.dialect import label, meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelbout.data.engines.dialect import Dialect, Kind


class UnknownTable(Exception):  # noqa: N818 -- a signal within this room, no error
    """A query does something to a table that no engine is trusted with."""


class Reader:
    """Reads a query in the place of a table: it has the words of a narwhals table and notes what they would make.

    Raises:
        UnknownTable: by any of its methods, for an expression or a step that the engine is not trusted with.
        AttributeError: for a step that no engine is trusted with.
    """

    def __init__(self, columns: Mapping[str, Kind], dialect: Dialect) -> None:
        self.columns = dict(columns)
        self._dialect = dialect

    def filter(self, *masks: nw.Expr) -> Reader:
        """Keep rows."""
        if any(self._meaning(mask, aggregate=False) != "boolean" for mask in masks):
            raise UnknownTable
        return self

    def select(self, *expressions: nw.Expr | str) -> Reader:
        """Make columns of rows, or one row of aggregates."""
        named = [nw.col(one) if isinstance(one, str) else one for one in expressions]
        found = [meaning(one, self.columns, self._dialect) for one in named]
        if len({one.aggregate for one in found if one is not None}) > 1:
            raise UnknownTable
        return Reader(dict(self._named(named)), self._dialect)

    def group_by(self, *keys: str) -> _Groups:
        """Make groups of equal rows."""
        if not all(key in self.columns for key in keys):
            raise UnknownTable
        return _Groups(self, {key: self.columns[key] for key in keys})

    def _named(self, expressions: Sequence[nw.Expr]) -> Iterator[tuple[str, Kind]]:
        for one in expressions:
            name = label(one)
            if name is None:
                raise UnknownTable
            yield name, self._meaning(one)

    def _meaning(self, expression: nw.Expr, *, aggregate: bool | None = None) -> Kind:
        found = meaning(expression, self.columns, self._dialect)
        if found is None or (aggregate is not None and found.aggregate != aggregate):
            raise UnknownTable
        return found.kind


class _Groups:
    def __init__(self, table: Reader, keys: Mapping[str, Kind]) -> None:
        self._table = table
        self._keys = keys

    def agg(self, *aggregates: nw.Expr) -> Reader:
        """Make one row of each group."""
        for one in aggregates:
            self._table._meaning(one, aggregate=True)  # noqa: SLF001 -- the two halves of one table
        return Reader({**self._keys, **dict(self._table._named(aggregates))}, self._table._dialect)  # noqa: SLF001 -- as above


def reads(query: object, columns: Mapping[str, Kind], dialect: Dialect) -> bool:
    """Tell whether a query (a function from a narwhals table to another) means here what it means on Polars."""
    if not dialect.queries or not callable(query):
        return False
    try:
        query(Reader(columns, dialect))
    except (UnknownTable, AttributeError, TypeError):
        return False
    return True
