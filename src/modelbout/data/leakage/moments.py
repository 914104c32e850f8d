"""Time that runs backwards: training rows later than the holdout, inputs later than their own row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.errors import DataError, Place, Problem
from modelbout.results import Leak

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelbout.errors import Level

SHOWN_ROWS: Final = 5  # enough to find the pattern, few enough to read
FEWEST_LATE: Final = 10  # aggregates over fewer rows are not told
LEAST_LATE: Final = 0.01  # of the rows: fewer are slips of the pen
# Words of names that speak of the end of a matter. A name alone is no finding.
AFTERWARDS: Final = re.compile(
    r"(?<![a-z])(?:actual|after|cancel[a-z]*|churned|clos(?:ed|ing)|complet[a-z]*|discharge[a-z]*|end(?:ed|ing)?|final|finish[a-z]*"
    r"|outcome|resol[a-z]*|result[a-z]*|returned|settled|terminat[a-z]*)(?![a-z])"
)


def time_leaks(train: pl.DataFrame, holdout: pl.DataFrame, column: str, *, strict: bool) -> tuple[Leak, ...]:
    """Return the leak that training rows are later than the holdout's earliest row.

    Args:
        train: the training rows.
        holdout: the holdout rows.
        column: the date or time of a row; rows without one do not count.
        strict: whether the split is by time, which makes it an error and not a warning.

    Raises:
        DataError: the column holds neither dates nor times.
    """
    mine, theirs = _moments(train, column), _moments(holdout, column)
    start = theirs.min()
    if start is None:
        return ()
    # A date and a time of that day are not later than one another.
    late = (
        _later(mine, pl.Series([start] * mine.len(), dtype=theirs.dtype))
        if mine.len()
        else pl.Series([], dtype=pl.Boolean)
    )
    count = int(late.sum())
    if not count:
        return ()
    level: Level = "error" if strict else "warn"
    return (
        Leak(
            kind="time leak",
            columns=(column,),
            level=level,
            strength=count / train.height,
            message=f"{count:,} of {train.height:,} training rows are later than the holdout's earliest row:"
            " the model knows a future that it will not know",
            count=count,
            total=train.height,
            rows=tuple((late.arg_true()[:SHOWN_ROWS] + 1).to_list()),
            fix="split by time (`data.split: {by: time, ...}`), so that the holdout is wholly in the future",
        ),
    )


def known_afterwards(train: pl.DataFrame, features: Sequence[str], column: str) -> Iterator[Leak]:
    """Yield a warning for each input that is a date or time later than the moment at which its row is predicted.

    A planned date may rightly lie ahead (the end of a contract), so it is never more than a warning. A name that speaks
    of an end is mentioned, and is no finding of its own.

    Args:
        train: the training rows.
        features: the model's inputs.
        column: the date or time of a row.

    Raises:
        DataError: the column holds neither dates nor times.
    """
    own = _moments(train, column)
    for name in features:
        if name == column or not isinstance(train.schema[name], pl.Date | pl.Datetime):
            continue
        values = _moments(train, name)
        both = int((values.is_not_null() & own.is_not_null()).sum())
        late = _later(values, own)
        count = int(late.sum())
        if count < FEWEST_LATE or count < LEAST_LATE * both:
            continue
        hint = ", and its name speaks of an end" if AFTERWARDS.search(name.lower()) else ""
        yield Leak(
            kind="known afterwards",
            columns=(name,),
            level="warn",
            strength=count / both,
            message=f"`{name}` is later than the row's own `{column}` in {count:,} of {both:,} rows{hint}:"
            " is it known by then?",
            count=count,
            total=both,
            rows=tuple((late.arg_true()[:SHOWN_ROWS] + 1).to_list()),
            fix="name it in `data.exclude`, unless it is a plan that is known at the row's own moment",
        )


def _moments(frame: pl.DataFrame, name: str) -> pl.Series:
    column = frame.get_column(name)
    if not isinstance(column.dtype, pl.Date | pl.Datetime):
        raise DataError(
            Problem(
                found=f"column `{name}` is {column.dtype}, no date and no time",
                allowed="dates or times",
                fix="declare it as `type: date` or `datetime` (with its `format`) in the contract",
                place=Place(key="data.time"),
            )
        )
    return column


def _later(first: pl.Series, second: pl.Series) -> pl.Series:
    """Return where the first is later than the second; by days when one of them has no time of day. Null is not."""
    if isinstance(first.dtype, pl.Date) or isinstance(second.dtype, pl.Date):
        first, second = first.cast(pl.Date), second.cast(pl.Date)
    else:
        first, second = (_instants(column) for column in (first, second))
    return (first > second).fill_null(value=False)


def _instants(column: pl.Series) -> pl.Series:
    return column.dt.cast_time_unit("us").to_physical()
