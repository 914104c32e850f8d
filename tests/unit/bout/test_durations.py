from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.durations import least, median, ratio
from modelbout.errors import DataError


@pytest.mark.parametrize(("confidence", "rows"), [(0.5, 2), (0.9, 5), (0.95, 6), (0.99, 8), (0.9999, 15)])
def test_as_many_values_as_an_interval_takes(confidence: float, rows: int) -> None:
    assert least(confidence) == rows
    values = np.arange(1.0, rows + 1)
    interval = median("x", values, confidence).interval
    assert interval is not None
    assert (interval.low, interval.high) == (1, rows)
    with pytest.raises(DataError, match=f"takes at least {rows}"):
        median("x", values[1:], confidence)


def test_a_median_in_another_unit() -> None:
    assert median("x", np.full(9, 0.25), 0.95, unit=1000).value == 250


def test_a_message_names_guardrail_and_key() -> None:
    with pytest.raises(DataError, match="my_guardrail cannot be measured") as caught:
        ratio("my_guardrail", np.ones(9), None, 0.95)
    assert caught.value.problems[0].place.key == "compare.guardrails"
    assert "take my_guardrail out" in caught.value.problems[0].fix
