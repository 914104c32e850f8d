from __future__ import annotations

import functools
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge, SGDClassifier, TweedieRegressor
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, StratifiedKFold, TunedThresholdClassifierCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from skops.io import dump

from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.worker.answers import predict
from modelbout.training.worker.estimators import set_seeds
from modelbout.training.worker.findings import Stop
from modelbout.training.worker.models import load_model, write_model

if TYPE_CHECKING:
    from pathlib import Path

N = 120
RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=N), "b": RNG.normal(size=N), "c": RNG.choice(["x", "y", "z"], N)})
LABELS = np.where(X["a"] + RNG.normal(size=N) > 0, "Yes", "No").astype(object)
NUMBERS = np.abs(X["a"].to_numpy()) + 0.1


def ready(model: Any) -> Any:
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(
        make_column_transformer(
            (numbers, make_column_selector(dtype_include=np.number)),
            (words, make_column_selector(dtype_exclude=np.number)),
        ),
        model,
    )


def on_numbers(*steps: Any) -> Any:
    return make_pipeline(ColumnTransformer([("keep", "passthrough", ["a", "b"])]), *steps)


LOGISTIC = LogisticRegression()
CLASSIFIERS = {
    "logistic": ready(LOGISTIC),
    "forest": ready(RandomForestClassifier(5, class_weight="balanced")),
    "boosting": ready(GradientBoostingClassifier(n_estimators=3)),
    "exponential boosting": ready(GradientBoostingClassifier(n_estimators=3, loss="exponential")),
    "histogram boosting": ready(HistGradientBoostingClassifier(max_iter=3)),
    "early stopping": ready(HistGradientBoostingClassifier(max_iter=3, early_stopping=True)),
    "ordinal and histogram boosting": make_pipeline(
        make_column_transformer(
            (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["c"]), remainder="passthrough"
        ),
        HistGradientBoostingClassifier(max_iter=3),
    ),
    "sigmoid": CalibratedClassifierCV(ready(SVC()), cv=2),
    "isotonic": CalibratedClassifierCV(ready(GaussianNB()), method="isotonic", cv=2),
    "svc": ready(SVC()),
    "neighbours": ready(KNeighborsClassifier()),
    "ball tree": ready(KNeighborsClassifier(algorithm="ball_tree", metric="manhattan")),
    "network": ready(MLPClassifier((4,), max_iter=3, early_stopping=True)),
    "sgd network": ready(MLPClassifier((4,), max_iter=3, solver="sgd")),
    "stacking": StackingClassifier([("a", ready(LOGISTIC)), ("b", ready(DecisionTreeClassifier()))], cv=2),
    "voting": VotingClassifier([("a", ready(LOGISTIC)), ("b", ready(GaussianNB()))], voting="soft"),
    "tuned threshold": TunedThresholdClassifierCV(ready(LOGISTIC), cv=2),
    "fixed threshold": FixedThresholdClassifier(ready(LOGISTIC), threshold=0.4),
    "grid": GridSearchCV(
        ready(LOGISTIC), {"logisticregression__C": [0.1, 1]}, cv=StratifiedKFold(2), scoring="roc_auc"
    ),
    "sgd": ready(SGDClassifier(loss="log_loss")),
    "ada": ready(AdaBoostClassifier(n_estimators=2)),
    "bagging": ready(BaggingClassifier(n_estimators=2)),
    "best": on_numbers(SelectKBest(k=1), LOGISTIC),
    "bins": on_numbers(KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), LOGISTIC),
    "splines": on_numbers(SplineTransformer(), PolynomialFeatures(), LOGISTIC),
    "ufunc": on_numbers(FunctionTransformer(np.abs, feature_names_out="one-to-one"), KNNImputer(), LOGISTIC),
    "target encoder": make_pipeline(make_column_transformer((TargetEncoder(cv=2), ["c"])), LOGISTIC),
    "dummy": DummyClassifier(),
}
REGRESSORS = {
    "ridge": ready(Ridge()),
    "net": ready(ElasticNet()),
    "forest": ready(RandomForestRegressor(3)),
    "extra": ready(ExtraTreesRegressor(3)),
    "huber": ready(GradientBoostingRegressor(loss="huber", n_estimators=3)),
    "histogram boosting": ready(HistGradientBoostingRegressor(max_iter=3, loss="poisson")),
    "quantile": ready(HistGradientBoostingRegressor(max_iter=3, loss="quantile", quantile=0.5)),
    "tweedie": ready(TweedieRegressor(power=1.5, link="log")),
    "log target": TransformedTargetRegressor(ready(Ridge()), func=np.log1p, inverse_func=np.expm1),
    "quantile target": TransformedTargetRegressor(ready(Ridge()), transformer=QuantileTransformer(n_quantiles=10)),
    "gaussian process": on_numbers(GaussianProcessRegressor(RBF() + WhiteKernel())),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", [*CLASSIFIERS, *(f"regression: {name}" for name in REGRESSORS)])
def test_scikit_learns_own_models_come_back_bit_by_bit(name: str, tmp_path: Path) -> None:
    regression = name.startswith("regression: ")
    model = REGRESSORS[name.removeprefix("regression: ")] if regression else CLASSIFIERS[name]
    path = str(tmp_path / "model.skops")
    set_seeds(model, 0)
    model.fit(X, NUMBERS if regression else LABELS)
    write_model(model, path, ALLOWED_TYPES)
    classes = () if regression else ("No", "Yes")
    then = predict(model, X, classes)
    now = predict(load_model(path, ALLOWED_TYPES), X, classes)
    assert {key: value.tobytes() for key, value in then.items()} == {key: value.tobytes() for key, value in now.items()}
    with zipfile.ZipFile(path) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}


class Mine(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What users write in their repositories."""

    def fit(self, rows: object, target: object = None) -> Mine:  # noqa: ARG002 -- scikit-learn's signature
        self.done_ = True
        return self

    def transform(self, rows: object) -> object:
        return rows


def mine(rows: object) -> object:
    return rows


@pytest.mark.parametrize(
    ("step", "named", "hint"),
    [
        (Mine(), "test_allowed_types.Mine", "train.command"),
        (FunctionTransformer(mine), "test_allowed_types.mine", "train.command"),
        (FunctionTransformer(os.system), "posix.system", "train.command"),
        (FunctionTransformer(functools.partial(np.abs)), "functools.partial", "HistGradientBoosting"),
        (FunctionTransformer(lambda rows: rows), "<lambda>", "train.command"),
    ],
)
def test_what_could_run_code_is_refused_at_training(step: object, named: str, hint: str, tmp_path: Path) -> None:
    model = on_numbers(step, LogisticRegression())
    if not isinstance(step, FunctionTransformer) or step.func is not os.system:
        model.fit(X, LABELS)
    path = tmp_path / "model.skops"
    with pytest.raises(Stop) as caught:
        write_model(model, str(path), ALLOWED_TYPES)
    assert named in caught.value.answer["found"]
    assert hint in caught.value.answer["fix"]
    assert not path.exists()


def test_what_could_run_code_is_refused_at_loading_too(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    path = tmp_path / "model.skops"
    dump(make_pipeline(FunctionTransformer(os.system, kw_args={"command": f"touch {marker}"})), path)
    with pytest.raises(Stop) as caught:
        load_model(str(path), ALLOWED_TYPES)
    assert "posix.system" in caught.value.answer["found"]
    assert "requirements.lock" in caught.value.answer["fix"]
    assert not marker.exists()


def test_the_list_holds_exact_names_and_nothing_that_calls() -> None:
    assert len(set(ALLOWED_TYPES)) == len(ALLOWED_TYPES)
    assert all(name.partition(".")[0] in {"numpy", "scipy", "sklearn"} for name in ALLOWED_TYPES)
    assert not [name for name in ALLOWED_TYPES if "*" in name or "partial" in name.split(".")]
    assert "functools.partial" not in ALLOWED_TYPES


def test_unsupported_objects_are_a_finding_not_a_traceback(tmp_path: Path) -> None:
    model = DummyClassifier().fit(X, LABELS)
    model.extra = (part for part in "a generator")
    with pytest.raises(Stop, match="cannot be written as skops"):
        write_model(model, str(tmp_path / "model.skops"), ALLOWED_TYPES)
