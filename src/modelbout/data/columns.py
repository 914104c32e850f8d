"""One column of a profile: its values counted under a layout, its own or that of another profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from msgspec.structs import replace

from modelbout.data import histogram
from modelbout.data.characters import characters
from modelbout.data.digests import logical_type, value_keys
from modelbout.data.sketch import MOST_EXACT, distinct, merged, sketch
from modelbout.errors import DataError, Problem
from modelbout.profile import FEWEST_ROWS, Category, Characters, ColumnProfile, NumberProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.data.rounding import Scale
    from modelbout.manifest import ColumnType

MOST_BINS: Final = 20  # a population stability index needs 10 to 20 bins: Yurdakul, Statistical properties of PSI, 2018
LENGTH_BINS: Final = 10
MOST_CATEGORIES: Final = 50  # what a person still reads, and enough for drift
MOST_CHARACTERS: Final = 100  # of a listed value: longer ones are prose, which is nobody's category
ROOM: Final = 4_000  # bytes of JSON: 50 values of 70 characters
SAMPLED: Final = 4_096  # ours: so many values show whether a column has few different ones
_QUOTES: Final = 6  # bytes of JSON around a value and its count
_DAY: Final = 86_400
_TICKS: Final = {"ms": 1e3, "us": 1e6, "ns": 1e9}  # in a second


@dataclass(frozen=True)
class Detail:
    """How much a layout says of a column: bins, listed values, bytes of JSON for these, lengths of texts."""

    bins: int = MOST_BINS
    categories: int = MOST_CATEGORIES
    room: int = ROOM
    lengths: bool = True


FULL: Final = Detail()


def bare(column: pl.Series) -> ColumnProfile:
    """Return what can be said of a column without a layout.

    Raises:
        DataError: it has a type that no table may have.
    """
    kind = logical_type(column.dtype)
    if kind is None:
        raise DataError(
            Problem(
                found=f"column `{column.name}` has the type {column.dtype}, which has no profile",
                allowed="numbers, text, booleans, dates, datetimes",
                fix="drop the column or take it apart into plain columns",
            )
        )
    nulls = column.null_count()
    return ColumnProfile(name=column.name, type=kind, count=len(column) - nulls, nulls=nulls)


def describe(column: pl.Series, like: ColumnProfile | None = None, *, detail: Detail = FULL) -> ColumnProfile:
    """Return the profile of a column under the layout of ``like``, or under one of its own.

    A column of another kind than ``like`` comes without a layout; whole and other numbers are one kind, so are dates
    and datetimes.

    Raises:
        DataError: it has a type that no table may have.
    """
    plain = bare(column)
    if like is not None:
        if _family(like.type) != _family(plain.type):
            return plain
        plain = replace(plain, type=like.type)
    present = column.drop_nulls()
    match plain.type:
        case "integer" | "number":
            return _numbers(present, plain, like, detail)
        case "date" | "datetime":
            return _moments(present, plain, like, detail)
        case _:
            return _texts(present, plain, like, detail)


def emptied(column: ColumnProfile) -> ColumnProfile:
    """Return the layout of a column, with nothing counted."""
    return ColumnProfile(
        name=column.name,
        type=column.type,
        count=0,
        nulls=0,
        numbers=None if column.numbers is None else histogram.emptied(column.numbers),
        categories=tuple(replace(category, count=0) for category in column.categories),
        lengths=None if column.lengths is None else histogram.emptied(column.lengths),
        characters=None if column.characters is None else Characters(),
        importance=column.importance,
    )


def added(one: ColumnProfile, two: ColumnProfile) -> ColumnProfile:
    """Return the profile of the values of both, which must have one layout."""
    together = replace(
        one,
        count=one.count + two.count,
        nulls=one.nulls + two.nulls,
        nan=one.nan + two.nan,
        infinite=one.infinite + two.infinite,
        categories=summed(one.categories, two.categories),
        other=one.other + two.other,
        lengths=_both(one.lengths, two.lengths),
        characters=_all_characters(one.characters, two.characters),
        importance=one.importance if one.importance == two.importance else None,
    )
    return _finished(together, merged(one.sketch, two.sketch), _both(one.numbers, two.numbers))


def listed(counted: pl.DataFrame, *, most: int, room: int) -> tuple[Category, ...]:
    """Return the values that ten rows or more have, the most frequent first, as far as there is room.

    Args:
        counted: columns ``value`` and ``rows``, each value once.
        most: values at most.
        room: bytes of JSON at most.
    """
    known = counted.filter((pl.col("rows") >= FEWEST_ROWS) & (pl.col("value").str.len_chars() <= MOST_CHARACTERS))
    top = known.sort(["rows", "value"], descending=[True, False]).head(most)
    found = []
    for value, rows in top.iter_rows():
        room -= len(value.encode()) + len(str(rows)) + _QUOTES
        if room < 0:
            break
        found.append(Category(value=value, count=rows))
    return tuple(found)


def looked_up(counted: pl.DataFrame, like: tuple[Category, ...]) -> tuple[Category, ...]:
    """Return the listed values of a layout with their rows in ``counted``, few as they may be."""
    wanted = counted.filter(pl.col("value").is_in([category.value for category in like]))
    rows = dict(wanted.select("value", "rows").iter_rows())
    return tuple(replace(category, count=rows.get(category.value, 0)) for category in like)


def summed(one: tuple[Category, ...], two: tuple[Category, ...]) -> tuple[Category, ...]:
    """Return the values with the rows of both."""
    return tuple(replace(a, count=a.count + b.count) for a, b in zip(one, two, strict=True))


def value_counts(present: pl.Series) -> pl.DataFrame:
    """Return the columns ``value`` (as text) and ``rows``, each value once, in no order."""
    return present.cast(pl.String).alias("value").value_counts(name="rows")


def _family(kind: ColumnType) -> str:
    return {"integer": "number", "date": "datetime"}.get(kind, kind)


def _numbers(present: pl.Series, plain: ColumnProfile, like: ColumnProfile | None, detail: Detail) -> ColumnProfile:
    values = present.cast(pl.Float64).to_numpy()
    finite = np.isfinite(values)
    plain = replace(plain, nan=int(np.isnan(values).sum()), infinite=int(np.isinf(values).sum()))
    values = values if finite.all() else values[finite]
    layout = histogram.lay_out(values, most_bins=detail.bins) if like is None else like.numbers
    return _finished(plain, _sketch(present), _tallied(values, layout))


def _moments(present: pl.Series, plain: ColumnProfile, like: ColumnProfile | None, detail: Detail) -> ColumnProfile:
    scale: Scale = "days" if plain.type == "date" else "seconds"
    values = _since_1970(present, scale)
    layout = histogram.lay_out(values, most_bins=detail.bins, scale=scale) if like is None else like.numbers
    return _finished(plain, _sketch(present), _tallied(values, layout))


def _since_1970(present: pl.Series, scale: Scale) -> NDArray[np.float64]:
    ticks = present.to_physical().cast(pl.Float64).to_numpy()
    if isinstance(present.dtype, pl.Datetime):
        seconds = ticks / _TICKS[present.dtype.time_unit]
        return np.floor(seconds / _DAY) if scale == "days" else seconds
    return ticks if scale == "days" else ticks * _DAY


def _texts(present: pl.Series, plain: ColumnProfile, like: ColumnProfile | None, detail: Detail) -> ColumnProfile:
    """Describe texts and booleans by their different values and how often each is there."""
    counted = value_counts(present)
    categories = (
        listed(counted, most=detail.categories, room=detail.room)
        if like is None
        else looked_up(counted, like.categories)
    )
    plain = replace(plain, categories=categories, other=plain.count - sum(one.count for one in categories))
    plain = _finished(plain, sketch(value_keys(counted["value"])), None)
    if plain.type == "boolean" or (not detail.lengths if like is None else like.characters is None):
        return plain
    rows = counted["rows"].to_numpy().astype(np.int64)
    lengths = np.repeat(counted["value"].str.len_chars().to_numpy().astype(np.float64), rows)
    layout = histogram.lay_out(lengths, most_bins=LENGTH_BINS) if like is None else like.lengths
    return replace(plain, lengths=_tallied(lengths, layout), characters=characters(counted["value"], rows))


def _tallied(values: NDArray[np.float64], layout: NumberProfile | None) -> NumberProfile | None:
    return None if layout is None else histogram.tally(values, histogram.emptied(layout))


def _both(one: NumberProfile | None, two: NumberProfile | None) -> NumberProfile | None:
    return None if one is None or two is None else histogram.added(one, two)


def _all_characters(one: Characters | None, two: Characters | None) -> Characters | None:
    if one is None or two is None:
        return None
    return Characters(**{kind: getattr(one, kind) + getattr(two, kind) for kind in Characters.__struct_fields__})


def _sketch(present: pl.Series) -> str:
    if len(present) > SAMPLED and present.head(SAMPLED).n_unique() <= MOST_EXACT:
        present = present.unique()  # cheap when they are few, and nothing is lost when they are not
    return sketch(value_keys(present))


def _finished(column: ColumnProfile, sketched: str, numbers: NumberProfile | None) -> ColumnProfile:
    """Return the column with these counts and all that follows from them."""
    moments = numbers if column.type in ("date", "datetime") else None
    return replace(
        column,
        sketch=sketched,
        distinct=min(distinct(sketched), column.count),
        numbers=numbers,
        earliest=_iso(None if moments is None else moments.min, column.type),
        latest=_iso(None if moments is None else moments.max, column.type),
    )


def _iso(moment: float | None, kind: ColumnType) -> str | None:
    return None if moment is None else str(np.datetime64(int(moment), "D" if kind == "date" else "s"))
