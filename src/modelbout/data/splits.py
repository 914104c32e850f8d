"""One table becomes training rows and holdout rows, so that no row ever changes side."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np
import polars as pl

from modelbout.catalogue import did_you_mean
from modelbout.data.digests import row_keys, text_hash
from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.config.model import Split

HASH_RANGE: Final = 2**64


def split(frame: pl.DataFrame, split: Split, *, seed_name: str = "holdout") -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the training rows and the holdout rows, each in the table's order.

    By an id, its text is hashed: all rows of one id are on one side, and stay there when the table grows, is
    sorted or is read from other files. By time, rows from the given moment on are the holdout. A side may be empty.

    Args:
        frame: the table, with the column that decides.
        split: what decides, as configured.
        seed_name: names one independent way of dealing the ids out.

    Raises:
        DataError: the column is missing, has nulls, or cannot decide.
    """
    name = (split.column or "") if split.by == "time" else split.by
    if name not in frame.columns:
        _refuse(
            "column" if split.by == "time" else "by",
            f"the table has no column `{name}`.{did_you_mean(name, frame.columns)}",
            "name a column of the table",
        )
    column = frame.get_column(name)
    if column.null_count():
        _refuse(
            "column" if split.by == "time" else "by",
            f"{column.null_count():,} of {frame.height:,} rows have no `{name}`, so they belong to no side",
            "fill the column or drop these rows, and let the contract say `nulls: 0`",
        )
    held = _from_moment(column, split.from_ or "") if split.by == "time" else _by_hash(column, split.holdout, seed_name)
    return frame.filter(~held), frame.filter(held)


def seal_off(frame: pl.DataFrame, share: float, columns: Sequence[str] | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the open rows and the sealed rows of a holdout, each in the table's order.

    Rows with equal values in the columns are in one part, and stay there when the table grows, is sorted or is read
    from other files. A part may be empty.

    Args:
        frame: the holdout.
        share: about how much of it is sealed.
        columns: what decides: a row's entity or id; None for all its columns.

    Raises:
        DataError: a column has a type that no table may have.
    """
    sealed = pl.Series(row_keys(frame, columns) < np.uint64(int(share * HASH_RANGE)), dtype=pl.Boolean)
    return frame.filter(~sealed), frame.filter(sealed)


def _by_hash(column: pl.Series, share: float | None, seed_name: str) -> pl.Series:
    if share is None:
        _refuse("holdout", "the share of the holdout is not given", "add `holdout: 0.2`")
    limit = int(share * HASH_RANGE)
    unique = column.unique()
    chosen = pl.Series([text_hash(text, seed_name) < limit for text in _texts(unique)], dtype=pl.Boolean)
    return column.is_in(unique.filter(chosen).implode())


def _texts(values: pl.Series) -> list[str]:
    # An id must hash alike as 7 in a Parquet file and as 7 in text, and never by a library's way of printing.
    if isinstance(values.dtype, pl.Datetime):
        # pandas writes nanoseconds where Polars writes microseconds: the same moment is the same id.
        values = values.dt.cast_time_unit("us")
    if values.dtype.is_temporal():
        return [str(value) for value in values.to_physical()]
    return [_float_text(value) if isinstance(value, float) else str(value) for value in values]


def _float_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < HASH_RANGE else repr(value)


def _from_moment(column: pl.Series, text: str) -> pl.Series:
    dtype = column.dtype
    if not isinstance(dtype, (pl.Date, pl.Datetime)):
        _refuse(
            "column",
            f"column `{column.name}` is {dtype}, no date and no time",
            "declare it as `type: date` or `datetime` (with its `format`) in the contract",
        )
    moment = _moment(text)
    if isinstance(dtype, pl.Date):
        if moment.tzinfo is not None or (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
            _refuse("from", f"column `{column.name}` has days, but `from` has a time of day", "give the day alone")
        return column >= pl.Series([moment.date()], dtype=pl.Date)
    zone = dtype.time_zone
    if zone is None and moment.tzinfo is not None:
        _refuse("from", f"column `{column.name}` has no time zone, but `from` has an offset", "take the offset off")
    start = pl.Series([moment.replace(tzinfo=None)], dtype=pl.Datetime("us"))
    if zone is not None:
        if moment.tzinfo is not None:
            offset = moment.utcoffset()
            start = (start - offset).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        else:
            start = start.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            if start.null_count():
                _refuse("from", f"that moment does not exist in {zone}: the clocks skip it", "give it with an offset")
    return column >= start.cast(dtype)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _refuse("from", f"`{text}` is no moment in ISO 8601", "write it like 2012-07-01 or 2012-07-01T12:00")
    return moment


def _refuse(key: str, found: str, fix: str) -> NoReturn:
    raise DataError(Problem(found=found, fix=fix, place=Place(key=f"data.split.{key}")))
