from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.measurements import NOT_MEASURED, Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match, measured


def test_it_is_the_median_of_paired_ratios() -> None:
    load = np.random.default_rng(0).lognormal(0, 2, 40)
    found = measured("latency_row_ratio", match(Measurements(row_seconds=2 * load), Measurements(row_seconds=load)))
    assert found.value == pytest.approx(2)


def test_a_champion_that_was_not_timed() -> None:
    with pytest.raises(DataError, match="the champion was not timed"):
        measured("latency_row_ratio", match(Measurements(row_seconds=np.ones(9)), NOT_MEASURED))
