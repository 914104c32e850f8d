"""XGBoost, LightGBM and CatBoost in their own formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.consumer import LoadedModel
from modelbout.errors import TrainingError
from modelbout.manifest import Scorer
from modelbout.training.bundle import size, verify
from modelbout.training.golden import differing
from tests.integration.scorers.corner import trained
from tests.tools import need_scorer

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import ScorerKind, Task

pytestmark = pytest.mark.exhaustive

ESTIMATORS = {
    ("xgboost", "binary"): "xgboost.XGBClassifier(n_estimators=8)",
    ("xgboost", "multiclass"): "xgboost.XGBClassifier(n_estimators=8)",
    ("xgboost", "regression"): "xgboost.XGBRegressor(n_estimators=8)",
    ("lightgbm", "binary"): "lightgbm.LGBMClassifier(n_estimators=8, verbose=-1)",
    ("lightgbm", "multiclass"): "lightgbm.LGBMClassifier(n_estimators=8, verbose=-1)",
    ("lightgbm", "regression"): "lightgbm.LGBMRegressor(n_estimators=8, verbose=-1)",
    ("catboost", "binary"): "catboost.CatBoostClassifier(iterations=8, verbose=False, allow_writing_files=False)",
    ("catboost", "multiclass"): "catboost.CatBoostClassifier(iterations=8, verbose=False, allow_writing_files=False)",
    ("catboost", "regression"): "catboost.CatBoostRegressor(iterations=8, verbose=False, allow_writing_files=False)",
}
PIPELINE = """
import {kind}
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

def build():
    prepare = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["plan"]), remainder="passthrough"
    )
    return make_pipeline(prepare, {estimator})
"""


@pytest.mark.parametrize(("kind", "task"), ESTIMATORS)
def test_a_pipeline_is_written_without_a_pickle_and_answers_alike(kind: ScorerKind, task: Task, tmp_path: Path) -> None:
    need_scorer(kind)
    corner = trained(tmp_path, task, PIPELINE.format(kind=kind, estimator=ESTIMATORS[kind, task]))
    assert corner.fitted.scorer.kind == kind
    names = {entry.path for entry in verify(corner.bundle).files if entry.path.startswith("model")}
    more = {"model/classes.json"} if kind == "lightgbm" and task != "regression" else set()
    ending = {"xgboost": "ubj", "lightgbm": "txt", "catboost": "cbm"}[kind]
    assert names == {"model/steps.skops", f"model/model.{ending}"} | more
    assert size(corner.bundle) == sum((corner.bundle / name).stat().st_size for name in names)
    again = corner.scored(tmp_path / "scoring", latency=True)
    then, now = corner.fitted.answers[0], again.predictions
    assert differing(then, now) == 0
    assert again.seconds.size >= 40
    if then.label is not None and then.proba is not None:
        truth = corner.holdout[corner.signature.target].cast(str).to_numpy()
        right = np.array(corner.signature.classes)[then.label] == truth
        assert right.mean() > 0.8
        assert (then.proba.argmax(axis=1) == then.label).mean() > 0.99


def test_categories_that_catboost_takes_itself(tmp_path: Path) -> None:
    need_scorer("catboost")
    source = """
        from catboost import CatBoostClassifier
        from sklearn.impute import SimpleImputer
        from sklearn.compose import make_column_transformer
        from sklearn.pipeline import make_pipeline
        def build():
            fill = make_column_transformer(
                (SimpleImputer(strategy="constant", fill_value="none"), ["plan"]), remainder="passthrough"
            )
            return make_pipeline(
                fill, CatBoostClassifier(iterations=8, cat_features=[0], verbose=False, allow_writing_files=False)
            )
        """
    corner = trained(tmp_path, "binary", source)
    assert corner.scored(tmp_path / "scoring").predictions.label is not None


def test_steps_that_skops_does_not_take_are_refused(tmp_path: Path) -> None:
    need_scorer("lightgbm")
    source = """
        from lightgbm import LGBMClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer
        def mine(rows):
            return rows[["age", "income"]]
        def build():
            return make_pipeline(FunctionTransformer(mine), LGBMClassifier(n_estimators=2, verbose=-1))
        """
    with pytest.raises(TrainingError, match=r"not safe to load: pipeline\.mine"):
        trained(tmp_path, "binary", source)


def test_an_objective_of_the_users_own_changes_the_numbers_and_is_refused(tmp_path: Path) -> None:
    need_scorer("lightgbm")
    source = """
        import numpy as np
        from lightgbm import LGBMClassifier
        from sklearn.compose import make_column_transformer
        from sklearn.pipeline import make_pipeline
        class Odd(LGBMClassifier):
            def predict_proba(self, X, **rest):
                said = super().predict_proba(X, **rest) ** 2
                return said / said.sum(axis=1, keepdims=True)
        Odd.__module__ = "lightgbm.mine"
        def build():
            return make_pipeline(
                make_column_transformer(("passthrough", ["age", "income"])), Odd(n_estimators=5, verbose=-1)
            )
        """
    with pytest.raises(TrainingError, match="as lightgbm the model gives other numbers in"):
        trained(tmp_path, "binary", source)


PROGRAM = """
import json, os
from pathlib import Path
import pandas as pd
import {kind}
out = Path(os.environ["MODELBOUT_OUTPUT"])
model = out / "model"
model.mkdir()
rows = pd.read_csv(os.environ["MODELBOUT_TRAIN"])
target = rows.pop(os.environ["MODELBOUT_TARGET"])
fitted = {estimator}.fit(rows, target)
{save}
(out / "scorer.json").write_text(json.dumps({{"format": "{kind}"}}))
"""
SAVES = {
    "xgboost": "fitted.save_model(model / 'model.json')",
    "lightgbm": "fitted.booster_.save_model(model / 'model.txt')",
    "catboost": "fitted.save_model(model / 'model.cbm')",
}


@pytest.mark.parametrize("kind", SAVES)
def test_a_program_may_leave_a_file(kind: ScorerKind, tmp_path: Path) -> None:
    need_scorer(kind)
    source = PROGRAM.format(kind=kind, estimator=ESTIMATORS[kind, "regression"], save=SAVES[kind])
    corner = trained(tmp_path, "regression", source, inputs=("age", "income"), command="python train.py")
    assert corner.fitted.scorer == Scorer(kind=kind)
    then, now = corner.fitted.answers[0].value, corner.scored(tmp_path / "scoring").predictions.value
    assert then is not None
    assert now is not None
    assert np.array_equal(then, now)
    # In this process too, where its golden rows are asked.
    loaded = LoadedModel(corner.bundle, version=None, scratch=tmp_path / "loaded", program="python")
    assert loaded.manifest.scorer.kind == kind


@pytest.mark.parametrize("kind", SAVES)
def test_a_file_that_is_none_is_refused(kind: ScorerKind, tmp_path: Path) -> None:
    need_scorer(kind)
    save = f"{SAVES[kind]}; next(model.iterdir()).write_bytes(b'not a model')"
    source = PROGRAM.format(kind=kind, estimator=ESTIMATORS[kind, "regression"], save=save)
    with pytest.raises(TrainingError, match="the model file cannot be loaded here"):
        trained(tmp_path, "regression", source, inputs=("age", "income"), command="python train.py")
