"""Which columns name the rows: one that differs in each of them, or two or three that do so together."""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelbout.contract.evidence import Evidence

# Rule of three: so many twins were to be expected by chance that none at all is no chance (e^-3 is 5 %).
EXPECTED_TWINS: Final = 3.0
MOST_COLUMNS: Final = 3
# Ours: 12 columns make 286 keys of two or three; wider tables are searched by their most different columns.
MOST_CANDIDATES: Final = 12
# Ours: keys that repeat among these rows are none; what is left is asked of all rows.
SEARCH_ROWS: Final = 20_000
# Ours: each costs a pass over its columns.
MOST_PROOFS: Final = 5
# What columns that name the rows are called, as words of their own (`order_no`, `customerID`).
_NAMES: Final = frozenset(
    {"id", "key", "uuid", "guid", "identifier", "no", "nr", "number", "code", "pk", "sku", "hash"}
)
_WORDS: Final = re.compile(r"[^0-9A-Za-z]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_KINDS: Final = frozenset({"string", "integer", "boolean", "date", "datetime"})


def twins_by_chance(rows: int, values: float) -> float:
    """Return how many pairs of rows would be equal if each had one of so many values at random (birthday problem)."""
    return rows * (rows - 1) / (2 * values) if values > 0 else math.inf


def keylike(column: str) -> bool:
    """Tell whether a column's name says that its values name the rows."""
    return any(word in _NAMES for word in words(column))


def words(name: str) -> list[str]:
    """Return the words of a name in small letters: `customerID` and `customer_id` have the same."""
    return [word.casefold() for word in _WORDS.split(name) if word]


def names_rows(evidence: Evidence) -> bool:
    """Tell whether a column that differs in each row does so by meaning: by its name, its form, or beyond chance."""
    if not evidence.unique:
        return False
    if keylike(evidence.reading.name) or evidence.pattern is not None or evidence.form == "uuid":
        return True
    return twins_by_chance(evidence.fewest, width(evidence)) >= EXPECTED_TWINS


def counts_rows(evidence: Evidence) -> bool:
    """Tell whether a column is no more than the row's number: whole numbers without a gap."""
    return evidence.unique and width(evidence) == evidence.present


def width(evidence: Evidence) -> float:
    """Return the whole numbers between the smallest and the largest one; infinite for texts."""
    low, high = evidence.low, evidence.high
    return high - low + 1 if isinstance(low, int) and isinstance(high, int) else math.inf


def compound(tables: Sequence[pl.LazyFrame], columns: Sequence[Evidence]) -> tuple[str, ...]:
    """Return two or three columns that together differ in each row of each sample; empty when there are none.

    Columns with missing values, measurements and columns that differ in each row by themselves are no parts of a key.
    A key is taken only if chance alone would have repeated it, and of several the one with the fewest columns and the
    fewest combinations.

    Args:
        tables: the samples.
        columns: what was seen of their columns.
    """
    able = [
        one
        for one in columns
        if one.reading.type in _KINDS and not one.nulls and one.required and one.distinct > 1 and not one.unique
    ]
    able = sorted(able, key=lambda one: -one.distinct)[:MOST_CANDIDATES]
    rows = min((one.fewest for one in able), default=0)
    if not able or not rows:
        return ()
    keys = sorted(_combinations(able, rows), key=lambda key: (len(key), math.prod(one.distinct for one in key)))
    first = tables[0].select(one.reading.name for one in able).head(SEARCH_ROWS).collect()
    proofs = 0
    for key in keys:
        names = [one.reading.name for one in key]
        if first.select(pl.struct(names).n_unique()).item() < first.height:
            continue
        if all(_differs(table, names) for table in tables):
            return tuple(one.reading.name for one in columns if one in key)
        proofs += 1
        if proofs == MOST_PROOFS:
            break
    return ()


def _combinations(able: Sequence[Evidence], rows: int) -> Iterator[tuple[Evidence, ...]]:
    """Yield the keys with at least as many combinations as rows, which chance would repeat."""
    for width in range(2, MOST_COLUMNS + 1):
        for key in itertools.combinations(able, width):
            values = math.prod(one.distinct for one in key)
            if values >= rows and twins_by_chance(rows, values) >= EXPECTED_TWINS:
                yield key


def _differs(table: pl.LazyFrame, names: Sequence[str]) -> bool:
    groups = table.group_by(names).len("rows").filter(pl.col("rows") > 1).head(1)
    return groups.collect(engine="streaming").is_empty()
