from __future__ import annotations

from modelbout.bout.guardrail import guardrail
from modelbout.bout.ring import Corner
from modelbout.predictions import Predictions


def test_length_is_known_exactly_and_needs_no_champion() -> None:
    found = guardrail("artifact_mb")
    measured = found.measure(Corner(Predictions(), 12_345_678), None, 0.95)
    assert not found.needs_champion
    assert measured.value == 12.345678
    assert measured.interval is not None
    assert (measured.interval.low, measured.interval.high) == (12.345678, 12.345678)
