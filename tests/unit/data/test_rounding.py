from __future__ import annotations

import math
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data.rounding import roundest


@pytest.mark.parametrize(
    ("low", "high", "near", "found"),
    [
        (17.2, 19.9, 18.0, 18.0),
        (17.2, 19.9, 19.9, 19.0),
        (987_654, 1_975_208, 987_654, 1_000_000),
        (-3, 5, 1, 0),
        (0.123, 0.1234, 0.1232, 0.123),
        (0.1231, 0.1234, 0.1232, 0.1232),
        (5, 5, 5, 5),
        (1e-300, 1e300, 1, 1e300),
        (-1.7e308, 1.7e308, 5e300, 0),
        (100, 109, 108, 100),
        (101, 139, 118, 120),
        (-19.9, -17.2, -18, -18),
    ],
)
def test_numbers(low: float, high: float, near: float, found: float) -> None:
    assert roundest(low, high, near=near) == found


@settings(deadline=None, max_examples=300)
@given(st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False)))
def test_it_lies_within_and_is_no_longer_than_its_ends(ends: tuple[float, float]) -> None:
    low, high = min(ends), max(ends)
    found = roundest(low, high, near=low)
    assert low <= found <= high
    assert math.copysign(1, found) == 1 or found < 0
    if low < high and sys.float_info.min < abs(high - low) < sys.float_info.max:
        digits = [len(Decimal(repr(value)).normalize().as_tuple().digits) for value in (found, low, high)]
        assert digits[0] <= max(digits[1:])


def days(text: str) -> float:
    return float((date.fromisoformat(text) - date(1970, 1, 1)).days)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("2019-03-04", "2021-05-05", "2020-01-01"),
        ("2019-03-04", "2019-05-05", "2019-04-01"),
        ("2019-03-01", "2019-05-05", "2019-03-01"),
        ("1960-02-03", "1961-02-03", "1961-01-01"),
        ("2019-03-04", "2019-03-04", "2019-03-04"),
    ],
)
def test_days(low: str, high: str, found: str) -> None:
    rounded = roundest(days(low), days(high), near=days(low), scale="days")
    assert date(1970, 1, 1) + timedelta(days=rounded) == date.fromisoformat(found)


def test_days_within_a_month_stay_days() -> None:
    found = roundest(days("2019-03-04"), days("2019-03-09"), near=days("2019-03-06"), scale="days")
    assert days("2019-03-04") <= found <= days("2019-03-09")
    assert found == int(found)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        ("2020-05-05T10:11:12", "2022-05-05T10:11:12", "2021-01-01T00:00:00"),
        ("2020-05-05T10:11:12", "2020-05-07T10:11:12", "2020-05-06T00:00:00"),
        ("2020-05-05T10:11:12", "2020-05-05T12:11:12", "2020-05-05T11:00:00"),
        ("2020-05-05T10:11:12", "2020-05-05T10:12:12", "2020-05-05T10:12:00"),
    ],
)
def test_seconds(low: str, high: str, found: str) -> None:
    ends = [datetime.fromisoformat(f"{text}+00:00").timestamp() for text in (low, high)]
    wanted = datetime.fromisoformat(f"{found}+00:00").timestamp()
    assert roundest(*ends, near=ends[0], scale="seconds") == wanted


def test_seconds_within_a_minute_stay_numbers() -> None:
    assert roundest(1_700_000_001.25, 1_700_000_002.75, near=1_700_000_002.0, scale="seconds") == 1_700_000_002.0
