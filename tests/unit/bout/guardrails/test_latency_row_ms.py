from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.measurements import Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import ends, match, measured


def test_it_is_a_median_in_milliseconds() -> None:
    found = measured("latency_row_ms", match(Measurements(row_seconds=np.arange(1, 8) / 1000)))
    assert found.value == pytest.approx(4)
    assert ends(found) == pytest.approx((1, 7))


def test_rows_that_nobody_timed() -> None:
    with pytest.raises(DataError, match="latency_row_ms cannot be measured: the challenger was not timed"):
        measured("latency_row_ms", match())
