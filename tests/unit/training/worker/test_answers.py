from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from modelbout.training.signature import class_texts
from modelbout.training.worker.answers import class_text, predict
from modelbout.training.worker.findings import Stop


class Says:
    """An estimator with given answers."""

    def __init__(self, said: Any, proba: Any = None, classes: Any = None) -> None:
        self.said = said
        self.classes_ = classes
        if proba is not None:
            self.predict_proba = lambda _rows: proba

    def predict(self, _rows: object) -> Any:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def test_columns_are_sorted_as_the_signature_says() -> None:
    model = Says(np.array([2, 10]), proba=[[0.9, 0.1], [0.3, 0.7]], classes=np.array([2, 10]))
    said = predict(model, pd.DataFrame({"a": [1, 2]}), ("10", "2"))
    assert said["label"].tolist() == [1, 0]
    assert said["proba"].tolist() == [[0.1, 0.9], [0.7, 0.3]]


def test_a_column_vector_is_a_vector() -> None:
    assert predict(Says(np.array([[1], [2]])), pd.DataFrame(), ())["value"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("model", "classes", "message"),
    [
        (Says(["a", "b"]), (), "predict() returned no numbers"),
        (Says([[1, 2], [3, 4]]), (), "predict() returned an array of shape (2, 2)"),
        (Says(["maybe", "no"]), ("no", "yes"), "1 class(es) that no training row has"),
        (Says(["no"], proba=[[1.0]], classes=np.array(["no", "yes"])), ("no", "yes"), "array of shape (1, 1)"),
        (Says(RuntimeError("inside")), (), "the model: predict() failed: RuntimeError: inside"),
    ],
)
def test_answers_of_the_wrong_kind(model: Says, classes: tuple[str, ...], message: str) -> None:
    with pytest.raises(Stop) as caught:
        predict(model, pd.DataFrame({"a": [1, 2]}), classes)
    assert message in caught.value.answer["found"]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (1.0, "1"), (1.5, "1.5"), (7, "7"), ("x", "x")]
)
def test_class_texts_are_those_of_the_signature(value: object, text: str) -> None:
    assert class_text(value) == text == class_texts(pl.Series([value]))[0]
