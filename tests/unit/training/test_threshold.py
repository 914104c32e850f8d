from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from modelbout.manifest import Scorer, Signature
from modelbout.predictions import Predictions
from modelbout.training.threshold import decided, decided_by

if TYPE_CHECKING:
    from modelbout.manifest import Manifest

SHAPE = Signature(inputs=(), target="y", target_type="string", classes=("no", "yes"), positive="yes")
SAID = Predictions(label=np.array([0, 0, 1], dtype=np.int64), proba=np.array([[0.9, 0.1], [0.7, 0.3], [0.4, 0.6]]))


@pytest.mark.parametrize(
    ("positive", "threshold", "labels"),
    [("yes", 0.3, [0, 1, 1]), ("yes", 0.61, [0, 0, 0]), ("no", 0.8, [0, 1, 1]), ("yes", None, [0, 0, 1])],
)
def test_the_threshold_decides_the_label(positive: str, threshold: float | None, labels: list[int]) -> None:
    shape = Signature(inputs=(), target="y", target_type="string", classes=("no", "yes"), positive=positive)
    found = decided(SAID, shape, Scorer(kind="skops", threshold=threshold))
    assert found.label is not None
    assert found.label.tolist() == labels
    assert found.proba is SAID.proba


def test_a_bundle_says_it_by_its_manifest() -> None:
    manifest = cast("Manifest", SimpleNamespace(signature=SHAPE, scorer=Scorer(kind="skops", threshold=0.05)))
    found = decided_by(SAID, manifest).label
    assert found is not None
    assert found.tolist() == [1, 1, 1]


def test_without_probabilities_the_labels_stay() -> None:
    said = Predictions(label=np.array([1, 0]))
    assert decided(said, SHAPE, Scorer(kind="skops", threshold=0.2)) is said
