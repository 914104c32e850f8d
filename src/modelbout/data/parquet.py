"""Parquet files: their schema, and the few types that a table may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.data.casting import by_format
from modelbout.data.names import check_names, same_columns
from modelbout.errors import DataError, Place, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.data.reading import ColumnReading, Reading

_DECLARED: Final[dict[str, pl.DataType]] = {
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
}


def open_parquet(files: Sequence[tuple[Path, str]], reading: Reading) -> tuple[pl.LazyFrame, tuple[str, ...]]:
    """Open the files lazily as one table with canonical types, and return it with its columns.

    Whole numbers become 64-bit, floats double, categories text, times microseconds. Types are never changed into
    what the contract says: the contract judges them. Only texts that it declares as dates with a ``format`` are parsed,
    each such column with its text beside it.

    Raises:
        DataError: a file is no Parquet, has a nested or binary column, or other columns or types than the first.
    """
    opened = [_open(path, shown) for path, shown in files]
    columns = tuple(opened[0][1])
    for (_, shown), (_, schema) in zip(files, opened, strict=True):
        check_names(list(schema), shown=shown)
        same_columns(columns, list(schema), first=files[0][1], shown=shown)
    declared = {column.name: _declared(column) for column in reading.columns}
    wanted = {name: _common(name, files, [schema[name] for _, schema in opened], declared) for name in columns}
    frames = [
        lazy.select(
            pl.col(name) if schema[name] == wanted[name] else pl.col(name).cast(wanted[name]) for name in columns
        )
        for lazy, schema in opened
    ]
    whole = frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical")
    return by_format(whole, wanted, reading), columns


def _declared(column: ColumnReading) -> pl.DataType:
    return pl.Datetime("us", column.timezone) if column.type == "datetime" else _DECLARED[column.type]


def _open(path: Path, shown: str) -> tuple[pl.LazyFrame, dict[str, pl.DataType]]:
    try:
        lazy = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        return lazy, dict(lazy.collect_schema())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataError(
            Problem(
                found=f"not a sound Parquet file: {cause(error)}",
                fix="copy or write the file again; it may be cut short (or a Git LFS pointer that was not pulled)",
                place=Place(file=shown),
            )
        ) from None


def _common(
    name: str, files: Sequence[tuple[Path, str]], types: Sequence[pl.DataType], declared: dict[str, pl.DataType]
) -> pl.DataType:
    wanted: pl.DataType | None = None
    for (_, shown), physical in zip(files, types, strict=True):
        if physical == pl.Null:
            continue
        held = canonical(physical)
        if held is None:
            raise DataError(
                Problem(
                    found=f"column `{name}` has the type {physical}",
                    allowed="64-bit whole numbers, floats, decimals, text, categories, booleans, dates, datetimes",
                    fix="take the column apart into plain columns, or drop it",
                    place=Place(file=shown),
                )
            )
        if wanted is not None and wanted != held:
            raise DataError(
                Problem(
                    found=f"column `{name}` is {held} here and {wanted} in {files[0][1]}",
                    allowed="one type in every file of a table",
                    fix="write the files with the same schema",
                    place=Place(file=shown),
                )
            )
        wanted = held
    return wanted if wanted is not None else declared.get(name, pl.String())


def canonical(physical: pl.DataType) -> pl.DataType | None:
    """Return the type in which a table has a column, None for a type that no table may have."""
    if physical in {pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32}:
        return pl.Int64()
    if physical.is_float() or physical.is_decimal():
        return pl.Float64()
    if isinstance(physical, pl.Categorical | pl.Enum | pl.String):
        return pl.String()
    if isinstance(physical, pl.Datetime):
        return pl.Datetime("us", physical.time_zone)
    if physical in {pl.UInt64, pl.Boolean, pl.Date}:
        return physical
    return None
