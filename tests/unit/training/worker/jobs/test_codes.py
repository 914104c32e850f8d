"""XGBoost knows classes only as 0, 1 ...; here a module of the user's that is called so, and refuses the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.unit.training.worker.play import do, job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STAND_IN = """
    from sklearn.linear_model import LogisticRegression

    class XGBClassifier(LogisticRegression):
        def fit(self, rows, target):
            assert target.dtype.kind == "i" and set(target.tolist()) == {0, 1}
            return super().fit(rows, target)
    """
PIPELINE = """
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from xgboost import XGBClassifier

    def build():
        return make_pipeline(StandardScaler(), XGBClassifier(C=100.0))

    def space():
        return {"xgbclassifier__C": [100.0]}
    """


@pytest.fixture
def given(repository: Callable[..., Path], tmp_path: Path) -> dict[str, Any]:
    root = repository(xgboost_py=STAND_IN, pipeline_py=PIPELINE)
    every = np.arange(4)
    folds = tmp_path / "folds.npz"
    np.savez(folds, learned0=every, asked0=every)
    return job(tmp_path, root, folds=str(folds), count=1, answers=str(tmp_path / "answers.npz"))


def test_the_folds_of_a_threshold_are_learned_in_codes(given: dict[str, Any], tmp_path: Path) -> None:
    code, result = do(tmp_path, given | {"job": "folds"})
    assert code == 0, result
    with np.load(given["answers"], allow_pickle=False) as said:
        assert said["label"].tolist() == said["proba"].argmax(axis=1).tolist()


@pytest.mark.parametrize("metric", ["f1", "average_precision", "roc_auc"])
def test_a_search_is_made_in_codes(given: dict[str, Any], metric: str, tmp_path: Path) -> None:
    plan = {
        "by": "halving",
        "space": "pipeline:space",
        "minutes": 5.0,
        "trials": 1,
        "metric": metric,
        "positive": "yes",
        "folds": given["folds"],
        "count": 1,
        "shown": 1,
    }
    code, result = do(tmp_path, given | {"job": "search", "parameters": {}, "backend": "", "search": plan})
    assert code == 0, result
    assert result["search"]["best"] == {"xgbclassifier__C": 100.0}
    assert result["search"]["failed"] == 0
