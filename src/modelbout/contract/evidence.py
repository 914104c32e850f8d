"""What one table says of itself: the numbers from which rules are drafted, worked out in a few passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from modelbout.contract.table import describe
from modelbout.data.casting import cast, infer_columns
from modelbout.data.reading import ColumnReading
from modelbout.data.table import engine_errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from modelbout.data.sources import Scan
    from modelbout.manifest import ColumnType

# What exports write where there is no number: the spellings of pandas, R, SAS, spreadsheets and databases.
MISSING_TEXTS: Final = (
    *("", ".", "-", "--", "?", "NA", "N/A", "n/a", "na", "NaN", "nan", "#N/A", "NULL", "null", "None", "none", "\\N"),
)
# Unambiguous when all values of a column fit one of them and not its twin with day and month swapped.
DATE_FORMATS: Final = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d")
# Ours: more values than this are no set that a person reviews.
MAX_LISTED: Final = 20
_MOST_MISSING: Final = 10  # spellings a column may mix
_MOST_SHAPE: Final = 40  # characters of a code


@dataclass(frozen=True)
class Evidence:
    """What was seen of one column.

    Attributes:
        reading: the type that all its values have, with the format of a date.
        rows: rows of the table.
        nulls: rows without a value, NaN among them.
        infinite: rows with an infinite number.
        distinct: different values.
        low: the smallest value (numbers, dates), None for others or where there is none.
        high: the largest value.
        values: each value with the number of its rows, most frequent first, when there are few; else empty.
        shape: the one form that all texts have, as in ``9999-AAAAA``; None when they differ.
        twins: more than one date format fits, so none was chosen.
    """

    reading: ColumnReading
    rows: int
    nulls: int
    infinite: int = 0
    distinct: int = 0
    low: float | date | datetime | None = None
    high: float | date | datetime | None = None
    values: tuple[tuple[object, int], ...] = ()
    shape: str | None = None
    twins: tuple[str, ...] = ()

    @property
    def present(self) -> int:
        """Return the rows with a value."""
        return self.rows - self.nulls


@dataclass(frozen=True)
class Sample:
    """What was seen of one table; ``missing`` are the texts that stand for "no value"."""

    rows: int
    columns: tuple[Evidence, ...]
    missing: tuple[str, ...]
    delimiter: str | None
    encoding: str | None


def look(scan: Scan) -> Sample:
    """Look at a table whose types were worked out by ``scan``.

    A text column whose values are numbers or dates but for some that mean "nothing" gets that type, and these texts
    are told as missing.

    Raises:
        DataError: the rows cannot be read.
    """
    with engine_errors(scan):
        schema = scan.lazy.collect_schema()
        given = {column.name: column for column in scan.reading.columns}
        readings = {name: given.get(name) or _reading(name, schema[name]) for name in scan.columns}
        texts = [name for name in scan.columns if readings[name].type == "string"] if scan.text else []
        found, twins, extra = _typed(scan.lazy, texts)
        readings |= found
        missing = tuple(dict.fromkeys((*scan.reading.missing, *extra))) if scan.text else ()
        lazy = _as_read(scan.lazy, texts, readings, extra)
        columns = _measured(lazy, readings, twins)
    return Sample(
        rows=columns[0].rows if columns else 0,
        columns=columns,
        missing=missing,
        delimiter=scan.delimiters[0] if scan.delimiters else None,
        encoding=scan.reading.encoding,
    )


def _reading(name: str, dtype: pl.DataType) -> ColumnReading:
    kind: ColumnType = describe(name, _narwhals(dtype), None).type or "string"
    return ColumnReading(name, kind, timezone=getattr(dtype, "time_zone", None))


def _narwhals(dtype: pl.DataType) -> Any:  # noqa: ANN401 -- narwhals gives its own types no common public name
    import narwhals as nw  # noqa: PLC0415 -- only tables without declared types need it

    return nw.from_native(pl.Series([], dtype=dtype), series_only=True).dtype


def _typed(
    lazy: pl.LazyFrame, texts: Sequence[str]
) -> tuple[dict[str, ColumnReading], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return text columns that are something else, ambiguous dates, and the texts that mean "nothing" in them."""
    if not texts:
        return {}, {}, ()
    nothing = {name: pl.col(name).str.strip_chars().is_in(list(MISSING_TEXTS)) for name in texts}
    cleaned = lazy.with_columns(pl.when(~nothing[name]).then(pl.col(name)).alias(name) for name in texts)
    found = {one.name: one for one in infer_columns(cleaned, texts) if one.type not in ("string", "boolean")}
    left = [name for name in texts if name not in found]
    dates, twins = _dates(cleaned, left)
    found |= dates
    marks = [
        pl.col(name).filter(nothing[name]).unique().head(_MOST_MISSING).implode().alias(str(number))
        for number, name in enumerate(found)
    ]
    spelled = lazy.select(marks).collect(engine="streaming").row(0) if marks else ()
    return found, twins, tuple(sorted({text for texts_ in spelled for text in texts_ if text is not None}))


def _dates(lazy: pl.LazyFrame, names: Sequence[str]) -> tuple[dict[str, ColumnReading], dict[str, tuple[str, ...]]]:
    pairs = [(name, form) for name in names for form in DATE_FORMATS]
    if not pairs:
        return {}, {}
    counts = [
        cast(pl.col(name), ColumnReading(name, "date", form)).is_not_null().sum().alias(str(number))
        for number, (name, form) in enumerate(pairs)
    ]
    present = [pl.col(name).count().alias(f"present {number}") for number, name in enumerate(names)]
    answer = lazy.select(counts + present).collect(engine="streaming").row(0, named=True)
    total = {name: answer[f"present {number}"] for number, name in enumerate(names)}
    fits: dict[str, list[str]] = {}
    for number, (name, form) in enumerate(pairs):
        if total[name] and answer[str(number)] == total[name]:
            fits.setdefault(name, []).append(form)
    found = {name: ColumnReading(name, "date", forms[0]) for name, forms in fits.items() if len(forms) == 1}
    return found, {name: tuple(forms) for name, forms in fits.items() if len(forms) > 1}


def _as_read(
    lazy: pl.LazyFrame, texts: Sequence[str], readings: Mapping[str, ColumnReading], missing: Sequence[str]
) -> pl.LazyFrame:
    """Return the table as the drafted contract would read it."""
    columns = []
    for name in texts:
        text = pl.when(~pl.col(name).is_in(list(missing))).then(pl.col(name))
        columns.append(cast(text, readings[name]).alias(name))
    return lazy.select(list(readings)).with_columns(columns)


def _measured(
    lazy: pl.LazyFrame, readings: Mapping[str, ColumnReading], twins: Mapping[str, tuple[str, ...]]
) -> tuple[Evidence, ...]:
    queries = [pl.len().alias("rows")]
    for number, reading in enumerate(readings.values()):
        queries += [query.alias(f"{label} {number}") for label, query in _questions(reading)]
    answer = lazy.select(queries).collect(engine="streaming").row(0, named=True)
    rows = int(answer["rows"])
    few = [
        name
        for number, name in enumerate(readings)
        if readings[name].type in ("string", "integer") and answer[f"distinct {number}"] <= MAX_LISTED
    ]
    lists = _lists(lazy, few)
    evidence = []
    for number, (name, reading) in enumerate(readings.items()):
        seen = {label: answer.get(f"{label} {number}") for label, _ in _questions(reading)}
        nulls = (seen["nulls"] or 0) + (seen.get("nan") or 0)
        shape = seen.get("shape") if seen.get("shapes") == 1 else None
        evidence.append(
            Evidence(
                reading=reading,
                rows=rows,
                nulls=nulls,
                infinite=seen.get("infinite") or 0,
                distinct=seen["distinct"] or 0,
                low=seen.get("low"),
                high=seen.get("high"),
                values=lists.get(name, ()),
                shape=shape if shape and len(shape) <= _MOST_SHAPE else None,
                twins=twins.get(name, ()),
            )
        )
    return tuple(evidence)


def _questions(reading: ColumnReading) -> list[tuple[str, pl.Expr]]:
    column = pl.col(reading.name)
    value = column.drop_nulls()
    asked = [("nulls", column.null_count())]
    if reading.type == "number":
        value = column.filter(column.is_finite())
        asked += [("nan", column.is_nan().sum()), ("infinite", column.is_infinite().sum())]
    asked.append(("distinct", value.n_unique()))
    if reading.type in ("integer", "number", "date", "datetime"):
        asked += [("low", value.min()), ("high", value.max())]
    if reading.type == "string":
        shape = value.str.replace_all("[0-9]", "9").str.replace_all("[A-Z]", "A").str.replace_all("[a-z]", "a")
        asked += [("shapes", shape.n_unique()), ("shape", shape.first())]
    return asked


def _lists(lazy: pl.LazyFrame, names: Sequence[str]) -> dict[str, tuple[tuple[object, int], ...]]:
    queries = [lazy.select(pl.col(name).drop_nulls()).group_by(name).len("rows") for name in names]
    frames = pl.collect_all(queries, engine="streaming") if queries else []
    return {
        name: tuple(sorted(frame.iter_rows(), key=lambda pair: (-pair[1], pair[0])))
        for name, frame in zip(names, frames, strict=True)
    }
