from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.calibration import LEAST_ROWS, bins_of
from modelbout.bout.roster import metric
from modelbout.bout.sheet import Sheet
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.metric import Measured


def measured_by(name: str, sheet: Sheet) -> Measured:
    return metric(name, sheet.terms).measure(sheet)


def test_jackknife_of_the_debiased_calibration_error_is_exact_while_the_bins_stay() -> None:
    # 15 different probabilities in 15 bins: leaving out a row moves no other one.
    steps = np.repeat(np.linspace(0.05, 0.95, 15), 40)
    truth = (np.random.default_rng(0).random(600) < steps**1.5).astype(np.int64)
    sheet = Sheet("binary", 2, 1, truth, Predictions(label=truth, proba=np.column_stack([1 - steps, steps])))
    measured = measured_by("ece_debiased", sheet)
    rows = np.arange(600)
    without = np.array([measured_by("ece_debiased", sheet.take(rows[rows != row])).value for row in rows[::7]])
    jackknife = 599 * (measured.value - without)
    assert measured.influence[::7] == pytest.approx(jackknife, abs=2e-3)
    assert np.abs(jackknife).max() > 0.1


def test_debiased_calibration_error_of_a_calibrated_model_is_zero_on_average() -> None:
    draws = np.random.default_rng(7)
    found = []
    for _ in range(300):
        yes = draws.random(400)
        truth = (draws.random(400) < yes).astype(np.int64)
        sheet = Sheet("binary", 2, 1, truth, Predictions(label=truth, proba=np.column_stack([1 - yes, yes])))
        found.append((measured_by("ece_debiased", sheet).value, measured_by("ece", sheet).value))
    fair, plain = np.mean(found, axis=0)
    assert abs(fair) < 3 * np.std([one for one, _ in found]) / np.sqrt(300)
    assert plain > 0.04  # noise alone


@pytest.mark.parametrize(("rows", "bins"), [(20, 1), (39, 1), (40, 2), (300, 15), (5000, 15)])
def test_there_are_as_many_bins_as_the_rows_can_fill(rows: int, bins: int, draw: Callable[..., Sheet]) -> None:
    found = bins_of(draw("binary", rows=rows))
    assert found.rows.size == bins
    assert found.rows.sum() == rows
    assert found.rows.max() - found.rows.min() <= 1


def test_equal_probabilities_are_in_one_bin_and_no_bin_is_tiny() -> None:
    yes = np.concatenate([[0.01, 0.02], np.full(300, 0.5), [0.98, 0.99]])
    truth = np.arange(304) % 2
    found = bins_of(Sheet("binary", 2, 1, truth, Predictions(label=truth, proba=np.column_stack([1 - yes, yes]))))
    assert np.unique(found.of_row[yes == 0.5]).size == 1
    assert found.rows.min() >= LEAST_ROWS
    assert found.rows.sum() == 304


def test_of_many_classes_it_is_the_one_that_was_given_most(draw: Callable[..., Sheet]) -> None:
    sheet = draw("multiclass", rows=400)
    found = bins_of(sheet)
    assert found.probability.tolist() == sheet.proba.max(axis=1).tolist()
    assert found.hit.tolist() == (sheet.proba.argmax(axis=1) == sheet.codes).tolist()
