from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from modelbout.errors import DataError
from modelbout.predictions import Predictions
from tests.unit.bout.conftest import draw_sheet
from tests.unit.bout.guardrails.play import ends, match, measured


def test_binary_is_the_mean_promise_against_what_happened() -> None:
    sheet = draw_sheet("binary", rows=500, shift=1.0)
    gap = sheet.proba[:, 1] - sheet.codes
    found = measured("calibration_gap", match(sheets=(sheet, None)))
    assert found.value == pytest.approx(abs(gap.mean()))
    expected = stats.t.interval(0.95, 499, gap.mean(), stats.sem(gap))
    assert ends(found) == pytest.approx(sorted(abs(end) for end in expected))


def test_a_gap_that_may_be_none_begins_at_zero() -> None:
    sheet = draw_sheet("binary", rows=100)
    even = replace(sheet, predictions=Predictions(proba=np.full((100, 2), 0.5), label=sheet.codes * 0))
    half = replace(even, truth=np.arange(100) % 2)
    found = measured("calibration_gap", match(sheets=(half, None)))
    assert found.value == 0
    assert ends(found)[0] == 0
    assert 0.05 < ends(found)[1] < 0.12


def test_several_classes_show_the_worst_of_them() -> None:
    sheet = draw_sheet("multiclass", rows=800, shift=1.5)
    gaps = [float((sheet.proba[:, code] - (sheet.codes == code)).mean()) for code in range(3)]
    found = measured("calibration_gap", match(sheets=(sheet, None)))
    assert found.value == pytest.approx(max(abs(gap) for gap in gaps))
    assert ends(found)[0] > 0


def test_regression_is_in_standard_deviations_of_the_target() -> None:
    sheet = draw_sheet("regression", rows=400, shift=2.0)
    found = measured("calibration_gap", match(sheets=(sheet, None)))
    assert found.value == pytest.approx(abs((sheet.value - sheet.target).mean()) / sheet.target.std())
    larger = replace(sheet, truth=sheet.target * 1000, predictions=Predictions(value=sheet.value * 1000))
    assert measured("calibration_gap", match(sheets=(larger, None))).value == pytest.approx(found.value)


def test_rows_of_one_cluster_count_together() -> None:
    sheet = draw_sheet("binary", rows=500, shift=1.0)
    order = np.argsort(sheet.proba[:, 1] - sheet.codes)
    alone, together, one = (
        measured("calibration_gap", match(sheets=(replace(sheet.take(order), clusters=clusters), None)))
        for clusters in (None, np.arange(500) // 10, np.zeros(500, dtype=np.int64))
    )
    assert ends(together)[1] - together.value > 2.5 * (ends(alone)[1] - alone.value)
    assert ends(one) == (0, np.inf)


def test_labels_promise_nothing() -> None:
    sheet = draw_sheet("binary", rows=50)
    bare = replace(sheet, predictions=Predictions(label=sheet.label))
    with pytest.raises(DataError, match="gave no probabilities"):
        measured("calibration_gap", match(sheets=(bare, None)))
