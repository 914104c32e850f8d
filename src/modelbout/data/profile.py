"""The reference profile: what each column of the training rows looked like, in numbers that name nobody."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from msgspec.structs import replace

from modelbout.data.digests import logical_type
from modelbout.errors import DataError, Problem
from modelbout.manifest import ColumnType
from modelbout.record import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROFILE_SCHEMA_VERSION: Final = 1
PROFILE_QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MOST_BINS: Final = 20  # a population stability index needs 10 to 20 bins: Yurdakul, Statistical properties of PSI, 2018
MOST_CATEGORIES: Final = 50  # what a person still reads, and enough for drift
FEWEST_ROWS: Final = 10  # smaller groups are suppressed: the usual threshold of official statistics


class NumberProfile(Record, frozen=True):
    """The finite values of one column, in its own unit.

    ``quantiles`` belong to ``PROFILE_QUANTILES``. ``edges`` cut the values into bins that hold about equally many of
    them, at least ten; bin i goes from edge i (included) to edge i+1 (excluded, included in the last bin). A number
    that overflowed is None.
    """

    min: float
    max: float
    mean: float | None
    std: float | None
    quantiles: tuple[float, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]


class Category(Record, frozen=True):
    """One value of a text or boolean column and how many rows have it (at least ten)."""

    value: str
    count: int


class ColumnProfile(Record, frozen=True):
    """One column: ``count`` values that are there, ``nulls`` that are not, ``distinct`` among those there.

    ``categories`` are the most frequent values; ``other`` counts the rows of all values that are not listed, rare
    ones among them. ``earliest`` and ``latest`` are ISO 8601, for dates and datetimes.
    """

    name: str
    type: ColumnType
    count: int
    nulls: int
    distinct: int
    nan: int = 0
    infinite: int = 0
    numbers: NumberProfile | None = None
    categories: tuple[Category, ...] = ()
    other: int = 0
    earliest: str | None = None
    latest: str | None = None


class Profile(Record, frozen=True):
    """All columns of a table, in its order."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    schema_version: int = PROFILE_SCHEMA_VERSION


def profile(frame: pl.DataFrame) -> Profile:
    """Describe each column of the frame.

    Raises:
        DataError: a column has a type that no table may have.
    """
    return Profile(rows=frame.height, columns=tuple(_column(column) for column in frame.iter_columns()))


def _column(column: pl.Series) -> ColumnProfile:
    kind = logical_type(column.dtype)
    if kind is None:
        raise DataError(
            Problem(
                found=f"column `{column.name}` has the type {column.dtype}, which has no profile",
                allowed="numbers, text, booleans, dates, datetimes",
                fix="drop the column or take it apart into plain columns",
            )
        )
    present = column.drop_nulls()
    count, nulls, distinct = len(present), column.null_count(), present.n_unique()
    plain = ColumnProfile(name=column.name, type=kind, count=count, nulls=nulls, distinct=distinct)
    if not count:
        return plain
    if kind in {"integer", "number"}:
        values = present.cast(pl.Float64).to_numpy()
        finite = values[np.isfinite(values)]
        return replace(
            plain,
            nan=int(np.isnan(values).sum()),
            infinite=int(np.isinf(values).sum()),
            numbers=_numbers(finite) if finite.size else None,
        )
    if kind in {"date", "datetime"}:
        moments = present.sort().dt.to_string("iso")
        return replace(plain, earliest=moments[0], latest=moments[-1])
    categories = _categories(present.cast(pl.String))
    return replace(plain, categories=categories, other=count - sum(category.count for category in categories))


def _categories(present: pl.Series) -> tuple[Category, ...]:
    counts = present.rename("value").value_counts().filter(pl.col("count") >= FEWEST_ROWS)
    top = counts.sort(["count", "value"], descending=[True, False]).head(MOST_CATEGORIES)
    return tuple(Category(value=value, count=count) for value, count in top.iter_rows())


def _numbers(finite: NDArray[np.float64]) -> NumberProfile:
    bins = max(1, min(MOST_BINS, finite.size // FEWEST_ROWS))
    edges = np.unique(_quantiles(finite, np.linspace(0, 1, bins + 1)))
    if edges.size == 1:
        edges = np.repeat(edges, 2)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(finite.mean())
        std = float(finite.std(ddof=1)) if finite.size > 1 else math.nan
    return NumberProfile(
        min=float(finite.min()),
        max=float(finite.max()),
        mean=mean if math.isfinite(mean) else None,
        std=std if math.isfinite(std) else None,
        quantiles=tuple(_quantiles(finite, np.array(PROFILE_QUANTILES)).tolist()),
        edges=tuple(edges.tolist()),
        counts=tuple(_counts(finite, edges)),
    )


def _quantiles(finite: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.float64]:
    # The difference of two values must not overflow; a power of two leaves every digit as it is.
    scale = 4.0 if np.abs(finite).max() > np.finfo(np.float64).max / 4 else 1.0
    quantiles: NDArray[np.float64] = np.quantile(finite / scale, levels) * scale
    return quantiles


def _counts(finite: NDArray[np.float64], edges: NDArray[np.float64]) -> list[int]:
    places = np.searchsorted(edges[1:-1], finite, side="right")
    counts: list[int] = np.bincount(places, minlength=edges.size - 1).tolist()
    return counts
