"""What one sample of a table says of each column, worked out in a few passes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from modelbout.contract.evidence import MAX_LISTED, MOST_DECIMALS
from modelbout.contract.formats import FORMATS
from modelbout.contract.keys import keylike
from modelbout.contract.retyping import FIRST_ROWS, batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelbout.data.reading import ColumnReading

# Half of what the check `decimals` lets pass: the trace of a few additions in a 64-bit float.
DOUBLE: Final = 2 * sys.float_info.epsilon
# HyperLogLog counts different values to about 2 %: a column may be a key when it seems to have this share of them.
ALMOST_ALL: Final = 0.9
# The same the other way round: a column that seems to have this many may have as few as can be listed.
_SEEMS_FEW: Final = 2 * MAX_LISTED
# The narrowest first. Any word is a host name, so that form is not looked for.
_FORMS: Final = ("uuid", "email", "url", "ipv4", "ipv6", "ip", "iso_date", "iso_datetime")
# One of these stands in every text of such a form.
_SIGNS: Final = "[-:@.]"
# Ours: of so many rows a hundred columns of texts are below 100 MB; they are read once and asked in memory.
ROWS_IN_MEMORY: Final = 20_000
_RISING: Final = ("integer", "date", "datetime")
_ORDERED: Final = ("integer", "number", "date", "datetime")
# Categories are texts to the checks, and decimals are floats.
_COMPARED: Final[Mapping[str, type[pl.DataType]]] = {"string": pl.String, "number": pl.Float64}


@dataclass(frozen=True)
class Seen:
    """What one sample says of one column; for the attributes see ``Evidence``."""

    rows: int
    nulls: int = 0
    infinite: int = 0
    distinct: int = 0
    unique: bool = False
    low: Any = None
    high: Any = None
    shortest: int = 0
    longest: int = 0
    decimals: int | None = None
    form: str | None = None
    values: Mapping[object, int] | None = None
    ordered: bool = False

    @property
    def present(self) -> int:
        """Return the rows with a value."""
        return self.rows - self.nulls


def measured(lazy: pl.LazyFrame, readings: Mapping[str, ColumnReading]) -> dict[str, Seen]:
    """Return what one sample says of each column: one pass for some columns, one more for those that need it."""
    found: dict[str, Seen] = {}
    for names in batches(list(readings)):
        part = lazy.select(names)
        some = part.head(ROWS_IN_MEMORY + 1).collect(engine="streaming")
        if some.height <= ROWS_IN_MEMORY:
            # Of a wide table every further query would plan thousands of columns again.
            part = some.lazy()
        first = some.head(FIRST_ROWS)
        questions = {name: dict(_questions(readings[name], first[name])) for name in names}
        answer = _answers(part, questions)
        rows = int(answer.pop("rows"))
        forms = _forms(part, first, [name for name in names if readings[name].type == "string"])
        answered = _parted(answer, len(names))
        seen = {name: _seen(rows, one, form=forms.get(name)) for name, one in zip(names, answered, strict=True)}
        found |= _exactly(part, readings, seen)
    return found


def _answers(lazy: pl.LazyFrame, questions: Mapping[str, Mapping[str, pl.Expr]]) -> dict[str, Any]:
    queries = [pl.len().alias("rows")]
    for number, asked in enumerate(questions.values()):
        queries += [query.alias(f"{number} {label}") for label, query in asked.items()]
    return lazy.select(queries).collect(engine="streaming").row(0, named=True)


def _parted(answer: Mapping[str, Any], columns: int) -> list[dict[str, Any]]:
    """Return what was answered of each column."""
    parts: list[dict[str, Any]] = [{} for _ in range(columns)]
    for label, value in answer.items():
        number, _, asked = label.partition(" ")
        parts[int(number)][asked] = value
    return parts


def _questions(reading: ColumnReading, first: pl.Series) -> Iterator[tuple[str, pl.Expr]]:
    """Yield what is asked of all rows; what the first ones rule out is not."""
    column = pl.col(reading.name)
    yield "nulls", column.null_count()
    if reading.type in _COMPARED:
        column = column.cast(_COMPARED[reading.type])
    value = column
    if reading.type == "number":
        value = column.filter(column.is_finite())
        yield "nan", column.is_nan().sum()
        yield "infinite", column.is_infinite().sum()
    if reading.type in _ORDERED:
        yield "low", value.min()
        yield "high", value.max()
    if reading.type in _RISING and not first.to_frame().select(_falls(column)).item():
        yield "falls", _falls(column)
    yield "distinct", value.drop_nulls().approx_n_unique()
    if reading.type == "number":
        digits = _digits(first.cast(pl.Float64))
        if digits is not None:
            yield f"decimals {digits}", _beyond(value, digits).any()
    if reading.type == "string":
        yield "shortest", column.str.len_chars().min()
        yield "longest", column.str.len_chars().max()


def _falls(column: pl.Expr) -> pl.Expr:
    """Tell whether some value is below the one before it; rows without a value are passed over."""
    value = column.drop_nulls()
    return (value < value.shift(1)).any()


def _digits(first: pl.Series) -> int | None:
    """Return the digits after the point that the first numbers need."""
    frame = first.filter(first.is_finite()).to_frame("x")
    fits = (
        digits for digits in range(MOST_DECIMALS + 1) if not frame.select(_beyond(pl.col("x"), digits).any()).item()
    )
    return next(fits, None)


def _beyond(value: pl.Expr, digits: int) -> pl.Expr:
    """Return a mask of the numbers that have more digits after the point, as the check `decimals` counts them."""
    scale = 10.0**digits
    return ((value * scale).round() / scale - value).abs() > DOUBLE * value.abs()


def _seen(rows: int, answer: Mapping[str, Any], form: str | None) -> Seen:
    needed = (label.split()[1] for label, more in answer.items() if label.startswith("decimals") and not more)
    digits = next(map(int, needed), None)
    return Seen(
        rows=rows,
        nulls=answer["nulls"] + (answer.get("nan") or 0),
        infinite=answer.get("infinite") or 0,
        distinct=answer["distinct"] or 0,
        low=answer.get("low"),
        high=answer.get("high"),
        shortest=answer.get("shortest") or 0,
        longest=answer.get("longest") or 0,
        decimals=digits,
        form=form,
        ordered=answer.get("falls") is False,
    )


def _forms(lazy: pl.LazyFrame, first: pl.DataFrame, names: Sequence[str]) -> dict[str, str]:
    """Return the named format that all texts of a column have."""
    signed = [name for name in names if first[name].cast(pl.String).str.contains(_SIGNS).all() and first[name].count()]
    likely = _fitting(first.lazy(), dict.fromkeys(signed, _FORMS))
    forms = _fitting(lazy, {name: fits for name, fits in likely.items() if fits})
    return {name: fits[0] for name, fits in forms.items() if fits}


def _fitting(lazy: pl.LazyFrame, likely: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    pairs = [(name, form) for name, forms in likely.items() for form in forms]
    fits: dict[str, list[str]] = {name: [] for name in likely}
    if pairs:
        broken = {
            str(number): FORMATS[form].broken(nw.col(name).cast(nw.String)).any()
            for number, (name, form) in enumerate(pairs)
        }
        answer = nw.from_native(lazy).select(**broken).to_native().collect(engine="streaming").row(0, named=True)
        for number, (name, form) in enumerate(pairs):
            if not answer[str(number)]:
                fits[name].append(form)
    return fits


def _exactly(lazy: pl.LazyFrame, readings: Mapping[str, ColumnReading], seen: Mapping[str, Seen]) -> dict[str, Seen]:
    """Count where an estimate does not do: columns that may be keys, and those with few values."""
    counted = dict(seen)
    kinds = ("string", "integer")
    keys = [name for name, one in seen.items() if readings[name].type in kinds and _seems_unique(name, one)]
    for name in keys:
        # One at a time: the different values of a column are held in memory, as 64-bit hashes.
        column = pl.col(name).drop_nulls()
        exact = lazy.select((column.hash() if readings[name].type == "string" else column).n_unique())
        distinct = exact.collect(engine="streaming").item()
        counted[name] = replace(seen[name], unique=distinct == seen[name].present, distinct=distinct)
    few = [name for name, one in seen.items() if readings[name].type in kinds and one.distinct <= _SEEMS_FEW]
    queries = [lazy.select(pl.col(name).drop_nulls()).group_by(name).len("rows") for name in few]
    frames = pl.collect_all(queries, engine="streaming") if queries else []
    for name, frame in zip(few, frames, strict=True):
        values = dict(frame.iter_rows())
        listed = values if len(values) <= MAX_LISTED else None
        counted[name] = replace(counted[name], values=listed, distinct=len(values))
    return counted


def _seems_unique(name: str, one: Seen) -> bool:
    return one.present > 0 and (one.distinct >= ALMOST_ALL * one.present or keylike(name))
