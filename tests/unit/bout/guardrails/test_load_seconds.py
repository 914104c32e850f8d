from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.measurements import Measurements
from modelbout.errors import DataError
from tests.unit.bout.guardrails.play import ends, match, measured


def test_it_is_the_median_of_the_challengers_loads() -> None:
    seconds = np.array([0.5, 0.1, 0.3, 0.2, 0.6, 0.4, 9.0])
    found = measured("load_seconds", match(Measurements(load_seconds=seconds)))
    assert found.value == 0.4
    assert ends(found) == (0.1, 9.0)


def test_without_loads_there_is_no_number() -> None:
    with pytest.raises(DataError, match="load_seconds cannot be measured: the challenger was not timed"):
        measured("load_seconds", match())
