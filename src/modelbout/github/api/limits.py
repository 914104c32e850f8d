"""Read from an answer whether it is a rate limit, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

FORBIDDEN = 403
TOO_MANY = 429
# docs.github.com, "Rate limits for the REST API": without a retry-after header "wait for at least one minute".
SECONDARY_WAIT = 60.0
LONGEST_WAIT = 86_400.0  # ours: a header that says more than a day is nonsense, and a date must come out of it
_SIGNS = ("rate limit", "abuse detection")


@dataclass(frozen=True)
class Limit:
    """A refusal that time alone will end.

    Attributes:
        kind: ``primary`` is the hour's number of requests, ``secondary`` is too many at once.
        wait: seconds until it may be tried again.
        ends: the same as a moment.
    """

    kind: Literal["primary", "secondary"]
    wait: float
    ends: datetime

    def __str__(self) -> str:
        """Return the sentence for a person: ``come back at 14:05 UTC (in 50 minutes)``."""
        minutes = max(1, round(self.wait / 60))
        whole = self.ends + timedelta(seconds=59)  # the minute that is told must not be too early
        return f"come back at {whole:%H:%M} UTC (in {minutes} minute{'s' if minutes > 1 else ''})"


def limit_of(status: int, headers: Mapping[str, str], message: str, *, now: datetime) -> Limit | None:
    """Return the limit that the answer stands for, or None when it is another refusal or none.

    Args:
        status: the HTTP status.
        headers: the answer's headers, their names in lower case.
        message: what GitHub says in words; a secondary limit may say it nowhere else.
        now: this machine's clock; GitHub's own (``date``) is believed more, since the reset is told in its time.
    """
    if status not in (FORBIDDEN, TOO_MANY):
        return None
    now = _date(headers.get("date", "")) or now
    after = _after(headers.get("retry-after", ""), now)
    spent = headers.get("x-ratelimit-remaining", "").strip() == "0"
    reset = _number(headers.get("x-ratelimit-reset", ""))
    if after is None and spent and reset is not None:
        wait = min(max(reset - now.timestamp() + 1, 0.0), LONGEST_WAIT)  # + 1: the reset is told in whole seconds
        return Limit("primary", wait, now + timedelta(seconds=wait))
    if after is None and status == FORBIDDEN and not any(sign in message.lower() for sign in _SIGNS):
        return None
    wait = SECONDARY_WAIT if after is None else min(max(after, 0.0), LONGEST_WAIT)
    return Limit("primary" if spent else "secondary", wait, now + timedelta(seconds=wait))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e11 else None  # noqa: PLR2004 -- the year 5138; also refuses nan and inf


def _after(text: str, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, which RFC 9110 allows to be seconds or a date."""
    seconds = _number(text)
    if seconds is not None:
        return seconds
    when = _date(text)
    return None if when is None else (when - now).total_seconds()


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
