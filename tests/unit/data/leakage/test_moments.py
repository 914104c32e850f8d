from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from modelbout.data.leakage.moments import known_afterwards, time_leaks
from modelbout.errors import DataError

DAY = dt.datetime(2024, 1, 1)  # noqa: DTZ001 -- columns without a time zone are what is tested


def hours(*values: int | None, name: str = "t") -> pl.DataFrame:
    moments = [None if value is None else DAY + dt.timedelta(hours=value) for value in values]
    return pl.DataFrame({name: moments}, schema={name: pl.Datetime("us")})


def test_training_rows_later_than_the_holdout_are_counted() -> None:
    train, holdout = hours(1, 30, None, 50, 60, 70, 80, 90), hours(None, 48, 49)
    (leak,) = time_leaks(train, holdout, "t", strict=True)
    assert (leak.kind, leak.level, leak.columns) == ("time leak", "error", ("t",))
    assert (leak.count, leak.total, leak.rows) == (5, 8, (4, 5, 6, 7, 8))
    assert leak.message.startswith("5 of 8 training rows are later than the holdout's earliest row")
    (leak,) = time_leaks(train, holdout, "t", strict=False)
    assert leak.level == "warn"


def test_time_that_runs_forwards_is_fine() -> None:
    assert time_leaks(hours(1, 2, 3), hours(3, 4), "t", strict=True) == ()
    assert time_leaks(hours(1, 2), hours(None), "t", strict=True) == ()
    assert time_leaks(hours(None), hours(1), "t", strict=True) == ()
    assert time_leaks(hours(), hours(1), "t", strict=True) == ()


def test_days_and_time_zones_are_compared_as_they_are() -> None:
    train, holdout = hours(5, 30), hours(24, 26)
    days = holdout.with_columns(pl.col("t").cast(pl.Date))
    assert time_leaks(train, days, "t", strict=True) == ()
    fine = train.with_columns(pl.col("t").dt.cast_time_unit("ns"))
    assert time_leaks(fine, holdout, "t", strict=True)[0].rows == (2,)
    zoned = [frame.with_columns(pl.col("t").dt.replace_time_zone("Europe/Berlin")) for frame in (train, holdout)]
    assert time_leaks(zoned[0], zoned[1], "t", strict=True)[0].count == 1


def test_a_column_that_is_no_time_is_refused() -> None:
    frame = pl.DataFrame({"t": ["2024-01-01"]})
    with pytest.raises(DataError, match="`t` is String, no date and no time"):
        time_leaks(frame, frame, "t", strict=False)
    with pytest.raises(DataError, match="no date"):
        list(known_afterwards(frame, [], "t"))


def test_an_input_later_than_its_row_is_a_warning() -> None:
    frame = hours(*range(100)).with_columns(
        closed_at=pl.col("t") + pl.duration(hours=pl.int_range(pl.len()) % 2 * 3),
        friend=pl.col("t") + pl.duration(hours=pl.int_range(pl.len()) % 2 * 3),
        earlier=pl.col("t") - pl.duration(hours=1),
        same=pl.col("t"),
        number=pl.int_range(pl.len()),
    )
    told = list(known_afterwards(frame, frame.columns, "t"))
    assert [(leak.kind, leak.level, leak.columns, leak.count, leak.total) for leak in told] == [
        ("known afterwards", "warn", ("closed_at",), 50, 100),
        ("known afterwards", "warn", ("friend",), 50, 100),
    ]
    assert told[0].rows == (2, 4, 6, 8, 10)
    assert ", and its name speaks of an end:" in told[0].message
    assert "speaks" not in told[1].message


def test_a_day_is_not_later_than_its_own_hours() -> None:
    frame = hours(*range(48)).with_columns(
        day=pl.col("t").cast(pl.Date), next=pl.col("t").cast(pl.Date) + dt.timedelta(1)
    )
    assert [leak.columns for leak in known_afterwards(frame, ["day", "next"], "t")] == [("next",)]


@pytest.mark.parametrize(("late", "rows", "told"), [(9, 100, 0), (10, 100, 1), (10, 1100, 0)])
def test_slips_of_the_pen_are_not_told(late: int, rows: int, told: int) -> None:
    frame = hours(*range(rows)).with_columns(
        seen=pl.col("t") + pl.duration(hours=pl.when(pl.int_range(pl.len()) < late).then(1).otherwise(-1))
    )
    assert len(list(known_afterwards(frame, ["seen"], "t"))) == told


def test_a_name_alone_is_no_finding() -> None:
    frame = hours(*range(100)).with_columns(cancellation_date=pl.lit(None, dtype=pl.Datetime("us")), trend=pl.col("t"))
    assert list(known_afterwards(frame, frame.columns, "t")) == []
