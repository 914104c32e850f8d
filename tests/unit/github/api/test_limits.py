from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.github.api.limits import LONGEST_WAIT, SECONDARY_WAIT, limit_of

NOW = datetime(2026, 11, 21, 13, 15, 30, tzinfo=UTC)
SAID = "You have exceeded a secondary rate limit."


def spent(seconds: float) -> dict[str, str]:
    return {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp() + seconds))}


def test_an_hour_that_is_used_up_says_when_to_come_back() -> None:
    limit = limit_of(403, spent(3_000), "API rate limit exceeded", now=NOW)
    assert limit is not None
    assert (limit.kind, limit.wait) == ("primary", 3_001.0)
    assert str(limit) == "come back at 14:06 UTC (in 50 minutes)"


def test_a_retry_after_counts_more_than_the_reset_of_the_hour() -> None:
    limit = limit_of(429, spent(3_000) | {"retry-after": "30"}, SAID, now=NOW)
    assert limit is not None
    assert limit.wait == 30
    assert str(limit) == "come back at 13:16 UTC (in 1 minute)"


def test_a_retry_after_may_be_a_date() -> None:
    when = format_datetime(NOW + timedelta(seconds=90), usegmt=True)
    limit = limit_of(403, {"retry-after": when}, "", now=NOW)
    assert limit is not None
    assert (limit.kind, limit.wait) == ("secondary", 90)


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_without_a_time_takes_a_minute(status: int) -> None:
    limit = limit_of(status, {"x-ratelimit-remaining": "900"}, SAID, now=NOW)
    assert limit is not None
    assert (limit.kind, limit.wait) == ("secondary", SECONDARY_WAIT)


def test_githubs_clock_is_believed_more_than_this_machines() -> None:
    headers = spent(60) | {"date": format_datetime(NOW, usegmt=True)}
    limit = limit_of(403, headers, "", now=NOW - timedelta(days=3))
    assert limit is not None
    assert limit.wait == 61


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (200, spent(60), SAID),
        (404, {"retry-after": "1"}, ""),
        (503, {"retry-after": "1"}, ""),
        (403, {}, "Resource not accessible by integration"),
        (403, {"x-ratelimit-remaining": "0"}, "Resource not accessible by integration"),
        (403, {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "9999999999"}, "Must have admin rights"),
    ],
)
def test_other_refusals_are_no_limits(status: int, headers: dict[str, str], message: str) -> None:
    assert limit_of(status, headers, message, now=NOW) is None


@given(
    st.sampled_from([403, 429]),
    st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "date"]),
        st.text(max_size=12) | st.sampled_from(["0", "-1", "1e400", "nan", "inf", "99999999999", "1e10"]),
    ),
    st.text(max_size=20),
)
def test_nonsense_in_the_headers_is_no_exception(status: int, headers: dict[str, str], message: str) -> None:
    limit = limit_of(status, headers, message, now=NOW)
    assert limit is None or (0 <= limit.wait <= LONGEST_WAIT and "come back at" in str(limit))
