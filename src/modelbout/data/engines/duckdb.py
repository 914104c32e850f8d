"""DuckDB, embedded: SQL over the same Parquet files, in less memory than Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from modelbout.data.engines.dialect import PARTS, Dialect
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.native import FileEngine, plain
from modelbout.data.engines.packages import needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import narwhals as nw

    from modelbout.data.engines.dialect import Kind
    from modelbout.data.engines.files import Files

# Nothing is fetched over a network by itself, and no moment depends on where the machine stands.
_CONFIG: Final = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
# The smallest and largest value that a Parquet file tells of leave NaN out; by them DuckDB believes that there is none.
_SETTINGS: Final = (
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = false",
    "SET disabled_optimizers = 'statistics_propagation,filter_pushdown'",
)

_TYPES: Final[Mapping[Kind, str]] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "instant": "TIMESTAMPTZ",
}


class DuckDBEngine(FileEngine):
    """See ``Engine``."""

    name = "duckdb"
    dialect = Dialect(words=PARTS | {"arithmetic", "abs", "__neg__", "n_unique", "str.len_chars"})

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        super().__init__(one_spelling(kinds))
        duckdb = needed("duckdb")
        self.failures = (duckdb.Error, OSError, MemoryError)
        self._connection = duckdb.connect(config=_CONFIG)
        for setting in _SETTINGS:
            self._connection.execute(setting)

    def hold(self, files: Files) -> duckdb.DuckDBPyRelation:
        """Open the files; nothing is read yet."""
        columns = ", ".join(_column(name, kind) for name, kind in self.kinds.items() if name != ROW)
        before = ", ".join(str(part.before) for part in files.parts)
        row = f"file_row_number + 1 + CAST([{before}] AS BIGINT[])[CAST(file_index AS BIGINT) + 1] AS {named(ROW)}"
        paths = ", ".join(quoted(str(part.path)) for part in files.parts)
        # By name: files of one table may hold their columns in another order, and whole numbers in another width.
        read = f"read_parquet([{paths}], union_by_name = true, hive_partitioning = false)"
        statement = f"SELECT {', '.join(filter(None, (columns, row)))} FROM {read}"  # noqa: S608 -- names and paths are quoted
        return self._connection.sql(statement)

    def collect(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the only row of a query; DuckDB needs no pyarrow for that."""
        return _row(query.to_native())

    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query, in memory."""
        relation: duckdb.DuckDBPyRelation = query.to_native()
        # Its own way to Polars needs pyarrow.
        return pl.DataFrame(relation.fetchall(), schema=relation.columns, orient="row", infer_schema_length=None)

    def first(self, frame: nw.LazyFrame[Any], masks: Mapping[str, nw.Expr], most: int) -> dict[str, tuple[int, ...]]:
        """Return the first rows for which each mask is true, in one pass."""
        flagged: duckdb.DuckDBPyRelation = frame.select(ROW, **masks).to_native()
        lowest = (f"min({named(ROW)}, {most}) FILTER (WHERE {named(name)}) AS {named(name)}" for name in masks)
        return {name: tuple(rows or ()) for name, rows in _row(flagged.aggregate(", ".join(lowest))).items()}

    def lowest(self, rows: nw.LazyFrame[Any], most: int) -> tuple[int, ...]:
        """Return the smallest row numbers."""
        relation: duckdb.DuckDBPyRelation = rows.to_native()
        return tuple(number for (number,) in relation.order(named(ROW)).limit(most).fetchall())


def one_spelling(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    """Return the columns whose names differ by more than the case of letters, which SQL does not tell apart."""
    spelt: dict[str, int] = {}
    for name in kinds:
        spelt[name.casefold()] = spelt.get(name.casefold(), 0) + 1
    return {name: kind for name, kind in kinds.items() if spelt[name.casefold()] == 1}


def named(name: str) -> str:
    """Return a column's name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def quoted(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def _column(name: str, kind: Kind) -> str:
    typed = f"CAST({named(name)} AS {_TYPES[kind]})"
    # -0.0 + 0.0 is 0.0: else the two zeros of floats would be two groups.
    return f"{typed} + CAST(0 AS DOUBLE) AS {named(name)}" if kind == "number" else f"{typed} AS {named(name)}"


def _row(relation: duckdb.DuckDBPyRelation) -> dict[str, Any]:
    names = relation.columns
    (values,) = relation.fetchall()
    return {name: plain(value) for name, value in zip(names, values, strict=True)}


ENGINE: Final = DuckDBEngine
