"""Hostile inputs: values that no training row had, but that a service meets one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelbout.manifest import Feature, Signature

ROWS: Final = 5  # each probe asks so many rows: one alone may be odd already
MOST_INPUTS: Final = 200  # about 700 requests of some milliseconds
RANGES: Final = 1_000.0  # so many times the range beyond it: a unit that was mistaken, such as grams for kilograms
LARGEST_INTEGER: Final = 2**62  # within 64 bits
LONG_TEXT: Final = "x" * 10_000  # ours: a page of text in a field for a word
UNSEEN: Final = "modelbout: never seen"
MISSING: Final = "missing values"
ALL_MISSING: Final = "all values missing"
_PAST, _FUTURE = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Hostile:
    """What is asked.

    Attributes:
        base: the rows into which values are put.
        values: as many rows; each column is what is put in somewhere.
        probes: for each request, the column of ``values`` that is put into each input.
        kinds: for each request, the trouble and the input; no input for trouble in all of them.
    """

    base: pl.DataFrame
    values: pl.DataFrame
    probes: tuple[Mapping[str, str], ...]
    kinds: tuple[tuple[str, str | None], ...]

    def failed(self, survived: tuple[bool, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return each trouble that was not survived, with its inputs, in the order of the probes."""
        found: dict[str, tuple[str, ...]] = {}
        for (kind, name), fine in zip(self.kinds, survived, strict=True):
            if not fine:
                found[kind] = found.get(kind, ()) + (() if name is None else (name,))
        return tuple(found.items())


def hostile(inputs: pl.DataFrame, signature: Signature) -> Hostile:
    """Return the requests for some rows of the model's inputs.

    Args:
        inputs: rows in the signature's columns and types; ranges and known texts are taken from all of them.
        signature: the model's.
    """
    base = inputs.head(ROWS)
    rows = base.height
    features = signature.inputs[:MOST_INPUTS]
    columns: list[pl.Series] = []
    probes: list[Mapping[str, str]] = []
    kinds: list[tuple[str, str | None]] = []
    gone: dict[str, str] = {}
    for feature in features:
        for kind, value in _troubles(inputs[feature.name], feature):
            name = str(len(columns))
            columns.append(value.new_from_index(0, rows).alias(name))
            probes.append({feature.name: name})
            kinds.append((kind, feature.name))
            if kind == MISSING:
                gone[feature.name] = name
    if len(features) == len(signature.inputs) > 1:
        probes.append(gone)
        kinds.append((ALL_MISSING, None))
    return Hostile(base, pl.DataFrame(columns), tuple(probes), tuple(kinds))


def _troubles(series: pl.Series, feature: Feature) -> Iterator[tuple[str, pl.Series]]:
    """Yield each trouble that a column can have, with the value as a series of one."""
    if feature.type == "string":
        known = set(series.cast(pl.String).unique().to_list())
        unseen = UNSEEN
        while unseen in known:
            unseen += "!"
        yield MISSING, pl.Series([None], dtype=pl.String)
        yield "unseen text", pl.Series([unseen])
        yield "empty text", pl.Series([""])
        yield "long text", pl.Series([LONG_TEXT])
        return
    if feature.type in ("integer", "number"):
        yield from _numbers(series, whole=feature.type == "integer")
        return
    yield MISSING, pl.Series([None], dtype=series.dtype)
    if feature.type in ("date", "datetime"):
        for kind, moment in (("long ago", _PAST), ("far ahead", _FUTURE)):
            yield kind, _moment(moment, series.dtype)


def _numbers(series: pl.Series, *, whole: bool) -> Iterator[tuple[str, pl.Series]]:
    dtype = pl.Int64() if whole else pl.Float64()
    yield MISSING, pl.Series([None], dtype=dtype)
    numbers = series.cast(pl.Float64).drop_nulls().to_numpy()
    finite = numbers[np.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    reach = RANGES * (high - low or max(abs(high), 1.0))
    for kind, number in (("far below", low - reach), ("far above", high + reach)):
        value = int(max(min(number, LARGEST_INTEGER), -LARGEST_INTEGER)) if whole else number
        yield kind, pl.Series([value], dtype=dtype)


def _moment(moment: datetime, dtype: pl.DataType) -> pl.Series:
    if dtype == pl.Date:
        return pl.Series([date(moment.year, moment.month, moment.day)])
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    return pl.Series([moment if zone else moment.replace(tzinfo=None)]).cast(dtype)
