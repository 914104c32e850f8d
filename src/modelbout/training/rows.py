"""The file border for rows: Polars here, plain arrays in an .npz (no pickle), pandas in the user's Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelbout.catalogue import did_you_mean
from modelbout.errors import DataError, Place, Problem
from modelbout.manifest import ColumnType
from modelbout.record import Record
from modelbout.training.signature import class_texts, column_type

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from modelbout.manifest import Feature, Signature

# A model that learned from the one may be asked with the other without a change of meaning.
CONVERTIBLE: frozenset[tuple[ColumnType, ColumnType]] = frozenset(
    {("integer", "number"), ("number", "integer"), ("date", "datetime"), ("datetime", "date")}
)


class ColumnSpec(Record, frozen=True):
    """How one column stands in the .npz: its arrays are named by its position."""

    name: str
    type: ColumnType
    timezone: str | None = None


def features(frame: pl.DataFrame, signature: Signature) -> pl.DataFrame:
    """Return the model's inputs from the frame, in the signature's order and types.

    Raises:
        DataError: a column is missing, or has a type that the model did not learn from.
    """
    problems = []
    columns = []
    for feature in signature.inputs:
        if feature.name not in frame.columns:
            problems.append(
                Problem(
                    found=f"the rows have no column {feature.name!r}.{did_you_mean(feature.name, frame.columns)}",
                    allowed="every input of the model",
                    fix="add the column, or train a model without it",
                    place=Place(key=feature.name),
                )
            )
            continue
        series, problem = _as_learned(frame[feature.name], feature)
        columns.append(series)
        problems += [problem] if problem else []
    if problems:
        raise DataError(*problems)
    return pl.DataFrame(columns)


def _as_learned(series: pl.Series, feature: Feature) -> tuple[pl.Series, Problem | None]:
    if series.null_count() == series.len():
        return pl.Series(series.name, [None] * series.len(), _DTYPES[feature.type]), None
    found = column_type(series)
    if found != feature.type and (found, feature.type) not in CONVERTIBLE:
        return series, Problem(
            found=f"column {feature.name!r} is of type {found} here",
            allowed=f"{feature.type}, as in the training rows",
            fix=f"read it as {feature.type}: declare the type in the data contract; in Python, convert the column",
            place=Place(key=feature.name),
        )
    if found == "integer" and feature.type == "number":
        series = series.cast(pl.Float64)
    return series, None


_DTYPES: dict[ColumnType, pl.DataType] = {
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "string": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}


def write_rows(path: Path, frame: pl.DataFrame, *, target: NDArray[np.generic] | None = None) -> tuple[ColumnSpec, ...]:
    """Write the rows as an .npz of :func:`arrays`, the target as ``y``, and return how to read them.

    Raises:
        DataError: a number does not fit into 64 bits.
        OSError: the disk refuses.
    """
    specs, parts = arrays(frame)
    if target is not None:
        parts["y"] = target
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **parts)
    return specs


def arrays(frame: pl.DataFrame) -> tuple[tuple[ColumnSpec, ...], dict[str, NDArray[np.generic]]]:
    """Return the rows as plain arrays, and how to read them.

    Column ``i`` is ``v{i}`` (int64, float64, bool, or microseconds since 1970 as int64); text is ``c{i}`` (codes,
    int32, -1 = missing) into texts that are UTF-8 ``b{i}`` cut at ``o{i}``. ``m{i}`` is true where a value is missing
    (absent when none is). ``rows`` is their number.

    Raises:
        DataError: a number does not fit into 64 bits.
    """
    parts: dict[str, NDArray[np.generic]] = {"rows": np.array([frame.height], np.int64)}
    specs = []
    for position, series in enumerate(frame.get_columns()):
        kind = column_type(series)
        timezone = series.dtype.time_zone if isinstance(series.dtype, pl.Datetime) else None
        specs.append(ColumnSpec(name=series.name, type=kind, timezone=timezone))
        if kind == "string":
            parts |= _text_arrays(series.cast(pl.String), position)
            continue
        if series.null_count():
            parts[f"m{position}"] = series.is_null().to_numpy()
        parts[f"v{position}"] = _numbers(series, kind)
    return tuple(specs), parts


def _numbers(series: pl.Series, kind: ColumnType) -> NDArray[np.generic]:
    if kind == "number":
        return series.cast(pl.Float64).fill_null(0.0).to_numpy()
    if kind == "boolean":
        return series.fill_null(value=False).to_numpy()
    if kind in ("date", "datetime"):
        return series.cast(pl.Datetime("us")).to_physical().fill_null(0).to_numpy()
    try:
        return series.cast(pl.Int64, strict=True).fill_null(0).to_numpy()
    except pl.exceptions.PolarsError as error:
        raise DataError(
            Problem(
                found=f"column {series.name!r} holds whole numbers beyond 64 bits",
                allowed="-2^63 to 2^63 - 1",
                fix="read it as a string or a number (contract), or add it to `data.exclude`",
                place=Place(key=series.name),
            )
        ) from error


def _text_arrays(series: pl.Series, position: int) -> dict[str, NDArray[np.generic]]:
    texts = series.drop_nulls().unique().sort()
    codes = (
        series.replace_strict(texts, pl.Series(range(texts.len()), dtype=pl.Int32), default=-1) if texts.len() else None
    )
    encoded = [text.encode() for text in texts.to_list()]
    return {
        f"c{position}": np.full(series.len(), -1, np.int32) if codes is None else codes.fill_null(-1).to_numpy(),
        f"b{position}": np.frombuffer(b"".join(encoded), np.uint8),
        f"o{position}": np.cumsum([0, *(len(text) for text in encoded)], dtype=np.int64),
    }


def target_values(series: pl.Series, signature: Signature) -> list[str | int | float | bool]:
    """Return the class values in the target's own type, in the order of ``signature.classes``.

    Dates, and whatever else JSON has no type for, come as text; so do all when one has a fraction, which scikit-learn
    refuses as a class.
    """
    if signature.target_type not in ("integer", "number", "boolean"):
        return list(signature.classes)
    own = series.unique()
    if own.dtype.is_decimal():
        own = own.cast(pl.Float64)
    if own.dtype.is_float() and (own != own.round(0)).any():
        return list(signature.classes)
    values: dict[str, str | int | float | bool] = dict(zip(class_texts(own).to_list(), own.to_list(), strict=True))
    return [values[text] for text in signature.classes]
