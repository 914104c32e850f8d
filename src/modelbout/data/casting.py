"""Turn text into typed values so that every failure can be counted, and work out types where nobody declared any."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.data.engines.engine import RAW
from modelbout.data.reading import ColumnReading
from modelbout.errors import DataError, Place, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelbout.data.reading import Reading

TRUE_TEXTS: Final = ("true", "yes", "1")
FALSE_TEXTS: Final = ("false", "no", "0")
# Ours: one query about 5,000 columns took the engine 20 GB; a pass for each 100 of them takes seconds.
COLUMNS_AT_ONCE: Final = 100
FIRST_ROWS: Final = 10_000  # enough to rule most types out; what is left is asked of every row

_ALWAYS: Final = frozenset({"present", "code", "digits", "integer", "finite"})  # no types, or needed to judge one
_ISO_DATE: Final = "%Y-%m-%d"
_ISO_NAIVE: Final = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_ISO_AWARE: Final = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")


def without_missing(name: str, missing: Sequence[str]) -> pl.Expr:
    """Return the column's text with the declared missing texts turned into nulls."""
    column = pl.col(name)
    if not missing:
        return column
    return pl.when(column.is_in(list(missing)).not_()).then(column).alias(name)


def cast(text: pl.Expr, column: ColumnReading) -> pl.Expr:
    """Return the text as the declared type, null where it does not say such a value."""
    match column.type:
        case "integer":
            # pandas writes whole numbers so when one of them is missing.
            return text.str.strip_suffix(".0").cast(pl.Int64, strict=False)
        case "number":
            return _number(text)
        case "boolean":
            return text.map_batches(_truth, return_dtype=pl.Boolean, is_elementwise=True)
        case "date":
            # An ISO date is read in less time than it takes to find it among those that were read before.
            form, cached = column.format or _ISO_DATE, column.format is not None
            dates = text.str.to_date(form, strict=False, cache=cached)
            return dates.map_batches(_of_our_years, return_dtype=pl.Date, is_elementwise=True)
        case "datetime":
            kind = pl.Datetime("us", column.timezone)
            return _datetime(text, column).map_batches(_of_our_years, return_dtype=kind, is_elementwise=True)
        case _:
            return text


def _number(text: pl.Expr) -> pl.Expr:
    # As one expression, the search for an i would be done in every row: it took longer than the cast.
    return text.map_batches(_finite_or_said, return_dtype=pl.Float64, is_elementwise=True)


def _finite_or_said(text: pl.Series) -> pl.Series:
    """Return the numbers, null for one so large that it became infinite although its text does not say so."""
    value = text.cast(pl.Float64, strict=False)
    infinite = value.is_infinite()
    if not infinite.any():
        return value
    return value.set(infinite & ~text.str.contains("[iI]"), None)


def _truth(text: pl.Series) -> pl.Series:
    """Return what the words for yes and no say, null for any other text."""
    # To compare a whole column with a word takes a tenth of the time that it takes to make its letters small.
    true, false = (reduce(or_, (text == word for word in words)) for words in (TRUE_TEXTS, FALSE_TEXTS))
    if (true | false).all():
        return true
    words = dict.fromkeys(TRUE_TEXTS, True) | dict.fromkeys(FALSE_TEXTS, False)
    return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _of_our_years(moments: pl.Series) -> pl.Series:
    """Return dates or datetimes, null for those of years that Python has no dates for."""
    # As one expression, every one would be read from its text twice.
    if moments.dtype == pl.Date:
        # Two comparisons take less time than to work out the years.
        beyond = (moments < date.min) | (moments > date.max)
    else:
        beyond = ~moments.dt.year().is_between(date.min.year, date.max.year)
    return moments.set(beyond, None) if beyond.any() else moments


def _datetime(text: pl.Expr, column: ColumnReading) -> pl.Expr:
    zone = column.timezone
    if column.format is not None:
        if zone is None:
            return text.str.to_datetime(column.format, strict=False, time_unit="us")
        if "%z" in column.format or "%#z" in column.format or "%:z" in column.format:
            moment = text.str.to_datetime(column.format, strict=False, time_unit="us", time_zone="UTC")
            return moment.dt.convert_time_zone(zone)
        naive = text.str.to_datetime(column.format, strict=False, time_unit="us")
        return naive.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    spaced = text.str.replace(r"^(\d{4}-\d{2}-\d{2})[Tt]", "${1} ")
    if zone is None:
        return pl.coalesce(spaced.str.to_datetime(form, strict=False, time_unit="us") for form in _ISO_NAIVE)
    tidy = spaced.str.replace(r"[Zz]$", "+00:00")
    return pl.coalesce(
        tidy.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC") for form in _ISO_AWARE
    ).dt.convert_time_zone(zone)


def by_format(lazy: pl.LazyFrame, types: Mapping[str, pl.DataType], reading: Reading) -> pl.LazyFrame:
    """Parse the texts of a typed table whose columns are declared as dates with a ``format``, as in a text file.

    Args:
        lazy: the table.
        types: its columns with the types in which they are held.
        reading: the declared columns, and the texts that mean "no value" among those that are parsed.

    Returns:
        The table, each parsed column with its companion ``RAW + name``.
    """
    parsed = [
        column
        for column in reading.columns
        if column.type in ("date", "datetime") and column.format is not None and types.get(column.name) == pl.String
    ]
    texts = {column: without_missing(column.name, reading.missing) for column in parsed}
    values = [cast(text, column).alias(column.name) for column, text in texts.items()]
    return lazy.with_columns(*values, *(text.alias(RAW + column.name) for column, text in texts.items()))


def check_columns(columns: Sequence[ColumnReading], place: Place) -> None:
    """Refuse a format or a time zone that could never work, before any file is read.

    Raises:
        DataError: with one problem for each such column.
    """
    problems = []
    nothing = pl.DataFrame({"text": ["x"]})
    for column in columns:
        if (
            column.type == "datetime"
            and column.timezone is None
            and column.format
            and "z" in _directives(column.format)
        ):
            problems.append(
                Problem(
                    found=f"column `{column.name}`: the format has an offset (%z) but no time zone is declared",
                    fix="add `timezone: UTC` (or your zone) to the column, or take %z out of the format",
                    place=place,
                )
            )
            continue
        try:
            nothing.select(cast(pl.col("text"), column))
        except pl.exceptions.PolarsError as error:
            problems.append(
                Problem(
                    found=f"column `{column.name}`: {cause(str(error).splitlines()[0])}",
                    allowed="a strftime pattern such as %m/%d/%Y, an IANA time zone such as Europe/Berlin",
                    fix="mend `format` or `timezone` of this column in the contract",
                    place=place,
                )
            )
    if problems:
        raise DataError(*problems)


def _directives(pattern: str) -> set[str]:
    after = pattern.replace("%%", "").split("%")[1:]
    return {part.lstrip(":#")[:1] for part in after}


def infer_columns(lazy: pl.LazyFrame, names: Sequence[str]) -> tuple[ColumnReading, ...]:
    """Work out the type of each text column from all its values, in one pass for each ``COLUMNS_AT_ONCE``.

    A type is taken only if every value says it and none would change its look: ``007``, ``+49`` and integers beyond
    64 bits stay text, ``yes`` and ``1`` are no booleans here. A column without any value is text.
    """
    if len(names) > COLUMNS_AT_ONCE:
        starts = range(0, len(names), COLUMNS_AT_ONCE)
        return tuple(one for start in starts for one in infer_columns(lazy, names[start : start + COLUMNS_AT_ONCE]))
    everything = {name: set(_questions(name)) for name in names}
    some = lazy.select(names).head(FIRST_ROWS + 1).collect(engine="streaming")
    first = _answers(some.head(FIRST_ROWS).lazy(), everything)
    if some.height <= FIRST_ROWS:
        # All of it: of a wide file, every further query would plan thousands of columns again.
        lazy = some.lazy()
    # A type that the first rows rule out need not be tried on millions: trying dates costs most of the time.
    open_still = {
        name: {label for label in labels if label in _ALWAYS or first[name][label] == first[name]["present"]}
        for name, labels in everything.items()
    }
    answers = _answers(lazy, open_still)
    return tuple(_decide(name, answers[name]) for name in names)


def _answers(lazy: pl.LazyFrame, asked: dict[str, set[str]]) -> dict[str, Counter[str]]:
    queries = [
        query.alias(f"{place} {label}")
        for place, (name, labels) in enumerate(asked.items())
        for label, query in _questions(name).items()
        if label in labels
    ]
    row = lazy.select(queries).collect(engine="streaming").row(0, named=True)
    return {
        name: Counter({label: int(row[f"{place} {label}"] or 0) for label in labels})
        for place, (name, labels) in enumerate(asked.items())
    }


def _questions(name: str) -> dict[str, pl.Expr]:
    text = pl.col(name)

    def says(column: ColumnReading) -> pl.Expr:
        return cast(text, column).is_not_null().sum()

    iso_date = text.str.contains(r"^\d{4}-\d{2}-\d{2}$") & cast(text, ColumnReading(name, "date")).is_not_null()
    return {
        "present": text.is_not_null().sum(),
        "code": text.str.contains(r"^(?:\+|[+-]?0\d)").sum(),
        "digits": text.str.contains(r"^[+-]?\d+$").sum(),
        # Only digits: a column of 1.0 and 2.0 is one of numbers.
        "integer": text.cast(pl.Int64, strict=False).is_not_null().sum(),
        "number": says(ColumnReading(name, "number")),
        "finite": cast(text, ColumnReading(name, "number")).is_finite().sum(),
        "boolean": text.str.to_lowercase().is_in(["true", "false"]).sum(),
        "date": iso_date.sum(),
        "naive": says(ColumnReading(name, "datetime")),
        "aware": says(ColumnReading(name, "datetime", timezone="UTC")),
    }


def _decide(name: str, count: Counter[str]) -> ColumnReading:
    present = count["present"]
    plain = count["code"] == 0
    number = count["number"] == present and count["finite"] > 0 and count["digits"] == count["integer"]
    candidates = (
        (present == 0, ColumnReading(name, "string")),
        (plain and count["integer"] == present, ColumnReading(name, "integer")),
        (plain and number, ColumnReading(name, "number")),
        (count["boolean"] == present, ColumnReading(name, "boolean")),
        (count["date"] == present, ColumnReading(name, "date")),
        (count["naive"] == present, ColumnReading(name, "datetime")),
        (count["aware"] == present, ColumnReading(name, "datetime", timezone="UTC")),
    )
    return next((column for fits, column in candidates if fits), ColumnReading(name, "string"))
