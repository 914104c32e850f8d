from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelbout.training.worker.jobs.inspect import judged

ROWS = 4
INDEX = pd.RangeIndex(ROWS)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (pd.Series([True, False, True, False]), {"failed": 2, "places": [1, 3]}),
        (pd.DataFrame({"a": [True, False, True, False]}), {"failed": 2, "places": [1, 3]}),
        ([True, True, False, True], {"failed": 1, "places": [2]}),
        (pd.Series([True, False, True, True], index=[3, 2, 1, 0]), {"failed": 1, "places": [2]}),
        (pd.array([True, False, True, True], dtype="boolean"), {"failed": 1, "places": [1]}),
        (True, {"failed": 0}),
        (np.bool_(False), {"failed": ROWS}),  # noqa: FBT003 -- what a function may return
        ({"failed": 2, "rows": [3, np.int64(0)], "message": "x" * 10**6}, {"failed": 2, "places": [0, 3]}),
        ({"failed": 0}, {"failed": 0, "places": []}),
        ({"failed": 9, "rows": range(9)}, {"failed": 9, "places": [0, 1, 2, 3, 4]}),
    ],
)
def test_answers_become_numbers(answer: Any, found: dict[str, Any]) -> None:
    assert judged(answer, INDEX, ROWS) == found


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (np.array([True, "x", True, True], dtype=object), {"refused": "kind"}),
        ({"failed": True}, {"refused": "kind"}),
        ({"failed": 1.5}, {"refused": "kind"}),
        ({"failed": 1, "rows": ["secret"]}, {"refused": "kind"}),
        ({}, {"refused": "kind"}),
        (None, {"refused": "kind"}),
        ("secret", {"refused": "kind"}),
        (["yes"] * ROWS, {"refused": "kind"}),
        ([1, 0, 1, 1], {"refused": "kind"}),
        (np.ones((ROWS, 2), dtype=bool), {"refused": "kind"}),
        ([True] * 3, {"refused": "length", "given": 3}),
        (pd.Series([True] * ROWS, index=[7, 8, 9, 10]).head(3), {"refused": "length", "given": 3}),
        ([True, None, True, np.nan], {"refused": "missing", "given": 2}),
        (pd.Series([True, True], index=[0, 1]), {"refused": "missing", "given": 2}),
        (pd.array([True, None, True, True], dtype="boolean"), {"refused": "missing", "given": 1}),
        ([1.0, np.nan, 0.0, 1.0], {"refused": "missing", "given": 1}),
    ],
)
def test_what_is_no_truth_value_is_refused(answer: Any, refused: dict[str, Any]) -> None:
    assert judged(answer, INDEX, ROWS) == refused


def test_a_series_of_other_rows_is_taken_as_it_stands() -> None:
    answer = pd.Series([True, False, True, True], index=[10, 11, 12, 13])
    assert judged(answer, INDEX, ROWS) == {"failed": 1, "places": [1]}
