"""Which columns name rows of other tables: all their values are among the values of a key there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.contract.evidence import MAX_LISTED, Reference
from modelbout.contract.keys import keylike, names_rows, width, words
from modelbout.contract.retyping import FIRST_ROWS
from modelbout.contract.samples import look
from modelbout.data.table import engine_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelbout.contract.evidence import Evidence, Sample
    from modelbout.data.sources import Scan

# Ours: fewer different values are a list; more of them are rows of something.
MIN_DISTINCT: Final = MAX_LISTED + 1
# Ours: the chance, over all pairs of columns of two wide tables, that whole numbers are among others by accident.
MOST_CHANCE: Final = 1e-6
# HyperLogLog counts different values to about 2 %: a column may seem to have a few more than the key has.
_NEARLY: Final = 1.1
_KINDS: Final = ("integer", "string")


def related(sample: Sample, scans: Sequence[Scan], others: Mapping[str, Scan]) -> Sample:
    """Return what was seen with the keys of other tables in which columns have all their values.

    Whole numbers, and texts of digits, are among others easily: without columns whose names belong together they are
    taken only where chance would hardly have hit so many of the key's values.

    Args:
        sample: what was seen of the table.
        scans: its samples.
        others: other tables, by the path or glob by which the user names them.

    Raises:
        DataError: the rows of a table cannot be read.
    """
    keys = [(name, found, key) for name, scan in others.items() for found in [look([scan])] for key in _keys(found)]
    with engine_errors(scans[0]):
        columns = tuple(_with_reference(one, sample, keys) for one in sample.columns)
    return replace(sample, columns=columns)


def _keys(sample: Sample) -> Iterator[Evidence]:
    return (one for one in sample.columns if one.reading.type in _KINDS and names_rows(one))


def _with_reference(column: Evidence, sample: Sample, keys: Sequence[tuple[str, Sample, Evidence]]) -> Evidence:
    if column.reading.type not in _KINDS or column.distinct < MIN_DISTINCT:
        return column
    likely = [
        (_belongs(column.reading.name, key.reading.name, table), table, other, key)
        for table, other, key in keys
        if _may_hold(column, key)
    ]
    for named, table, other, key in sorted(likely, key=lambda one: (not one[0], one[3].distinct)):
        if (named or _beyond_chance(column, key, sample)) and _holds(column, sample, key, other):
            found = Reference(table=table, column=key.reading.name, keys=key.present, named=named)
            return replace(column, reference=found)
    return column


def _may_hold(column: Evidence, key: Evidence) -> bool:
    if column.reading.type != key.reading.type or column.distinct > _NEARLY * key.present:
        return False
    return column.reading.type == "string" or (column.low >= key.low and column.high <= key.high)


def _belongs(column: str, key: str, table: str) -> bool:
    """Tell whether names say that a column is about another table's key: `customer_id` and `id` of customers.csv."""
    file = table.replace("\\", "/").rsplit("/", maxsplit=1)[-1].partition(".")[0]
    stem, mine, theirs = ("".join(words(name)) for name in (file, column, key))
    return keylike(column) and mine in {theirs, stem + theirs, stem.removesuffix("s") + theirs}


def _beyond_chance(column: Evidence, key: Evidence, sample: Sample) -> bool:
    """Tell whether values at random between the key's ends would have missed it: it holds only some of them."""
    if column.reading.type == "string":
        name = pl.col(column.reading.name).cast(pl.String)
        first = (table.select(name).drop_nulls().head(FIRST_ROWS) for table in _having(column, sample))
        return not all(one.select(name.str.contains(r"\A[0-9]*\z").all()).collect().item() for one in first)
    return bool((key.present / width(key)) ** column.distinct <= MOST_CHANCE)


def _holds(column: Evidence, sample: Sample, key: Evidence, other: Sample) -> bool:
    """Tell whether each value of each sample is one of the key's; a few first, as most columns lack one of them."""
    kind = pl.String if column.reading.type == "string" else pl.Int64
    held = other.tables[0].select(pl.col(key.reading.name).cast(kind).alias("key"))
    for table in _having(column, sample):
        values = table.select(pl.col(column.reading.name).cast(kind).alias("key")).drop_nulls()
        for some in (values.head(FIRST_ROWS), values):
            if not some.join(held, on="key", how="anti").head(1).collect(engine="streaming").is_empty():
                return False
    return True


def _having(column: Evidence, sample: Sample) -> list[pl.LazyFrame]:
    return [table for table in sample.tables if column.reading.name in table.collect_schema()]
