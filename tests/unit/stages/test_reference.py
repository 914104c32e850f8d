from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelbout.manifest import Feature, Signature
from modelbout.predictions import Predictions
from modelbout.profile import Category
from modelbout.stages.reference import MOST_SCORES, reference, scores_of

SHAPE = Signature(
    inputs=(Feature(name="a", type="integer"), Feature(name="b", type="integer")),
    target="y",
    target_type="number",
    classes=("0", "1"),
    positive="1",
)
TRAIN = pl.DataFrame(
    {"a": range(100), "b": [0, 1] * 50, "y": [0.0, 1.0] * 50, "region": [1.0] * 60 + [2.0] * 39 + [None]}
)


def proba(rows: int) -> Predictions:
    hit = np.linspace(0.1, 0.9, rows)
    return Predictions(label=(hit > 0.5).astype(np.int64), proba=np.column_stack([1 - hit, hit]))


def test_the_reference_has_slices_label_scores_and_importances() -> None:
    dealt = Predictions(label=np.array([0] * 20 + [1] * 20 + [0] * 15 + [1] * 5))
    found = reference(TRAIN, SHAPE, slices=["region"], on_holdout=proba(50), on_dealt=dealt)
    assert found.slices[0].groups == (Category(value="1", count=60), Category(value="2", count=39))
    assert found.label is not None
    assert found.label.categories == (Category(value="0", count=50), Category(value="1", count=50))
    assert [(score.name, score.count) for score in found.scores] == [("P(1)", 50)]
    assert [column.importance for column in found.columns] == [0.8, 0.2, None, None]


def test_without_answers_there_are_no_importances() -> None:
    found = reference(TRAIN, SHAPE, slices=[], on_holdout=proba(50), on_dealt=None)
    assert [column.importance for column in found.columns] == [None] * 4


def test_the_label_of_a_regression_is_a_number() -> None:
    shape = Signature(inputs=SHAPE.inputs, target="y", target_type="number")
    found = reference(TRAIN, shape, slices=[], on_holdout=Predictions(value=np.arange(20.0)), on_dealt=None)
    assert found.label is not None
    assert found.label.numbers is not None
    assert [score.name for score in found.scores] == ["value"]


@pytest.mark.parametrize("classes", [3, MOST_SCORES + 5])
def test_each_class_has_a_score_up_to_a_number(classes: int) -> None:
    names = tuple(f"class {place:02}" for place in range(classes))
    shape = Signature(inputs=SHAPE.inputs, target="y", target_type="string", classes=names)
    answers = Predictions(label=np.zeros(10, np.int64), proba=np.full((10, classes), 1 / classes))
    found = scores_of(answers, shape)
    assert [score.name for score in found] == [f"P({name})" for name in names[:MOST_SCORES]]


def test_a_model_without_probabilities_has_its_labels() -> None:
    (found,) = scores_of(Predictions(label=np.array([1, 0, 1])), SHAPE)
    assert found.to_list() == ["1", "0", "1"]
    assert scores_of(Predictions(), SHAPE)[0].to_list() == []
