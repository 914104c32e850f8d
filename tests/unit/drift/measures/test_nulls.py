from __future__ import annotations

import math

import polars as pl

from modelbout.drift.measures.nulls import MEASURE
from tests.unit.drift.sides import normal, pair


def test_missing_values_are_nulls_nans_and_infinities() -> None:
    found = pair(
        normal(1000), pl.Series([*normal(940), *[None] * 20, *[math.nan] * 20, *[math.inf] * 20], strict=False)
    )
    (reading,) = MEASURE.read(found, 1e-4)
    assert reading.value == 0.06
    assert reading.effect > reading.allowance


def test_fewer_missing_values_are_a_change_too() -> None:
    (reading,) = MEASURE.read(pair([*normal(900), *[None] * 100], normal(1000)), 1e-4)
    assert reading.value == 0
    assert reading.effect > reading.allowance


def test_the_same_share_is_none() -> None:
    (reading,) = MEASURE.read(pair([*normal(900), *[None] * 100], [*normal(450), *[None] * 50]), 1e-4)
    assert reading.effect == 0


def test_no_rows_say_nothing() -> None:
    found = pair(normal(100), pl.Series([], dtype=pl.Float64))
    assert MEASURE.tests(found) == 1
    assert MEASURE.read(found, 1e-4) == ()
