"""Which type the values of each column really have, over all samples: numbers with blanks, dates of other lands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from modelbout.contract.table import column_type
from modelbout.data.casting import COLUMNS_AT_ONCE, cast, infer_columns
from modelbout.data.engines.engine import RAW
from modelbout.data.reading import ColumnReading
from modelbout.data.table import engine_errors
from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from modelbout.data.sources import Scan

# What exports write where there is no number: the spellings of pandas, R, SAS, spreadsheets and databases.
MISSING_TEXTS: Final = (
    *("", ".", "-", "--", "?", "NA", "N/A", "n/a", "na", "NaN", "nan", "#N/A", "NULL", "null", "None", "none", "\\N"),
)
# Unambiguous when all values of a column fit one of them and not its twin with day and month swapped.
DATE_FORMATS: Final = ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y%m%d")
# Ours: what the first rows cannot be, no column is; only the rest is asked of all rows.
FIRST_ROWS: Final = 1_000
_MOST_MISSING: Final = 10  # spellings a column may mix


@dataclass(frozen=True)
class Retyped:
    """Samples of one table, all with the same types.

    Attributes:
        readings: each column that any of them has, in file order.
        tables: each sample with the columns that it has, as the drafted contract would read it.
        missing: the texts that stand for "no value".
        twins: date formats that fit a column where more than one does, so that none was chosen.
    """

    readings: Mapping[str, ColumnReading]
    tables: tuple[pl.LazyFrame, ...]
    missing: tuple[str, ...]
    twins: Mapping[str, tuple[str, ...]]


def retyped(scans: Sequence[Scan]) -> Retyped:
    """Work out types that hold in every sample.

    A text column whose values are numbers or dates but for some that mean "nothing" gets that type, and these texts
    are told as missing.

    Raises:
        DataError: the rows cannot be read, or a column that is typed on disk has another type in each sample.
    """
    names = tuple(dict.fromkeys(name for scan in scans for name in scan.columns))
    if not scans[0].text:
        readings = _stored(scans, names)
        return Retyped(readings, tuple(scan.lazy.select(scan.columns) for scan in scans), (), {})
    tables = [_texts(scan) for scan in scans]
    with engine_errors(scans[0]):
        given = _agreed(scans)
        open_still = [name for name in names if name not in given]
        whole = pl.concat(tables, how="diagonal") if len(tables) > 1 else tables[0]
        found, twins, extra = _typed(whole, open_still)
    readings = {name: found.get(name) or given.get(name) or ColumnReading(name, "string") for name in names}
    missing = tuple(dict.fromkeys((*scans[0].reading.missing, *extra)))
    reread = tuple(
        table.select(_read(readings[name], extra) for name in scan.columns)
        for table, scan in zip(tables, scans, strict=True)
    )
    return Retyped(readings, reread, missing, twins)


def batches(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield the columns, as many at once as one query should be about."""
    for start in range(0, len(names), COLUMNS_AT_ONCE):
        yield list(names[start : start + COLUMNS_AT_ONCE])


def _stored(scans: Sequence[Scan], names: Iterable[str]) -> dict[str, ColumnReading]:
    """Return the types of columns that are typed on disk; whole numbers are numbers where other samples have these."""
    kinds: dict[str, list[ColumnReading]] = {name: [] for name in names}
    for scan in scans:
        with engine_errors(scan):
            schema = scan.lazy.collect_schema()
        for name in scan.columns:
            if schema[name] != pl.Null:
                kind = column_type(_narwhals(schema[name])) or "string"
                kinds[name].append(ColumnReading(name, kind, timezone=getattr(schema[name], "time_zone", None)))
    problems = []
    readings = {}
    for name, found in kinds.items():
        types = {one.type for one in found}
        if len(types) > 1 and types != {"integer", "number"}:
            seen = " and ".join(f"`{kind}`" for kind in sorted(types))
            fix = "draft from samples of one type, or write the files again with it"
            problems.append(Problem(f"column `{name}` is stored as {seen} in different samples", "", fix, Place()))
        first = found[0] if found else ColumnReading(name, "string")
        readings[name] = replace(first, type="number") if len(types) > 1 else first
    if problems:
        raise DataError(*problems)
    return readings


def _narwhals(dtype: pl.DataType) -> Any:  # noqa: ANN401 -- narwhals gives its own types no common public name
    import narwhals as nw  # noqa: PLC0415 -- only tables without declared types need it

    return nw.from_native(pl.Series([], dtype=dtype), series_only=True).dtype


def _texts(scan: Scan) -> pl.LazyFrame:
    """Return the table with all its columns as the text that stands in the file."""
    typed = {one.name for one in scan.reading.columns if one.type != "string"}
    texts: pl.LazyFrame = scan.lazy.select(
        pl.col(RAW + name).alias(name) if name in typed else pl.col(name) for name in scan.columns
    )
    return texts


def _agreed(scans: Sequence[Scan]) -> dict[str, ColumnReading]:
    """Return the types that columns were found to have in every sample; not those of texts, and where they differ."""
    found: dict[str, set[ColumnReading]] = {}
    for scan in scans:
        for one in scan.reading.columns:
            found.setdefault(one.name, set()).add(one)
    agreed = {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1}
    return {name: one for name, one in agreed.items() if one.type != "string"}


def _typed(
    lazy: pl.LazyFrame, texts: Sequence[str]
) -> tuple[dict[str, ColumnReading], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return text columns that are something else, ambiguous dates, and the texts that mean "nothing" in them."""
    found: dict[str, ColumnReading] = {}
    twins: dict[str, tuple[str, ...]] = {}
    for names in batches(texts):
        cleaned = lazy.with_columns(pl.when(~_nothing(name)).then(pl.col(name)).alias(name) for name in names)
        few = cleaned.select(names).head(FIRST_ROWS).collect().lazy()
        likely = [one.name for one in infer_columns(few, names) if one.type not in ("string", "boolean")]
        # A column that is empty at first may be anything later on.
        empty = [
            name for name, most in few.select(pl.col(names).count()).collect().row(0, named=True).items() if not most
        ]
        likely += [name for name in empty if name not in likely]
        found |= (
            {one.name: one for one in infer_columns(cleaned, likely) if one.type not in ("string", "boolean")}
            if likely
            else {}
        )
        left = [name for name in names if name not in found]
        days, same = _dates(cleaned, {name: fits for name, fits in _fits(few, left).items() if fits})
        found |= days
        twins |= same
    marks = [
        pl.col(name).filter(_nothing(name)).unique().head(_MOST_MISSING).implode().alias(str(number))
        for number, name in enumerate(found)
    ]
    spelled = lazy.select(marks).collect(engine="streaming").row(0) if marks else ()
    return found, twins, tuple(sorted({text for texts_ in spelled for text in texts_ if text is not None}))


def _nothing(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().is_in(list(MISSING_TEXTS))


def _dates(
    lazy: pl.LazyFrame, likely: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, ColumnReading], dict[str, tuple[str, ...]]]:
    fits = _fits(lazy, list(likely), likely)
    found = {name: ColumnReading(name, "date", forms[0]) for name, forms in fits.items() if len(forms) == 1}
    return found, {name: forms for name, forms in fits.items() if len(forms) > 1}


def _fits(
    lazy: pl.LazyFrame, names: Sequence[str], likely: Mapping[str, tuple[str, ...]] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the date formats that all values of a column have; all of ``likely`` for one without values."""
    pairs = [(name, form) for name in names for form in (likely[name] if likely is not None else DATE_FORMATS)]
    if not pairs:
        return {}
    counts = [
        cast(pl.col(name), ColumnReading(name, "date", form)).is_not_null().sum().alias(str(number))
        for number, (name, form) in enumerate(pairs)
    ]
    present = [pl.col(name).count().alias(f"present {number}") for number, name in enumerate(names)]
    answer = lazy.select(counts + present).collect(engine="streaming").row(0, named=True)
    total = {name: answer[f"present {number}"] for number, name in enumerate(names)}
    fits: dict[str, tuple[str, ...]] = {}
    for number, (name, form) in enumerate(pairs):
        if answer[str(number)] == total[name] and (total[name] or likely is None):
            fits[name] = (*fits.get(name, ()), form)
    return fits


def _read(reading: ColumnReading, missing: Sequence[str]) -> pl.Expr:
    """Return a text as the drafted contract would read it."""
    text = pl.when(~pl.col(reading.name).is_in(list(missing))).then(pl.col(reading.name))
    return cast(text, reading).alias(reading.name)
