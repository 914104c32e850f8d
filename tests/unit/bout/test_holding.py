from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.bout.holding import above, against, below

if TYPE_CHECKING:
    from modelbout.evidence import Holding

NUMBERS = st.floats(-10, 10)


@pytest.mark.parametrize(
    ("rule", "margin", "low", "high", "status"),
    [
        ("superior", 0.0, 0.001, 0.1, "holds"),
        ("superior", 0.0, 0.0, 0.1, "uncertain"),
        ("superior", 0.0, -0.1, 0.1, "uncertain"),
        ("superior", 0.0, -0.1, -0.001, "broken"),
        ("superior", 0.0, -0.1, 0.0, "uncertain"),
        ("superior", 0.05, 0.01, 0.04, "broken"),
        ("superior", 0.05, 0.01, 0.06, "uncertain"),
        ("superior", 0.05, 0.051, 0.06, "holds"),
        ("superior", 0.0, 0.0, 0.0, "uncertain"),
        ("superior", 0.05, 0.0, 0.0, "uncertain"),
        ("non_inferior", 0.05, -0.04, 0.01, "holds"),
        ("non_inferior", 0.05, -0.06, 0.01, "uncertain"),
        ("non_inferior", 0.05, -0.1, -0.06, "broken"),
        ("non_inferior", 0.05, 0.0, 0.0, "holds"),
        ("non_inferior", 0.0, 0.0, 0.0, "uncertain"),
        ("equivalent", 0.05, -0.04, 0.04, "holds"),
        ("equivalent", 0.05, -0.05, 0.04, "uncertain"),
        ("equivalent", 0.05, -0.04, 0.06, "uncertain"),
        ("equivalent", 0.05, -0.1, -0.06, "broken"),
        ("equivalent", 0.05, 0.06, 0.1, "broken"),
        ("equivalent", 0.05, 0.0, 0.0, "holds"),
        ("equivalent", 0.05, math.nan, math.nan, "uncertain"),
        ("superior", 0.0, math.nan, math.nan, "uncertain"),
        ("non_inferior", 1.0, math.nan, 1.0, "uncertain"),
    ],
)
def test_improvement_against_its_line(
    rule: Literal["superior", "non_inferior"], margin: float, low: float, high: float, status: Holding
) -> None:
    assert against(rule, margin, low, high) == status


@pytest.mark.parametrize(
    ("limit", "low", "high", "ceiling", "floor"),
    [
        (1.0, 0.5, 0.9, "holds", "broken"),
        (1.0, 1.1, 1.2, "broken", "holds"),
        (1.0, 0.9, 1.1, "uncertain", "uncertain"),
        (1.0, 1.0, 1.0, "holds", "holds"),
        (1.0, math.nan, math.nan, "uncertain", "uncertain"),
    ],
)
def test_level_against_its_limit(limit: float, low: float, high: float, ceiling: Holding, floor: Holding) -> None:
    assert below(limit, low, high) == ceiling
    assert above(limit, low, high) == floor


@given(NUMBERS, NUMBERS, NUMBERS)
def test_floor_is_the_ceiling_upside_down(limit: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert above(limit, low, high) == below(-limit, -high, -low)
