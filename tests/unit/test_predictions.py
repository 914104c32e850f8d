from __future__ import annotations

import numpy as np

from modelbout.predictions import Predictions


def test_some_rows_by_position_or_by_mask() -> None:
    said = Predictions(label=np.array([0, 1, 0]), proba=np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]))
    two = said.at(np.array([2, 1]))
    assert two.label is not None
    assert two.proba is not None
    assert two.label.tolist() == [0, 1]
    assert two.proba[:, 0].tolist() == [0.6, 0.2]
    assert two.value is None
    assert said.at(np.array([False, True, False])).rows == 1
    assert Predictions(value=np.array([5.0, 6.0])).at(np.array([1])).value == np.array([6.0])
    assert Predictions().at(np.array([], dtype=np.intp)).rows == 0
