from __future__ import annotations

from modelbout.drift.measures.volume import MEASURE
from modelbout.drift.rows import Tables


def test_rows_inform_and_are_never_drift() -> None:
    (reading,) = MEASURE.read(Tables((1000, 250)), 1e-4)
    assert (reading.value, reading.effect) == (0.25, 0.0)
    assert reading.detail == "250 rows, the reference has 1,000"
    assert MEASURE.tests(Tables((1000, 250))) == 0


def test_a_reference_without_rows_has_no_ratio() -> None:
    (reading,) = MEASURE.read(Tables((0, 250)), 1e-4)
    assert reading.value == float("inf")
