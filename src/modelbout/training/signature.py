"""What goes into the model and what comes out, read off the training rows; the target as codes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelbout.catalogue import did_you_mean
from modelbout.errors import ConfigError, DataError, Place, Problem
from modelbout.manifest import Feature, Signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelbout.config.model import Data
    from modelbout.manifest import ColumnType, Task

MAX_CLASSES = 1000  # ours: predictions are rows x classes; ImageNet has 1,000, a table's target has a few dozen
MIN_CLASSES = 2
SHOWN_CLASSES = 10  # ours: enough to recognise a target by


def signature(train: pl.DataFrame, data: Data, task: Task, forbidden: Sequence[str] = ()) -> Signature:
    """Read the model's signature off the training rows.

    Inputs are all columns except the target, ``data.id``, ``data.exclude``, ``forbidden`` and the
    column that splits by id, in the table's order.

    Raises:
        DataError: no rows, no inputs, a column of a type that no model takes, a target with missing or infinite
            values, or classes that do not fit the task.
        ConfigError: ``data.positive`` is not one of the target's values.
    """
    if data.target not in train.columns:
        raise DataError(_no_column(data.target, train.columns, key="data.target"))
    if train.height == 0:
        raise DataError(
            Problem(
                found="there are no training rows",
                allowed="at least one",
                fix="look at `data.source` and `data.split`",
                place=Place(key="data"),
            )
        )
    if data.target in forbidden:
        raise ConfigError(
            Problem(
                found=f"the target {data.target!r} is forbidden",
                allowed="a target that a model may know",
                fix="narrow `policy.forbidden`, or predict another column",
                place=Place(key="policy.forbidden"),
            )
        )
    taken = {data.target, data.id, *data.exclude, *forbidden}
    if data.split is not None and not data.split.timed:
        taken.add(data.split.by)
    names = [name for name in train.columns if name not in taken]
    if not names:
        raise DataError(
            Problem(
                found="no column is left as an input of the model",
                allowed="at least one column besides target, id and excluded ones",
                fix="shorten `data.exclude` or `policy.forbidden`",
                place=Place(key="data.exclude"),
            )
        )
    inputs = tuple(
        Feature(name=name, type=column_type(train[name]), nullable=train[name].null_count() > 0) for name in names
    )
    target = train[data.target]
    _require_complete(target)
    if task == "regression":
        _require_numbers(target)
        return Signature(inputs=inputs, target=data.target, target_type=column_type(target))
    classes = _classes(target, task)
    return Signature(
        inputs=inputs,
        target=data.target,
        target_type=column_type(target),
        classes=classes,
        positive=_positive(data, classes) if task == "binary" else None,
    )


def column_type(series: pl.Series) -> ColumnType:
    """Return the column's type in the words of signature and contract.

    Raises:
        DataError: lists, structs, bytes, durations and other things that no model takes.
    """
    dtype = series.dtype
    if dtype == pl.Boolean:
        return "boolean"
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal() or dtype == pl.Null:
        return "number"
    if dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum):
        return "string"
    if dtype == pl.Date:
        return "date"
    if isinstance(dtype, pl.Datetime):
        return "datetime"
    raise DataError(
        Problem(
            found=f"column {series.name!r} has type {dtype}",
            allowed="numbers, text, booleans, dates and times",
            fix=f"add {series.name!r} to `data.exclude`, or turn it into plain columns",
            place=Place(key="data"),
        )
    )


def class_texts(series: pl.Series) -> pl.Series:
    """Return a target's values as text, the form in which classes are named; nulls stay null.

    A whole number has no fraction (``1.0`` is ``1``), a boolean is ``true`` or ``false``.
    """
    if series.dtype.is_float():
        whole = series.is_finite() & (series == series.round(0)) & (series.abs() < 2**53)
        texts = series.cast(pl.String)
        return pl.select(
            pl.when(whole).then(series.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(texts)
        ).to_series()
    return series.cast(pl.String)


def class_text(value: str | float | bool) -> str:  # noqa: FBT001 -- a value of the configuration, not a switch
    """Return one value of the configuration (``data.positive``) in the form of :func:`class_texts`."""
    return str(class_texts(pl.Series([value]))[0])


def truth(rows: pl.DataFrame, signature: Signature) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the rows' true answers: codes into ``signature.classes``, or float64 for regression.

    Raises:
        DataError: the target is not there, is missing or infinite in some rows, or holds a class that no training
            row had.
    """
    if signature.target not in rows.columns:
        raise DataError(_no_column(signature.target, rows.columns, key="data.target"))
    target = rows[signature.target]
    _require_complete(target)
    if not signature.classes:
        _require_numbers(target)
        return target.cast(pl.Float64).to_numpy().astype(np.float64)
    texts = class_texts(target)
    codes = texts.replace_strict(
        list(signature.classes), list(range(len(signature.classes))), default=-1, return_dtype=pl.Int64
    ).to_numpy()
    strange = codes < 0
    if strange.any():
        count = texts.filter(pl.Series(strange)).n_unique()
        raise DataError(
            Problem(
                found=f"{int(strange.sum())} of {rows.height} rows have a {signature.target!r} that no training row"
                f" had ({count} unseen {'class' if count == 1 else 'classes'})",
                allowed=_shown(signature.classes),
                fix="mend the target's spelling, or split so that every class is among the training rows",
                place=Place(key="data.target"),
            )
        )
    return codes.astype(np.int64)


def _classes(target: pl.Series, task: Task) -> tuple[str, ...]:
    found = tuple(sorted(class_texts(target).unique().to_list()))
    place = Place(key="data.target")
    if len(found) < MIN_CLASSES:
        raise DataError(
            Problem(
                found=f"every training row has the same {target.name!r}",
                allowed="at least two classes",
                fix="look at `data.target` and at how the rows are split",
                place=place,
            )
        )
    if task == "binary" and len(found) != MIN_CLASSES:
        raise DataError(
            Problem(
                found=f"the target {target.name!r} has {len(found)} values",
                allowed="two for `task: binary`",
                fix="say `task: multiclass` (or `regression`), or mend the target",
                place=place,
            )
        )
    if len(found) > MAX_CLASSES:
        raise DataError(
            Problem(
                found=f"the target {target.name!r} has {len(found)} values",
                allowed=f"at most {MAX_CLASSES} classes",
                fix="say `task: regression` if it is a number, or group the values",
                place=place,
            )
        )
    return found


def _positive(data: Data, classes: tuple[str, ...]) -> str:
    place = Place(key="data.positive")
    if data.positive is None:
        raise ConfigError(
            Problem(
                found="`data.positive` is missing",
                allowed=_shown(classes),
                fix="name the target's positive value",
                place=place,
            )
        )
    text = class_text(data.positive)
    if text not in classes:
        raise ConfigError(
            Problem(
                found=f"the target has no value {text!r}.{did_you_mean(text, classes)}",
                allowed=_shown(classes),
                fix="name one of the target's values",
                place=place,
            )
        )
    return text


def _shown(classes: tuple[str, ...]) -> str:
    rest = len(classes) - SHOWN_CLASSES
    return ", ".join(repr(name) for name in classes[:SHOWN_CLASSES]) + (f" and {rest} more" if rest > 0 else "")


def _require_complete(target: pl.Series) -> None:
    missing = target.null_count()
    if target.dtype.is_float():
        missing += int(target.is_nan().sum())
    if missing:
        raise DataError(
            Problem(
                found=f"the target {target.name!r} is missing in {missing} of {target.len()} rows",
                allowed="a target in every row",
                fix="leave these rows out, or find their answers",
                place=Place(key="data.target"),
            )
        )


def _require_numbers(target: pl.Series) -> None:
    place = Place(key="data.target")
    if column_type(target) not in ("integer", "number"):
        raise DataError(
            Problem(
                found=f"the target {target.name!r} is of type {column_type(target)}",
                allowed="a number for `task: regression`",
                fix="say `task: binary` or `multiclass`, or mend the column",
                place=place,
            )
        )
    infinite = int(target.is_infinite().sum()) if target.dtype.is_float() else 0
    if infinite:
        raise DataError(
            Problem(
                found=f"the target {target.name!r} is infinite in {infinite} of {target.len()} rows",
                allowed="finite numbers",
                fix="leave these rows out, or mend them",
                place=place,
            )
        )


def _no_column(name: str, columns: list[str], *, key: str) -> Problem:
    return Problem(
        found=f"the rows have no column {name!r}.{did_you_mean(name, columns)}",
        allowed="a column of the table",
        fix="name the target's column",
        place=Place(key=key),
    )
