from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelbout.report.bars import BAR_WIDTH, bar, columns, line, scale
from tests.unit.report.stories import estimate


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, ""),
        (-1.0, ""),
        (math.nan, ""),
        (1e-9, "\u258f"),
        (0.5, "\u2588" * 10),
        (1.0, "\u2588" * 20),
        (7.0, "\u2588" * 20),
    ],
)
def test_bar(share: float, shown: str) -> None:
    assert bar(share) == shown


@given(st.floats(0, 1))
def test_a_longer_bar_is_never_a_smaller_share(share: float) -> None:
    assert len(bar(share)) <= BAR_WIDTH
    assert len(bar(share)) <= len(bar(min(1.0, share + 0.1)))


def test_scale() -> None:
    assert scale([estimate(0.1, -0.4, 0.2), estimate(0.3)]) == 0.4
    assert scale([]) == 0.0
    assert scale([estimate(math.nan)]) == 0.0


def test_line() -> None:
    assert line(estimate(0.5, 0.25, 0.75), 1.0, width=9) == "`\u00b7\u00b7\u00b7\u00b7\u2502\u2500\u25cf\u2500\u00b7`"
    assert line(estimate(0.0), 1.0, width=5) == "`\u00b7\u00b7\u25cf\u00b7\u00b7`"


def test_what_lies_beyond_ends_in_a_triangle() -> None:
    shown = line(estimate(0.0, -9.0, 9.0), 1.0, width=5)
    assert shown == "`\u25c2\u2500\u25cf\u2500\u25b8`"


def test_nothing_to_draw() -> None:
    assert line(None, 1.0) == ""
    assert line(estimate(0.5), 0.0) == ""
    assert line(estimate(math.nan), 1.0) == ""


@given(st.floats(-10, 10), st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 10))
def test_a_line_has_one_point_and_its_width(value: float, below: float, above: float, reach: float) -> None:
    shown = line(estimate(value, value - below, value + above), reach)
    assert len(shown) == 19
    assert shown.count("\u25cf") <= 1


def test_a_histogram_has_one_character_a_share() -> None:
    assert columns([0.0, 0.001, 0.5, 1.0], 1.0) == "`·▁▄█`"
    assert columns([2.0], 1.0) == "`█`"
    assert columns([0.5], 0.0) == ""
    assert columns([float("nan")], 1.0) == ""
