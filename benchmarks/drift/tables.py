"""Tables of 30 columns of every kind that drift has to judge, the same distribution for the same columns each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelbout.data.profile import profile
from modelbout.data.sources import Scan
from modelbout.drift.counting import count
from modelbout.drift.judge import Findings, judge
from modelbout.drift.pairing import pairs_of
from modelbout.drift.rows import MOST_ROWS, Tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.profile import Profile

COLUMNS = 30
SAMPLE = 50_000
"""Rows from which a reference table's layout is made, as `modelbout drift --against` does."""

_TAIL = np.cumsum(1 / np.arange(1, 1001) ** 1.2)
_TAIL /= _TAIL[-1]
_WORDS = np.array([f"v{number}" for number in range(1000)])


_MAKERS = {
    "normal": lambda random, rows: random.standard_normal(rows),
    "lognormal": lambda random, rows: random.lognormal(size=rows),
    "t3": lambda random, rows: random.standard_t(3, rows),
    "discretised": lambda random, rows: np.round(2 * random.standard_normal(rows)).astype(np.int64),
    "zero-inflated": lambda random, rows: random.binomial(1, 0.2, rows) * random.exponential(size=rows),
    "balanced": lambda random, rows: _WORDS[random.integers(0, 5, rows)],
    "long-tailed": lambda random, rows: _WORDS[np.minimum(np.searchsorted(_TAIL, random.random(rows)), 999)],
    "flag": lambda random, rows: random.binomial(1, 0.16, rows),
    "two-peaked": lambda random, rows: random.standard_normal(rows) + 5.0 * random.binomial(1, 0.5, rows),
    "few": lambda random, rows: _WORDS[random.choice(12, rows, p=np.arange(1, 13) / 78)],
}
KINDS = tuple(_MAKERS)


def name(number: int) -> str:
    """Return the name of a column: its kind and number."""
    return f"{KINDS[number % len(KINDS)]}_{number:02}"


def table(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Return a table; every third column has 5 % nulls."""
    columns = {}
    for number in range(COLUMNS):
        values = _MAKERS[KINDS[number % len(KINDS)]](random, rows)
        series = pl.Series(name(number), values)
        if number % 3 == 0:
            series = series.zip_with(
                pl.Series(random.binomial(1, 0.95, rows) == 1),
                pl.Series([None], dtype=series.dtype).new_from_index(0, rows),
            )
        columns[name(number)] = series
    return pl.DataFrame(columns)


def scan(frame: pl.DataFrame) -> Scan:
    """Return the frame as a table that is open but not read."""
    return Scan(lazy=frame.lazy(), columns=tuple(frame.columns))


def reference(frame: pl.DataFrame) -> Profile:
    """Return the profile of a reference table."""
    return profile(frame) if frame.height <= SAMPLE else count(scan(frame), profile(frame.head(SAMPLE)))


def report(
    random: np.random.Generator,
    rows: tuple[int, int],
    change: Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame] | None = None,
    *,
    effect: float = 0.1,
    whole: bool = False,
) -> Findings:
    """Return what a report finds on two fresh tables, the second one changed; ``whole`` adds the measures of rows."""
    first, second = table(random, rows[0]), table(random, rows[1])
    if change is not None:
        second = change(second, random)
    before = reference(first)
    now = count(scan(second), before)
    pairs, _ = pairs_of(before, now, features=first.columns)
    samples = (first.head(MOST_ROWS), second.head(MOST_ROWS)) if whole else None
    return judge(pairs, Tables(rows, samples), effect=effect)
