"""A table of a database, through ibis: the database counts; Polars gets the columns of what it counts otherwise."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from weakref import finalize

import narwhals as nw
import polars as pl
from polars.io.plugins import register_io_source

from modelbout.catalogue import did_you_mean
from modelbout.config.addresses import PASSWORD, table_address
from modelbout.data.casting import by_format, check_columns
from modelbout.data.engines.dialect import PARTS, Dialect
from modelbout.data.engines.engine import RAW, SPAN
from modelbout.data.engines.native import NativeEngine, plain
from modelbout.data.engines.packages import needed
from modelbout.data.engines.polars import PolarsEngine
from modelbout.data.names import check_names
from modelbout.data.sources import Scan
from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from modelbout.config.addresses import TableAddress
    from modelbout.data.engines.dialect import Kind
    from modelbout.data.reading import Reading

BATCH_ROWS: Final = 65_536  # ours: some megabytes of a table of 20 columns
CONNECT_SECONDS: Final = 20  # ours: a database that is there answers far sooner

# Our sessions write nothing and keep UTC. Each statement sees the table as it is then.
_OPTIONS: Final = "-c default_transaction_read_only=on -c TimeZone=UTC"

_TYPES: Final[Mapping[Kind, pl.DataType]] = {
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "instant": pl.Datetime("us", "UTC"),
}


class IbisEngine(NativeEngine):
    """See ``Engine``. Rows of a database have no order and so no numbers."""

    name = "ibis"
    # PostgreSQL stops at a float that overflows, where others have an infinity: no arithmetic.
    dialect = Dialect(words=PARTS | {"abs", "__neg__", "str.len_chars"})

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        super().__init__(kinds)
        self.failures = _failures()

    def aggregate(
        self,
        lazy: Any,  # noqa: ANN401 -- a table of ibis
        where: nw.Expr | None,
        aggregates: Mapping[str, nw.Expr],
    ) -> dict[str, Any]:
        """Return the aggregates; ibis adds up true and false itself, and casts neither."""
        frame: nw.LazyFrame[Any] = nw.from_native(lazy)
        return self.collect((frame if where is None else frame.filter(where)).select(**aggregates))

    def collect(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the only row of a query, by its places: PostgreSQL cuts names off after 63 bytes."""
        table = query.to_native()
        names = table.columns
        (row,) = self.fetch(query).rows()
        return {name: plain(value) for name, value in zip(names, row, strict=True)}

    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query, in memory."""
        return pl.DataFrame(query.to_native().to_pyarrow())


@dataclass(frozen=True)
class StreamedEngine(PolarsEngine):
    """Polars on the columns that a database sends."""

    name: str = "polars"
    failures: tuple[type[BaseException], ...] = ()

    def speaks_of_pages(self, error: BaseException) -> bool:  # noqa: ARG002 -- the protocol's
        """Never show a database's own words: a conversion error quotes the cell."""
        return False

    def numbered(self, lazy: pl.LazyFrame) -> None:  # type: ignore[override]  # there are none
        """Rows of a database have no numbers."""

    def sample(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int | None) -> pl.DataFrame:
        """Return some of the rows, chosen by a hash of what stands in them."""
        lazy: pl.LazyFrame = frame.select(*columns).to_native()
        if most is not None and rows > most:
            lazy = lazy.filter(pl.struct(columns).hash() % SPAN < SPAN * most // rows)
        return lazy.collect(engine="streaming")


def open_table(source: str, *, reading: Reading, place: Place) -> Scan:
    """Open a table of a database.

    Args:
        source: an address without an ``address_problem``.
        reading: the declared columns; texts are parsed that are declared as dates with a ``format``.
        place: the key that names the source.

    Raises:
        ConfigError: ibis or the database's driver is not installed.
        DataError: the database does not answer or has no such table, a column has a type that no table may have, or a
            declared format or time zone could never work.
    """
    check_columns(reading.columns, place)
    address = table_address(source)
    ibis = needed("ibis")
    try:
        connection = _connected(ibis, address)
    except _failures() as error:
        raise DataError(_silent(address, error, place)) from None
    with ExitStack() as until_opened:
        until_opened.callback(connection.disconnect)
        try:
            table = connection.table(address.table, database=address.schema)
        except needed("ibis.common.exceptions").TableNotFound:
            there = connection.list_tables(database=address.schema)
            raise DataError(_absent(address, there, place)) from None
        except _failures() as error:
            raise DataError(_silent(address, error, place)) from None
        opened = _opened(table, address, reading, connection.disconnect)
        until_opened.pop_all()
    return opened


def _opened(table: Any, address: TableAddress, reading: Reading, close: Callable[[], None]) -> Scan:  # noqa: ANN401 -- a table of ibis
    kinds = {name: _kind(dtype) for name, dtype in table.schema().items()}
    check_names(list(kinds), shown=address.shown)
    refused = [name for name, kind in kinds.items() if kind is None]
    if refused:
        raise DataError(*(_unfit(name, str(table.schema()[name]), address) for name in refused))
    known = {name: kind for name, kind in kinds.items() if kind is not None}
    typed = table.select(**{name: _typed(table[name], kind) for name, kind in known.items()})
    schema = {name: _TYPES[kind] for name, kind in known.items()}
    lazy = by_format(_streamed(typed, schema, close), schema, reading)
    # What Polars parses from texts is no column of the database's.
    held = lazy.collect_schema()
    own = {name: kind for name, kind in known.items() if RAW + name not in held}
    exact = Scan(
        lazy=lazy,
        columns=tuple(known),
        reading=reading,
        engine=StreamedEngine(failures=_failures()),
        address=address.shown,
    )
    return replace(exact, lazy=typed, engine=IbisEngine(own), exact=exact)


def _failures() -> tuple[type[BaseException], ...]:
    driver, arrow, errors = needed("psycopg"), needed("pyarrow"), needed("ibis.common.exceptions")
    return (driver.Error, errors.IbisError, arrow.ArrowException, pl.exceptions.PolarsError, OSError, MemoryError)


def _connected(ibis: Any, address: TableAddress) -> Any:  # noqa: ANN401 -- modules and connections of ibis
    password = os.environ.get(PASSWORD)
    secret = {} if password is None else {"password": password}
    return ibis.connect(address.url, options=_OPTIONS, connect_timeout=CONNECT_SECONDS, **secret)


def _kind(dtype: Any) -> Kind | None:  # noqa: ANN401 -- a type of ibis
    if dtype.is_timestamp():
        return "datetime" if dtype.timezone is None else "instant"
    known: tuple[tuple[bool, Kind], ...] = (
        (dtype.is_boolean(), "boolean"),
        (dtype.is_integer(), "integer"),
        (dtype.is_floating() or dtype.is_decimal(), "number"),
        # An enumeration of PostgreSQL's is of a type that ibis does not know.
        (dtype.is_string() or dtype.is_uuid() or dtype.is_unknown(), "string"),
        (dtype.is_date(), "date"),
    )
    return next((kind for right, kind in known if right), None)


def _typed(column: Any, kind: Kind) -> Any:  # noqa: ANN401 -- a column of ibis
    names = {"integer": "int64", "number": "float64", "string": "string"}
    return column.cast(names[kind]) if kind in names else column


def _streamed(table: Any, schema: Mapping[str, pl.DataType], close: Callable[[], None]) -> pl.LazyFrame:  # noqa: ANN401 -- a table of ibis
    """Return the rows as a lazy table that asks the database for the columns of each query, batch by batch."""

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = list(schema) if columns is None else columns
        # A query of no columns, such as the number of rows, still needs rows.
        query = table.select(*(wanted or list(schema)[:1]))
        query = query if rows is None else query.limit(rows)
        for batch in query.to_pyarrow_batches(chunk_size=BATCH_ROWS):
            frame = pl.DataFrame(batch).cast({name: schema[name] for name in query.columns})
            yield frame if predicate is None else frame.filter(predicate)

    # The connection ends with the last table that could still ask for rows.
    finalize(batches, close)
    return register_io_source(batches, schema=dict(schema))


def _absent(address: TableAddress, there: Sequence[str], place: Place) -> Problem:
    return Problem(
        found=f"there is no table `{address.table}` at {address.shown}.{did_you_mean(address.table, there)}",
        allowed="a table or a view that this user may read",
        fix="correct `table=`, with its schema where it is not the first one: `table=schema.name`",
        place=place,
    )


def _silent(address: TableAddress, error: BaseException, place: Place) -> Problem:
    return Problem(
        # The driver's own message can name the user.
        found=f"the database of {address.shown} does not let us in ({type(error).__name__})",
        allowed="a database that answers this machine and this user",
        fix=f"try it with psql and the same address; the password is that of {PASSWORD}, PGPASSWORD or ~/.pgpass",
        place=place,
    )


def _unfit(name: str, dtype: str, address: TableAddress) -> Problem:
    return Problem(
        found=f"column `{name}` has the type {dtype}",
        allowed="numbers, text, booleans, dates, timestamps",
        fix="name a view that leaves the column out or casts it",
        place=Place(file=address.shown),
    )
