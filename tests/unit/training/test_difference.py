from __future__ import annotations

import numpy as np
import pytest

from modelbout.predictions import Predictions
from modelbout.training.difference import largest_difference

LABEL = np.array([0, 1, 1])
PROBA = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])


def test_probabilities_by_the_largest_of_a_class() -> None:
    moved = PROBA.copy()
    moved[1] = [0.3, 0.7]
    assert largest_difference(Predictions(LABEL, PROBA), Predictions(LABEL, moved)) == pytest.approx(0.1)


def test_a_label_that_flips_at_a_tie_is_no_difference_of_probabilities() -> None:
    other = Predictions(np.array([0, 1, 0]), PROBA + 1e-12)
    assert largest_difference(Predictions(LABEL, PROBA), other) == 0


@pytest.mark.parametrize(("label", "expected"), [([0, 1, 1], 0.0), ([0, 0, 1], 1.0)])
def test_labels_alone_are_the_same_or_not(label: list[int], expected: float) -> None:
    assert largest_difference(Predictions(LABEL, PROBA), Predictions(np.array(label))) == expected


def test_values_in_standard_deviations_of_the_first() -> None:
    one = Predictions(value=np.array([0.0, 10.0, 20.0]))
    other = Predictions(value=np.array([0.0, 10.0, 24.0]))
    assert largest_difference(one, other) == pytest.approx(4 / np.std([0, 10, 20]))
    larger = (Predictions(value=part.value * 1e6) for part in (one, other) if part.value is not None)
    assert largest_difference(*larger) == pytest.approx(4 / np.std([0, 10, 20]))


def test_values_that_are_all_alike_in_their_own_size() -> None:
    four, three = Predictions(value=np.full(3, 4.0)), Predictions(value=np.full(3, 3.0))
    assert largest_difference(four, three) == 0.25
    assert largest_difference(Predictions(value=np.zeros(2)), Predictions(value=np.array([0.0, 0.5]))) == 0.5


def test_rounding_is_no_difference() -> None:
    value = np.array([1e6, 2e6])
    assert largest_difference(Predictions(value=value), Predictions(value=value * (1 + 1e-9))) == 0
    assert largest_difference(Predictions(value=value), Predictions(value=value * (1 + 1e-4))) > 0


def test_no_rows_are_no_difference() -> None:
    assert largest_difference(Predictions(value=np.empty(0)), Predictions(value=np.empty(0))) == 0
