"""A table as the Parquet files that an engine reads, and the columns that it holds exactly as Polars does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.data.engines.engine import RAW, ROW
from modelbout.data.scratch import scratch_file
from modelbout.data.table import engine_errors
from modelbout.errors import DataError, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelbout.data.engines.dialect import Kind
    from modelbout.data.sources import Scan

# Any other letter may make a path a pattern to DuckDB, or one of two spellings to Spark.
PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9_./:\\-]+")
# Letters in a column's name that narwhals does not quote everywhere.
UNQUOTED: Final = frozenset('."`[]')

_INTEGERS: Final = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)


@dataclass(frozen=True)
class Part:
    """One file: where it is, how many rows it has, and how many rows stand in the files before it."""

    path: Path
    rows: int
    before: int


@dataclass(frozen=True)
class Files:
    """A table as an engine reads it.

    Attributes:
        parts: Parquet files in their order.
        kinds: the columns that every engine holds exactly as Polars does, text companions among them.
    """

    parts: tuple[Part, ...]
    kinds: Mapping[str, Kind]


def files_of(scan: Scan) -> Files:
    """Return the table's Parquet files; text is read by our own reader alone, and written to one scratch file.

    Raises:
        DataError: the rows cannot be read, or the disk of temporary files is full or closed to us.
    """
    paths = [_written(scan)] if scan.text else [source.path for source in scan.sources]
    parts: list[Part] = []
    schemas: list[Mapping[str, pl.DataType]] = []
    with engine_errors(scan):
        for path in paths:
            table = pl.scan_parquet(path, glob=False, hive_partitioning=False)
            schemas.append(table.collect_schema())
            rows = int(table.select(pl.len()).collect().item())
            parts.append(Part(_plain(path), rows, parts[-1].before + parts[-1].rows if parts else 0))
    # Dates that Polars parses from texts of these files are no columns of an engine's.
    held = () if scan.text else scan.lazy.collect_schema()
    trusted = [name for name in schemas[0] if RAW + name not in held and not UNQUOTED & set(name)]
    found = {name: {_kind(schema[name]) for schema in schemas} for name in trusted}
    kinds = {name: kind for name, several in found.items() if (kind := _common(several)) is not None}
    return Files(tuple(parts), {**kinds, ROW: "integer"})


def _written(scan: Scan) -> Path:
    try:
        path = scratch_file(".parquet")
        with engine_errors(scan):
            scan.lazy.sink_parquet(path)
    except OSError as error:
        raise DataError(
            Problem(
                found=f"no scratch file can be written: {cause(error.strerror)}",
                fix="free space in the directory of temporary files, or set TMPDIR to a larger disk",
            )
        ) from None
    return path


def _plain(path: Path) -> Path:
    """Return a path that every engine reads as one file."""
    absolute = path.absolute()
    if PLAIN_PATH.fullmatch(str(absolute)):
        return absolute
    link = scratch_file(".parquet")
    link.symlink_to(absolute)
    return link


def _common(kinds: set[Kind | None]) -> Kind | None:
    return kinds.pop() if len(kinds) == 1 else None


def _kind(physical: pl.DataType) -> Kind | None:
    """Return the type in which the engine has the column without any rounding, None where there is none.

    Decimals, nanoseconds, milliseconds and unsigned 64-bit numbers are read differently from engine to engine.
    """
    if physical in _INTEGERS:
        return "integer"
    if physical in {pl.Float32, pl.Float64}:
        return "number"
    if isinstance(physical, pl.String | pl.Categorical | pl.Enum):
        return "string"
    if isinstance(physical, pl.Datetime):
        return None if physical.time_unit != "us" else "datetime" if physical.time_zone is None else "instant"
    return {pl.Boolean: "boolean", pl.Date: "date"}.get(type(physical))  # type: ignore[return-value]  # these are kinds
