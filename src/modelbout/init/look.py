"""What a table looks like: the type of each column, how many values it has, how many are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from modelbout.data.table import engine_errors
from modelbout.errors import DataError, Place, Problem
from modelbout.training.signature import column_type

if TYPE_CHECKING:
    from modelbout.data.sources import Scan
    from modelbout.manifest import ColumnType


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes:
        name: as in the header.
        type: integer, number, string, boolean, date or datetime.
        distinct: number of different values, missing ones aside.
        missing: number of rows without a value.
    """

    name: str
    type: ColumnType
    distinct: int
    missing: int

    def is_key(self, rows: int) -> bool:
        """Say whether each row has a value of its own that could name it."""
        return self.type in ("string", "integer") and self.missing == 0 and self.distinct == rows


@dataclass(frozen=True)
class Look:
    """One table: its number of rows and its columns in file order."""

    rows: int
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Return a column by name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def look(scan: Scan, *, shown: str) -> Look:
    """Count rows, values and gaps, in one pass.

    Raises:
        DataError: the table has no rows, cannot be read, or has a column of a type that no model takes.
    """
    with engine_errors(scan):
        empty = scan.lazy.select(scan.columns).head(0).collect()
        counted = scan.lazy.select(
            pl.len().alias("rows"),
            *(pl.col(name).drop_nulls().n_unique().alias(f"distinct {name}") for name in scan.columns),
            *(pl.col(name).null_count().alias(f"missing {name}") for name in scan.columns),
        ).collect(engine="streaming")
    counts = counted.row(0, named=True)
    if counts["rows"] == 0:
        fix = "Take a table with some rows: guesses need them."
        raise DataError(Problem("the table has a header and no rows", "at least one row", fix, Place(file=shown)))
    columns = tuple(
        Column(name, column_type(empty[name]), counts[f"distinct {name}"], counts[f"missing {name}"])
        for name in scan.columns
    )
    return Look(counts["rows"], columns)


def values(scan: Scan, name: str, *, most: int) -> tuple[tuple[object, int], ...]:
    """Return at most ``most`` values of a column with their counts, rarest first."""
    with engine_errors(scan):
        counts = scan.lazy.select(pl.col(name).drop_nulls().value_counts(sort=True, name="rows here")).collect()
    frame = counts[name].struct.unnest()
    pairs = list(zip(frame[name].to_list(), frame["rows here"].to_list(), strict=True))
    return tuple(sorted(pairs, key=lambda pair: (pair[1], str(pair[0]))))[:most]


def moment(scan: Scan, name: str, share: float) -> str:
    """Return the moment (ISO 8601) from which on about the given share of the rows lies."""
    with engine_errors(scan):
        moments = scan.lazy.select(pl.col(name).drop_nulls().sort()).collect()[name]
    return str(moments[int(moments.len() * (1 - share))].isoformat())
