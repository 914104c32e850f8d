"""What samples of one table say of it: the numbers from which rules are drafted, worked out in a few passes each."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from modelbout.contract import shapes
from modelbout.contract.formats import FORMATS
from modelbout.contract.keys import compound, counts_rows, keylike, names_rows
from modelbout.contract.retyping import FIRST_ROWS, batches, retyped
from modelbout.data.table import engine_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from modelbout.contract.retyping import Retyped
    from modelbout.data.reading import ColumnReading
    from modelbout.data.sources import Scan

# Ours: more values than this are no set that a person reviews.
MAX_LISTED: Final = 20
# The same threshold below which reports suppress a group: a rarer value may be a person's, or a slip.
MIN_VALUE_ROWS: Final = 10
# Ours: measurements and prices have up to four digits after the point; more are computed.
MOST_DECIMALS: Final = 4
# Half of what the check `decimals` lets pass: the trace of a few additions in a 64-bit float.
DOUBLE: Final = 2 * sys.float_info.epsilon
# Three standard deviations: one sample in 700 lies beyond, by the normal distribution.
SIGMAS: Final = 3.0
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

    @property
    def present(self) -> int:
        """Return the rows with a value."""
        return self.rows - self.nulls


@dataclass(frozen=True)
class Evidence:
    """What was seen of one column in all samples.

    Attributes:
        reading: the type that all its values have, with the format of a date.
        rows: rows of all samples that have the column.
        nulls: those without a value, NaN among them.
        infinite: rows with an infinite number.
        distinct: different values, estimated to about 2 %, of the sample with the most.
        low: the smallest value (numbers, dates), None for others or where there is none.
        high: the largest value.
        values: each value with the number of its rows, most frequent first, when there are few; else empty.
        twins: more than one date format fits, so none was chosen.
        fewest: values in the sample with the fewest.
        null_share: the largest share of rows without a value in any sample.
        null_noise: how much larger it may be in the next sample by chance, at the most in any sample.
        unique: whether each value stands in one row of each sample.
        newcomers: the largest share of a sample's values that no earlier sample had.
        rare: the largest share of a sample's values that are seen in fewer than ``MIN_VALUE_ROWS`` rows of all.
        required: whether every sample has the column.
        shortest: characters of the shortest text.
        longest: characters of the longest text.
        decimals: digits after the point that numbers need; None for more than ``MOST_DECIMALS``.
        form: the named format that all texts have.
        pattern: the regular expression that was generalised from the texts.
        highs: the largest value of each sample, in their order.
    """

    reading: ColumnReading
    rows: int
    nulls: int = 0
    infinite: int = 0
    distinct: int = 0
    low: Any = None
    high: Any = None
    values: tuple[tuple[object, int], ...] = ()
    twins: tuple[str, ...] = ()
    fewest: int = 0
    null_share: float = 0.0
    null_noise: float = 0.0
    unique: bool = False
    newcomers: float = 0.0
    rare: float = 0.0
    required: bool = True
    shortest: int = 0
    longest: int = 0
    decimals: int | None = None
    form: str | None = None
    pattern: str | None = None
    highs: tuple[Any, ...] = ()

    @property
    def present(self) -> int:
        """Return the rows with a value."""
        return self.rows - self.nulls


@dataclass(frozen=True)
class Sample:
    """What was seen of one table.

    Attributes:
        rows: of each sample.
        columns: in file order.
        missing: the texts that stand for "no value".
        delimiter: of a text file.
        encoding: of a text file.
        key: columns that differ in each row only together.
    """

    rows: tuple[int, ...]
    columns: tuple[Evidence, ...]
    missing: tuple[str, ...]
    delimiter: str | None
    encoding: str | None
    key: tuple[str, ...] = ()


def look(scans: Sequence[Scan]) -> Sample:
    """Look at samples of one table, the oldest first, whose types were worked out by ``scan``.

    Raises:
        DataError: the rows cannot be read, or the samples cannot be of one table.
    """
    table = retyped(scans)
    with engine_errors(scans[0]):
        seen = [
            _measured(lazy, {name: table.readings[name] for name in scan.columns})
            for lazy, scan in zip(table.tables, scans, strict=True)
        ]
        columns = tuple(_merged(table, name, [one.get(name) for one in seen]) for name in table.readings)
        columns = tuple(_with_pattern(one, table) for one in columns)
        named = [one for one in columns if names_rows(one)]
        key = () if any(not counts_rows(one) for one in named) else compound(table.tables, columns)
    return Sample(
        rows=tuple(next(iter(one.values())).rows if one else 0 for one in seen),
        columns=columns,
        missing=table.missing,
        delimiter=scans[0].delimiters[0] if scans[0].delimiters else None,
        encoding=scans[0].reading.encoding,
        key=key,
    )


def _measured(lazy: pl.LazyFrame, readings: Mapping[str, ColumnReading]) -> dict[str, Seen]:
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
    yield "distinct", value.drop_nulls().approx_n_unique()
    if reading.type == "number":
        digits = _digits(first.cast(pl.Float64))
        if digits is not None:
            yield f"decimals {digits}", _beyond(value, digits).any()
    if reading.type == "string":
        yield "shortest", column.str.len_chars().min()
        yield "longest", column.str.len_chars().max()


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


def _merged(table: Retyped, name: str, samples: Sequence[Seen | None]) -> Evidence:
    """Return what all samples say of a column: what differs between them widens it."""
    seen = [one for one in samples if one is not None]
    lows = [one.low for one in seen if one.low is not None]
    highs = [one.high for one in seen if one.high is not None]
    with_texts = [one for one in seen if one.present]
    digits = [one.decimals for one in with_texts]
    forms = {one.form for one in with_texts}
    lists = [one.values for one in seen]
    values, newcomers = _union(lists)
    seldom = {value for value, rows in values if rows < MIN_VALUE_ROWS}
    return Evidence(
        reading=table.readings[name],
        rows=sum(one.rows for one in seen),
        nulls=sum(one.nulls for one in seen),
        infinite=sum(one.infinite for one in seen),
        distinct=max(len(values), *(one.distinct for one in seen)),
        low=min(lows, default=None),
        high=max(highs, default=None),
        values=values,
        twins=table.twins.get(name, ()),
        fewest=min(one.present for one in seen),
        null_share=max(one.nulls / one.rows if one.rows else 0.0 for one in seen),
        null_noise=max(_noise(one.nulls) / one.rows if one.nulls else 0.0 for one in seen),
        unique=all(one.unique for one in seen),
        newcomers=newcomers,
        rare=max((_share(seldom, one) for one in lists if one), default=0.0) if values else 0.0,
        required=len(seen) == len(samples),
        shortest=min((one.shortest for one in with_texts), default=0),
        longest=max((one.longest for one in with_texts), default=0),
        decimals=None if None in digits or not digits else max(one for one in digits if one is not None),
        form=forms.pop() if len(forms) == 1 else None,
        highs=tuple(one.high for one in seen),
    )


def _noise(count: int) -> float:
    """Return by how much a count may be exceeded in another sample: three deviations of the difference of two counts.

    Each count of rare rows varies like a Poisson variable, by the root of its mean; one more keeps small counts apart
    from zero (Przyborowski and Wilenski, Biometrika 31, 1940, compare two such counts).
    """
    return SIGMAS * math.sqrt(2 * (count + 1))


def _union(samples: Sequence[Mapping[object, int] | None]) -> tuple[tuple[tuple[object, int], ...], float]:
    """Return all values with their rows, and the largest share of a sample that no earlier one had."""
    known: dict[object, int] = {}
    newcomers = 0.0
    for values in samples:
        if values is None:
            return (), 0.0
        new = sum(rows for value, rows in values.items() if value not in known)
        if known and values:
            newcomers = max(newcomers, new / sum(values.values()))
        for value, rows in values.items():
            known[value] = known.get(value, 0) + rows
    if len(known) > MAX_LISTED:
        return (), newcomers
    return tuple(sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))), newcomers


def _share(of: Collection[object], values: Mapping[object, int]) -> float:
    return sum(rows for value, rows in values.items() if value in of) / sum(values.values())


def _with_pattern(evidence: Evidence, table: Retyped) -> Evidence:
    """Return the evidence with the form of the texts, where they are many and no values to be listed."""
    name = evidence.reading.name
    if evidence.reading.type != "string" or evidence.form or evidence.distinct < shapes.MIN_EXAMPLES:
        return evidence
    having = [lazy.select(pl.col(name).cast(pl.String)) for lazy in table.tables if name in lazy.collect_schema()]
    whole = pl.concat(having) if len(having) > 1 else having[0]
    made = shapes.candidate(whole.head(FIRST_ROWS).collect()[name])
    return evidence if made is None else replace(evidence, pattern=shapes.generalised(whole, name, made, evidence.rows))
