"""Golden rows: a few rows that are nobody's, with the model's answers on the day it was trained."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl

from modelbout.errors import BundleError, Place, Problem, cause
from modelbout.manifest import ColumnType
from modelbout.predictions import Predictions
from modelbout.record import Record, from_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.manifest import Signature

GOLDEN_ROWS = 20  # ours: enough that a changed tree or a swapped category shows, and small to score at each load
COMMON = 10  # a text that fewer rows share may point at a person; the profile keeps the same limit
# Another BLAS or another processor changes the last digits; a changed model changes the first ones.
RELATIVE_TOLERANCE = 1e-6
ABSOLUTE_TOLERANCE = 1e-8


class GoldenColumn(Record, frozen=True):
    """One input column of the golden rows; dates are ISO text, NaN and infinities are texts too."""

    name: str
    type: ColumnType
    values: tuple[bool | int | float | str | None, ...]
    timezone: str | None = None


class Golden(Record, frozen=True):
    """The content of golden.json; of the answers, only those that the task and the model have."""

    columns: tuple[GoldenColumn, ...]
    label: tuple[int, ...] | None = None
    proba: tuple[tuple[float, ...], ...] | None = None
    value: tuple[float, ...] | None = None


def golden_rows(inputs: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Return up to ``GOLDEN_ROWS`` rows made of the inputs' columns, each shuffled on its own.

    No row of the result is a row of a person. Of texts, those that at least ``COMMON`` rows share are taken, when
    there are any. The same rows in the same order and the same seed give the same result.
    """
    generator = np.random.default_rng(seed)
    count = min(GOLDEN_ROWS, inputs.height)
    columns = []
    for series in inputs.get_columns():
        pool = series
        if series.dtype == pl.String or isinstance(series.dtype, pl.Categorical | pl.Enum):
            pool = series.cast(pl.String)
            counted = pool.value_counts(name="rows")
            shared = pool.is_in(counted.filter(pl.col("rows") >= COMMON)[series.name].implode())
            pool = pool.filter(shared) if shared.any() else pool
        columns.append(pool.gather(generator.integers(0, pool.len(), size=count)).alias(series.name))
    return pl.DataFrame(columns)


def remember(rows: pl.DataFrame, answers: Predictions, signature: Signature) -> Golden:
    """Return the golden rows and the model's answers on them as a record."""
    types = {feature.name: feature.type for feature in signature.inputs}
    columns = []
    for series in rows.get_columns():
        timezone = series.dtype.time_zone if isinstance(series.dtype, pl.Datetime) else None
        values = tuple(_plain(value) for value in series.to_list())
        columns.append(GoldenColumn(name=series.name, type=types[series.name], values=values, timezone=timezone))
    return Golden(
        columns=tuple(columns),
        label=None if answers.label is None else tuple(answers.label.tolist()),
        proba=None if answers.proba is None else tuple(tuple(row) for row in answers.proba.tolist()),
        value=None if answers.value is None else tuple(answers.value.tolist()),
    )


def _plain(value: object) -> bool | int | float | str | None:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    # A datetime is a date too; what is left is a decimal.
    return value.isoformat() if isinstance(value, date) else float(str(value))


def recall(golden: Golden) -> tuple[pl.DataFrame, Predictions]:
    """Return the rows and the answers of that day.

    Raises:
        BundleError: the record holds something else than golden rows.
    """
    try:
        frame = pl.DataFrame([_series(column) for column in golden.columns])
        answers = Predictions(
            label=None if golden.label is None else np.array(golden.label, np.int64),
            proba=None if golden.proba is None else np.array(golden.proba, np.float64),
            value=None if golden.value is None else np.array(golden.value, np.float64),
        )
    except (pl.exceptions.PolarsError, ValueError, TypeError, OverflowError) as error:
        raise BundleError(_unreadable(cause(error))) from error
    return frame, answers


def _series(column: GoldenColumn) -> pl.Series:
    values: list[object] = list(column.values)
    if column.type == "number":
        return pl.Series(column.name, [None if v is None else float(v) for v in column.values], pl.Float64)
    if column.type == "date":
        return pl.Series(column.name, [None if v is None else date.fromisoformat(str(v)) for v in values], pl.Date)
    if column.type == "datetime":
        moments = [None if v is None else datetime.fromisoformat(str(v)) for v in values]
        plain = pl.Series(column.name, moments, pl.Datetime("us", "UTC" if column.timezone else None))
        return plain.dt.convert_time_zone(column.timezone) if column.timezone else plain
    kinds = {"integer": pl.Int64(), "string": pl.String(), "boolean": pl.Boolean()}
    return pl.Series(column.name, values, kinds[column.type], strict=True)


def read_golden(data: bytes) -> Golden:
    """Read golden.json.

    Raises:
        BundleError: it is no such file.
    """
    try:
        return from_json(data, Golden)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BundleError(_unreadable(cause(error))) from error


def _unreadable(reason: str) -> Problem:
    return Problem(
        found=f"golden.json cannot be read: {reason}",
        fix="fetch the bundle again, or train again",
        place=Place(file="golden.json"),
    )


def differing(then: Predictions, now: Predictions) -> int:
    """Return how many golden rows are answered otherwise than on the day of training: see :func:`otherwise`."""
    return int(otherwise(then, now).sum()) if then.rows else int(now.rows > 0)


def otherwise(then: Predictions, now: Predictions) -> NDArray[np.bool_]:
    """Return which of the rows of ``then``, shape (n,), are answered otherwise now.

    Labels must be equal; probabilities and values equal within ``RELATIVE_TOLERANCE`` and ``ABSOLUTE_TOLERANCE``.
    A part that one side lacks, or another number of rows, counts as all rows.
    """
    wrong = np.zeros(then.rows, dtype=bool)
    for old, new in ((then.label, now.label), (then.proba, now.proba), (then.value, now.value)):
        if old is None and new is None:
            continue
        if old is None or new is None or old.shape != new.shape:
            return np.ones(then.rows, dtype=bool)
        if old.dtype.kind == "i":
            wrong |= old != new
        else:
            close = np.isclose(new, old, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE)
            wrong |= ~(close if close.ndim == 1 else close.all(axis=1))
    return wrong
