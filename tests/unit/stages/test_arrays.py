from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelbout.manifest import Feature, Signature
from modelbout.predictions import Predictions
from modelbout.stages.arrays import MISSING_GROUP, aligned, all_classes, balance, slice_columns


def known(*classes: str) -> Signature:
    return Signature(inputs=(Feature(name="x", type="number"),), target="y", target_type="string", classes=classes)


def test_the_classes_of_both_models_are_put_together() -> None:
    assert all_classes([known("b", "a"), known("c", "a", "b")]) == ("a", "b", "c")


def test_predictions_move_to_the_classes_of_both() -> None:
    answers = Predictions(label=np.array([0, 1]), proba=np.array([[0.9, 0.1], [0.2, 0.8]]))
    moved = aligned(answers, ("a", "c"), ("a", "b", "c"))
    assert moved.label is not None
    assert moved.proba is not None
    assert moved.label.tolist() == [0, 2]
    assert moved.proba.tolist() == [[0.9, 0.0, 0.1], [0.2, 0.0, 0.8]]


def test_another_order_of_classes_is_put_right() -> None:
    answers = Predictions(label=np.array([0]), proba=np.array([[0.7, 0.3]]))
    moved = aligned(answers, ("yes", "no"), ("no", "yes"))
    assert moved.label is not None
    assert moved.proba is not None
    assert moved.label.tolist() == [1]
    assert moved.proba.tolist() == [[0.3, 0.7]]


def test_labels_alone_and_numbers_stay_what_they_are() -> None:
    moved = aligned(Predictions(label=np.array([1])), ("a", "c"), ("a", "b", "c"))
    assert moved.label is not None
    assert moved.label.tolist() == [2]
    assert moved.proba is None
    numbers = Predictions(value=np.array([1.5]))
    assert aligned(numbers, (), ()) is numbers


def test_slices_are_named_in_order_and_missing_is_a_group() -> None:
    frame = pl.DataFrame({"region": ["s", None, "n", "s"], "old": [True, False, True, True]})
    region, old = slice_columns(frame, ["region", "old"])
    assert region.groups == (MISSING_GROUP, "n", "s")
    assert region.codes.tolist() == [2, 0, 1, 2]
    assert old.groups == ("false", "true")
    assert old.codes.tolist() == [1, 0, 1, 1]


def test_the_balance_counts_classes_and_not_numbers() -> None:
    assert balance(pl.Series(["a", "b", "b"]), "multiclass") == {"b": 2, "a": 1}
    assert balance(pl.Series([1, 0, 1]), "binary") == {"1": 2, "0": 1}
    assert balance(pl.Series([1.0, 2.0]), "regression") == {}


@pytest.mark.parametrize("values", [[1, 2], ["1", "2"]])
def test_a_class_is_the_same_as_number_and_as_text(values: list[object]) -> None:
    assert set(balance(pl.Series(values), "binary")) == {"1", "2"}
