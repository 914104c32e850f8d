from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.measurements import NOT_MEASURED, Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import match, measured


def test_it_is_the_median_of_paired_ratios() -> None:
    base = np.linspace(1, 5, 9)
    found = measured("load_ratio", match(Measurements(load_seconds=3 * base), Measurements(load_seconds=base)))
    assert found.value == pytest.approx(3)


def test_a_champion_that_was_not_timed() -> None:
    mine = Measurements(load_seconds=np.ones(9))
    with pytest.raises(DataError, match="the champion was not timed"):
        measured("load_ratio", match(mine, NOT_MEASURED))
