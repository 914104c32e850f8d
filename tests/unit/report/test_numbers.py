from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout import catalogue
from modelbout.report import numbers
from modelbout.report.numbers import PLAIN, POINTS, TARGET, decimals, gain, level_places, unit_of
from tests.unit.report.stories import estimate

finite = st.floats(min_value=-1e6, max_value=1e6)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (1234.5678, 1, "1,234.6"),
        (-0.5, 2, "\u22120.50"),
        (-0.0001, 2, "0.00"),
        (0.0, 0, "0"),
        (1409, 0, "1,409"),
        (math.nan, 2, "not a number"),
        (math.inf, 2, "not a number"),
    ],
)
def test_number(value: float, places: int, shown: str) -> None:
    assert numbers.number(value, places) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0136, "+0.01"), (-0.02, "\u22120.02"), (0.001, "0.00"), (0.0, "0.00"), (math.nan, "not a number")],
)
def test_signed(value: float, shown: str) -> None:
    assert numbers.signed(value, 2) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.005, "0.005"),
        (1.0, "1"),
        (200, "200"),
        (-0.25, "\u22120.25"),
        (0.0, "0"),
        (12345.5, "12,345.5"),
        (math.nan, "not a number"),
    ],
)
def test_plain(value: float, shown: str) -> None:
    assert numbers.plain(value) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(1, 2, "50 %"), (11, 7043, "0.2 %"), (0, 5, "0 %"), (5, 5, "100 %"), (9999, 10000, "99.99 %"), (1, 0, "\u2212")],
)
def test_percent(part: int, whole: int, shown: str) -> None:
    assert numbers.percent(part, whole) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0841, "84 ms"), (3.42, "3.4 s"), (150.0, "2.5 min"), (math.inf, "not a number")]
)
def test_seconds(value: float, shown: str) -> None:
    assert numbers.seconds(value) == shown


def test_counts() -> None:
    assert numbers.count(7043) == "7,043"
    assert numbers.counted(1, "row", "rows") == "1 row"
    assert numbers.counted(1409, "row", "rows") == "1,409 rows"


def test_digits_follow_the_width_of_the_interval() -> None:
    assert decimals((0.8312,), width=0.04) == 3
    assert decimals((1843.2,), width=340.0) == 0
    assert decimals((0.5,), width=4e-12) == numbers.MOST_DECIMALS
    assert decimals((0.4302,)) == 4
    assert decimals((1843.2,)) == 0
    assert decimals((math.nan,)) == 1
    assert decimals(()) == 1


def test_more_digits_where_rounding_would_turn_the_verdict_round() -> None:
    shown = gain(estimate(0.0136, 0.0001, 0.0271), POINTS, margin=0.0)
    assert shown.low == "+0.01"
    assert gain(estimate(0.0136, 0.0051, 0.0221), PLAIN, margin=0.005).low == "+0.0051"
    assert gain(estimate(-0.01, -0.0201, 0.0001), PLAIN, margin=0.02).low == "\u22120.0201"


@given(finite, finite, finite)
def test_no_end_is_rounded_onto_zero(value: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    shown = gain(estimate(value, low, high), PLAIN)
    for end, written in ((low, shown.low), (high, shown.high)):
        assert written is not None
        if abs(end) >= 10**-numbers.MOST_DECIMALS:
            assert written[0] == ("+" if end > 0 else "\u2212")


def test_a_gain_in_words() -> None:
    shown = gain(estimate(0.0136, 0.0051, 0.0221), POINTS, margin=0.0)
    assert shown.amount == "+1.4 points"
    assert shown.amount_in_table == "+1.4 points"
    assert shown.span == "+0.5 to +2.2"
    assert gain(estimate(0.01), POINTS).amount == "+1.000 points"
    assert gain(estimate(0.01, 0.0, 1.0), POINTS).amount == "+1 point"
    assert gain(estimate(0.01), POINTS).span == "\u2013"
    target = gain(estimate(340.4, 169.0, 511.0), TARGET)
    assert target.amount == "+340 in the target's unit"
    assert target.amount_in_table == "+340"


def test_both_models_get_the_digits_of_their_difference() -> None:
    levels = (estimate(0.8312, 0.80, 0.86), estimate(0.8448, 0.81, 0.87))
    assert level_places(levels, estimate(0.0136, 0.0051, 0.0221)) == 3
    assert level_places(levels, None) == 3
    assert level_places((estimate(0.5), None), None) == 4
    assert level_places((estimate(3.4129, 3.4129, 3.4129),), None) == 3


def test_units() -> None:
    assert unit_of("roc_auc") == POINTS
    assert unit_of("rmse") == TARGET
    assert unit_of("a_metric_of_tomorrow") == PLAIN


def test_every_unit_is_of_a_metric_that_exists() -> None:
    known = catalogue.names("modelbout.bout.metrics")
    assert set(known) >= numbers.POINT_METRICS | numbers.TARGET_METRICS


@pytest.mark.parametrize(("rows", "said"), [(7, "7"), (99, "99"), (101, "110"), (6012, "6,100"), (12_000, "12,000")])
def test_an_estimated_count_pretends_nothing(rows: int, said: str) -> None:
    assert numbers.about(rows) == said
