from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from modelbout.drift.divergence import divergences, jensen_shannon, stability


def test_the_jensen_shannon_divergence_is_that_of_scipy() -> None:
    one, two = np.array([0.2, 0.3, 0.5, 0.0]), np.array([0.1, 0.0, 0.6, 0.3])
    assert jensen_shannon(one, two) == pytest.approx(jensenshannon(one, two) ** 2)
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(math.log(2))


def test_the_stability_index_survives_an_empty_cell() -> None:
    first, second = np.array([500, 500]), np.array([1000, 0])
    assert 2 < stability(first, second) < 5
    assert stability(first, first) == 0


def test_both_amount_to_the_shift_of_a_normal_variable() -> None:
    edges = np.linspace(-3, 3, 19)
    shares = [
        np.diff([0.0, *(0.5 * math.erfc(-(edge - mean) / math.sqrt(2)) for edge in edges), 1.0]) for mean in (0, 0.2)
    ]
    first, second = (np.rint(share * 1e7).astype(np.int64) for share in shares)
    for reading in divergences(first, second, 5e6, 1e-4):
        assert reading.effect == pytest.approx(0.2, rel=0.03)


def test_one_cell_tells_nothing() -> None:
    assert divergences(np.array([5]), np.array([5]), 2.5, 1e-4) == ()
    assert divergences(np.array([5, 5]), np.array([0, 0]), 0.0, 1e-4) == ()
