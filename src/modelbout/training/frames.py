"""Rows from a caller's hands: pandas, Polars and other frames, lists and dictionaries become one Polars frame."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl

from modelbout.catalogue import did_you_mean
from modelbout.errors import DataError, Place, Problem, cause

if TYPE_CHECKING:
    from modelbout.manifest import Signature

ALLOWED = "a pandas, Polars or other eager frame, a dictionary of lists, or a list of dictionaries"


def as_polars(rows: object, signature: Signature) -> pl.DataFrame:
    """Return the rows as a Polars frame that has at least the model's inputs.

    Args:
        rows: what ``ALLOWED`` says; a column may have values that are missing as None or NaN.
        signature: what the model needs.

    Raises:
        DataError: it is something else, a column is missing or of unequal length, or mixes types.
    """
    names = [feature.name for feature in signature.inputs]
    if isinstance(rows, pl.DataFrame):
        return rows
    if isinstance(rows, Mapping):
        columns: Mapping[str, Sequence[object]] = {name: list(values) for name, values in rows.items()}
        return _frame({name: columns[name] for name in _present(names, list(columns))})
    if isinstance(rows, Sequence) and not isinstance(rows, str | bytes):
        return _from_records(rows, names)
    try:
        frame = nw.from_native(rows, eager_only=True)  # type: ignore[call-overload]
    except TypeError as error:
        raise DataError(_problem(f"rows of type {type(rows).__name__} cannot be read", allowed=ALLOWED)) from error
    return pl.DataFrame([_column(frame[name]) for name in _present(names, frame.columns)])


def _from_records(rows: Sequence[object], names: Sequence[str]) -> pl.DataFrame:
    records = [row for row in rows if isinstance(row, Mapping)]
    if len(records) != len(rows):
        raise DataError(_problem("a row in the list is no dictionary", allowed=ALLOWED))
    known = list(dict.fromkeys(name for record in records for name in record)) if records else names
    return _frame({name: [record.get(name) for record in records] for name in _present(names, known)})


def _present(names: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    missing = [name for name in names if name not in known]
    if missing:
        raise DataError(
            *(
                _problem(
                    f"the rows have no column {name!r}.{did_you_mean(name, known)}",
                    allowed="every input of the model (manifest.signature.inputs)",
                    key=name,
                )
                for name in missing
            )
        )
    return names


def _frame(columns: Mapping[str, Sequence[object]]) -> pl.DataFrame:
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise DataError(_problem("the columns are of unequal length", allowed="one value a row in each column"))
    return pl.DataFrame([_series(name, values) for name, values in columns.items()])


def _column(column: nw.Series[Any]) -> pl.Series:
    name = column.name
    if column.dtype.is_float() or (column.dtype.is_numeric() and not column.is_null().any()):
        return pl.Series(name, np.asarray(column.to_numpy()))
    return _series(name, column.to_list())


def _series(name: str, values: Sequence[object]) -> pl.Series:
    plain = [_plain(value) for value in values]
    if any(isinstance(value, float) for value in plain):
        plain = [float(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in plain]
    try:
        series = pl.Series(name, plain, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise DataError(_mixed(name)) from error
    if series.dtype == pl.Object:
        raise DataError(_mixed(name))
    return series


def _plain(value: object) -> object:
    """Return a Python value; everything that means missing is None."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    return None if isinstance(value, float) and math.isnan(value) else value


def _mixed(name: str) -> Problem:
    found = f"column {name!r} mixes types, or holds what no model takes"
    return _problem(found, allowed="one type of value a column: number, text, boolean, date or time", key=name)


def _problem(found: str, *, allowed: str, key: str | None = None) -> Problem:
    return Problem(found=cause(found), allowed=allowed, fix="mend the rows that you ask with", place=Place(key=key))
