from __future__ import annotations

import math

import pytest

from modelbout.evidence import Curve
from modelbout.report import readings
from tests.unit.report.stories import curves


def curve(x: tuple[float, ...], y: tuple[float, ...], rows: tuple[int, ...] = ()) -> Curve:
    return Curve(kind="calibration", side="challenger", x=x, y=y, rows=rows)


def test_sides_come_champion_first() -> None:
    found = readings.of_kind(reversed(curves()), "roc")
    assert list(found) == ["champion", "challenger"]
    assert readings.of_kind([curve((), ())], "calibration") == {}


def test_height_between_two_points() -> None:
    ramp = curve((0.0, 0.5, 1.0), (0.0, 1.0, 1.0))
    assert readings.at(ramp, 0.25) == 0.5
    assert readings.at(ramp, 1.0) == 1.0
    assert readings.at(ramp, 1.5) is None
    assert readings.at(curve((0.2, 1.0), (1.0, 0.5)), 0.1) is None
    assert readings.at(curve((), ()), 0.5) is None


def test_height_after_a_jump() -> None:
    assert readings.at(curve((0.0, 0.5, 0.5, 1.0), (0.0, 0.0, 0.8, 1.0)), 0.5) == 0.8


def test_points_that_are_no_numbers_are_left_out() -> None:
    assert readings.at(curve((0.0, 0.5, 1.0), (0.0, math.nan, 1.0)), 0.5) == 0.5


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "\u2013"),
        (math.nan, "\u2013"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.5, "50 %"),
        (0.054, "5.4 %"),
        (0.954, "95.4 %"),
    ],
)
def test_share(value: float | None, shown: str) -> None:
    assert readings.share(value) == shown


def test_calibration_gap_weighs_by_rows() -> None:
    assert readings.calibration_gap(curve((0.1, 0.9), (0.2, 0.9), (300, 100))) == pytest.approx(0.075)
    assert readings.calibration_gap(curve((0.1, 0.9), (0.2, 0.9))) == pytest.approx(0.05)
    assert readings.calibration_gap(curve((0.1,), (0.2,), (0,))) is None
