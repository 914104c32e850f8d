from __future__ import annotations

import numpy as np
import pytest

from modelbout.training.worker.findings import Stop
from modelbout.training.worker.parity import FEW, TOLERANCE, flipped, require_parity

ROWS = 3 * FEW
PROBA = np.column_stack([np.full(ROWS, 0.3), np.full(ROWS, 0.7)])
LABEL = np.ones(ROWS, dtype=np.int64)


def changed(rows: int, by: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    proba = PROBA.copy()
    proba[:rows] += [by, -by]
    return proba


def test_rounding_is_no_difference() -> None:
    require_parity({"label": LABEL, "proba": PROBA}, {"label": LABEL, "proba": changed(ROWS, TOLERANCE / 2)}, "onnx")
    require_parity({"value": PROBA[:, 0] * 1e6}, {"value": PROBA[:, 0] * 1e6 + 1}, "onnx")
    require_parity({"label": LABEL}, {"label": LABEL}, "onnx")


def test_a_row_in_a_thousand_may_take_another_leaf_and_no_more() -> None:
    require_parity({"proba": PROBA}, {"proba": changed(3, 0.1)}, "onnx")
    with pytest.raises(Stop, match="as onnx the model gives other numbers in 4 of 3,000 rows"):
        require_parity({"proba": PROBA}, {"proba": changed(4, 0.1)}, "onnx")
    with pytest.raises(Stop, match="other numbers in 3,000 of 3,000 rows"):
        require_parity({"value": PROBA[:, 0]}, {"value": PROBA[:, 1]}, "onnx")
    few = LABEL[:20] * 1.0
    require_parity({"value": few}, {"value": np.r_[few[:19], 2.0]}, "onnx")
    with pytest.raises(Stop, match="in 2 of 20 rows"):
        require_parity({"value": few}, {"value": np.r_[few[:18], 2.0, np.nan]}, "onnx")


def test_one_flipped_label_is_too_many() -> None:
    other = LABEL.copy()
    other[7] = 0
    with pytest.raises(Stop, match="gives another label in 1 of 3,000 rows"):
        require_parity({"label": LABEL, "proba": PROBA}, {"label": other, "proba": PROBA}, "onnx")
    with pytest.raises(Stop, match="gives another label in 1 of 3,000 rows"):
        require_parity({"label": LABEL}, {"label": other}, "onnx")


def test_a_tie_is_no_flip() -> None:
    then = {"label": np.array([0]), "proba": np.array([[0.5, 0.5]])}
    assert flipped(then, {"label": np.array([1])}) == 0
    assert flipped(then | {"proba": np.array([[0.51, 0.49]])}, {"label": np.array([1])}) == 1
    assert flipped({"value": np.array([1.0])}, {"value": np.array([2.0])}) == 0


def test_probabilities_must_not_get_lost() -> None:
    with pytest.raises(Stop, match="as mine the model has no probabilities any more"):
        require_parity({"label": LABEL, "proba": PROBA}, {"label": LABEL}, "mine")
