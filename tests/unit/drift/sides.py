"""Profiles of small tables for the tests of drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelbout.data.profile import profile
from modelbout.data.sources import Scan
from modelbout.drift.counting import count
from modelbout.drift.pairing import pairs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.drift.pair import Pair
    from modelbout.profile import Profile


def scan(frame: pl.DataFrame) -> Scan:
    return Scan(lazy=frame.lazy(), columns=tuple(frame.columns))


def both(first: pl.DataFrame, second: pl.DataFrame) -> tuple[Profile, Profile]:
    reference = profile(first)
    return reference, count(scan(second), reference)


def pair(first: Sequence[object] | pl.Series, second: Sequence[object] | pl.Series) -> Pair:
    """Return one column of two tables."""
    one, two = (pl.DataFrame({"x": pl.Series("x", side)}) for side in (first, second))
    reference, current = both(one, two)
    pairs, _ = pairs_of(reference, current, features=["x"])
    return pairs[0]


def normal(rows: int, *, mean: float = 0.0, spread: float = 1.0, seed: int = 1) -> pl.Series:
    return pl.Series("x", np.random.default_rng(seed).normal(mean, spread, rows))


def words(counts: dict[str | None, int]) -> pl.Series:
    return pl.Series("x", [word for word, times in counts.items() for _ in range(times)], dtype=pl.String)
