from __future__ import annotations

import numpy as np
import pytest

from modelbout.bout.margins import hits, labels, truths


@pytest.mark.parametrize("shape", [(2, 2), (5, 3, 3), (4, 2, 1, 1)])
def test_sums_are_those_of_numpy(shape: tuple[int, ...]) -> None:
    table = np.random.default_rng(0).random(shape)
    assert truths(table) == pytest.approx(table.sum(axis=-1))
    assert labels(table) == pytest.approx(table.sum(axis=-2))
    assert hits(table) == pytest.approx(np.trace(table, axis1=-2, axis2=-1))
