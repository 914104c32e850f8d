"""How often a table gets newer rows, as its snapshots show: what a draft can say of its freshness."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from modelbout.contract.writing import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.contract.evidence import Evidence, Sample

# Two waits are the least that can agree with each other.
MIN_SNAPSHOTS: Final = 3
# A wait twice as long as the longest seen is a job that failed once, rather than a late one.
SLACK: Final = 2
_HOUR: Final = timedelta(hours=1)
_HOURS_A_DAY: Final = 24
# Up to this the age is told in hours.
_MOST_HOURS: Final = 48


def freshness(sample: Sample, now: datetime) -> Iterator[str]:
    """Yield the lines on freshness below ``table:``: a rule for the column whose newest value moved on each time.

    The rule is drafted only where the newest snapshot keeps it at this moment; of older ones it is a suggestion, as a
    table of last year is not stale but finished.

    Args:
        sample: what was seen; its snapshots the oldest first.
        now: with a time zone.
    """
    if len(sample.rows) < MIN_SNAPSHOTS:
        return
    for evidence in sample.columns:
        wait = _wait(evidence)
        if wait is None:
            continue
        hours = max(1, math.ceil(SLACK * wait / _HOUR))
        days = math.ceil(hours / _HOURS_A_DAY)
        length = f"{hours} hours" if hours <= _MOST_HOURS and isinstance(evidence.high, datetime) else f"{days} days"
        rule = f"freshness: [{{column: {scalar(evidence.reading.name)}, max_age: {length}}}]"
        seen = f"its newest value moved on in each of {len(evidence.highs)} snapshots, after {_told(wait)} at the most"
        if _age(evidence.high, now) <= (timedelta(hours=hours) if "hours" in length else timedelta(days=days)):
            yield f"# {scalar(evidence.reading.name)}: {seen}; twice that is allowed."
            yield rule
        else:
            yield f"# {scalar(evidence.reading.name)}: {seen}, but these snapshots are old. For a live table:"
            yield f"# {rule}"
        return


def _wait(evidence: Evidence) -> timedelta | None:
    """Return the longest wait between two snapshots, None where the newest value did not move on each time."""
    highs = [high for high in evidence.highs if isinstance(high, date)]
    if len(highs) < len(evidence.highs) or len(highs) < MIN_SNAPSHOTS:
        return None
    waits = [later - earlier for earlier, later in pairwise(highs)]
    return max(waits) if min(waits) > timedelta(0) else None


def _age(newest: date, now: datetime) -> timedelta:
    if not isinstance(newest, datetime):
        return now.date() - newest
    return now - (newest if newest.tzinfo is not None else newest.replace(tzinfo=UTC))


def _told(wait: timedelta) -> str:
    hours = math.ceil(wait / _HOUR)
    return f"{hours} hours" if hours <= _MOST_HOURS else f"{math.ceil(hours / _HOURS_A_DAY)} days"
