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
KINDS = ("normal", "lognormal", "t3", "discretised", "zero-inflated", "balanced", "long-tailed", "flag", "two-peaked", "few")
SAMPLE = 50_000
"""Rows from which a reference table's layout is made, as `modelbout drift --against` does."""

_TAIL = np.cumsum(1 / np.arange(1, 1001) ** 1.2)
_TAIL /= _TAIL[-1]
_WORDS = np.array([f"v{number}" for number in range(1000)])


def name(number: int) -> str:
    """Return the name of a column: its kind and number."""
    return f"{KINDS[number % len(KINDS)]}_{number:02}"


def table(random: np.random.Generator, rows: int) -> pl.DataFrame:
    """Return a table; every third column has 5 % nulls."""
    columns = {}
    for number in range(COLUMNS):
        values = _values(random, KINDS[number % len(KINDS)], rows)
        series = pl.Series(name(number), values)
        if number % 3 == 0:
            series = series.zip_with(pl.Series(random.random(rows) >= 0.05), pl.Series([None], dtype=series.dtype).new_from_index(0, rows))
        columns[name(number)] = series
    return pl.DataFrame(columns)


def _values(random: np.random.Generator, kind: str, rows: int) -> np.ndarray:
    match kind:
        case "normal":
            return random.standard_normal(rows)
        case "lognormal":
            return random.lognormal(size=rows)
        case "t3":
            return random.standard_t(3, rows)
        case "discretised":
            return np.round(2 * random.standard_normal(rows)).astype(np.int64)
        case "zero-inflated":
            return np.where(random.random(rows) < 0.8, 0.0, random.exponential(size=rows))
        case "balanced":
            return _WORDS[random.integers(0, 5, rows)]
        case "long-tailed":
            return _WORDS[np.minimum(np.searchsorted(_TAIL, random.random(rows)), 999)]
        case "flag":
            return (random.random(rows) < 0.16).astype(np.int64)
        case "two-peaked":
            return random.standard_normal(rows) + np.where(random.random(rows) < 0.5, 5.0, 0.0)
        case _:
            return _WORDS[random.choice(12, rows, p=np.arange(1, 13) / 78)]


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
