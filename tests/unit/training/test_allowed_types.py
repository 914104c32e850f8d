from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import json
import operator
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import sklearn.datasets
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
from sklearn.gaussian_process.kernels import RBF, PairwiseKernel, WhiteKernel
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge, SGDClassifier, TweedieRegressor
from sklearn.metrics import make_scorer
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
from sklearn.utils.discovery import all_estimators
from skops.io import dump

from modelbout.training.allowed_types import ALLOWED_TYPES, forbidden
from modelbout.training.worker.answers import predict
from modelbout.training.worker.estimators import set_seeds
from modelbout.training.worker.findings import Stop
from modelbout.training.worker.models import load_model, of_this_version, write_model
from tests.unit.training.every_estimator import cases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

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


def forged(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write a file as only an attacker does: a plain model whose description of its content is changed."""
    dump(FunctionTransformer(np.log1p), path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(parts["schema.json"])
    change(schema)
    parts["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def node(loader: str, module: str, name: str, **more: Any) -> dict[str, Any]:
    return {"__class__": name, "__module__": module, "__loader__": loader, "__id__": 7, **more}


NONE = node("JsonNode", "builtins", "str", content="null", is_json=True)
NOTHING = node("TupleNode", "builtins", "tuple", content=[])
SYSTEM = node("FunctionNode", "os", "system")
BUNCH = node("ObjectNode", "sklearn.utils._bunch", "Bunch", content=None)
FORGERIES = {
    "a program": SYSTEM,
    "eval": node("FunctionNode", "builtins", "eval"),
    "a type that is none": node("TypeNode", "builtins", "exec"),
    "an operator under a false name": node("OperatorFuncNode", "builtins", "eval", attrs=NOTHING),
    "an operator": node("OperatorFuncNode", "operator", "methodcaller", attrs=NOTHING),
    "a method of what is trusted": node(
        "MethodNode", "sklearn.utils._bunch", "Bunch", content={"func": "__getattribute__", "obj": BUNCH}
    ),
    "a method of something else": node("MethodNode", "builtins", "dict", content={"func": "pop", "obj": BUNCH}),
    "a partial function": node(
        "PartialNode",
        "functools",
        "partial",
        content={"func": SYSTEM, "args": NOTHING, "kwds": NONE, "namespace": NONE},
    ),
    "a frozen distribution": node(
        "ObjectNode", "scipy.stats._distn_infrastructure", "rv_discrete_frozen", content=None
    ),
    "a distance of the user's": node("ObjectNode", "sklearn.metrics._dist_metrics", "PyFuncDistance64", content=None),
    "a program in what is trusted": BUNCH | {"content": SYSTEM},
    "a loader that is none": node("NothingNode", "os", "system"),
    "a name that climbs": node("ObjectNode", "sklearn..os", "system", content=None),
    "no description": {},
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_files_are_refused_before_anything_is_built(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[object] = []
    monkeypatch.setattr("skops.io._audit.Node.construct", built.append)
    path = tmp_path / "model.skops"
    forged(path, lambda schema: schema["content"]["content"].update(func=FORGERIES[name]))
    with pytest.raises(Stop) as caught:
        load_model(str(path), ALLOWED_TYPES)
    assert "cannot be loaded here" in caught.value.answer["found"]
    assert not built


@pytest.mark.parametrize(
    "hidden",
    [
        make_scorer(os.system),
        GridSearchCV(LogisticRegression(), {"C": [1]}, scoring=os.system),
        KNeighborsClassifier(metric=os.system),
        SelectKBest(os.system),
        PairwiseKernel(metric=os.system),
        make_column_transformer((FunctionTransformer(subprocess.run), ["a"])),
        TransformedTargetRegressor(Ridge(), func=eval, inverse_func=exec),
        FunctionTransformer(np.load),
        FunctionTransformer(np.log1p, inverse_func=operator.methodcaller("system", "true")),
        FunctionTransformer(scipy.stats.rv_discrete),
        FunctionTransformer(sklearn.datasets.load_files),
    ],
    # Not their texts: those hold addresses, which differ from one worker of pytest to the next.
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_program_hidden_in_an_estimator_is_refused(hidden: object, tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    dump(hidden, path)
    with pytest.raises(Stop, match="cannot be loaded here"):
        load_model(str(path), ALLOWED_TYPES)


HERE = ".".join(sklearn.__version__.split(".")[:2])
# Why a model cannot be written, in the words of who refuses; docs/training.md tells users.
REFUSED = {
    "Birch": "Objects of type Birch are not supported",
    # It keeps a scorer that keeps the model.
    "histogram boosting, early stopping": "maximum recursion depth exceeded",
}
# A product of matrices, whose last digit depends on where in memory they lie.
ALMOST = {"LabelPropagation", "LabelSpreading"}


@pytest.mark.filterwarnings("ignore:Class .* is deprecated:FutureWarning")  # scikit-learn's own, not yet removed
def test_every_estimator_comes_back_bit_by_bit_or_is_refused_for_a_reason_we_know(tmp_path: Path) -> None:
    path = str(tmp_path / "model.skops")
    refused, other = {}, set()
    for case in cases():
        model = case.fitted()
        try:
            write_model(model, path, ALLOWED_TYPES)
        except Stop as stop:
            refused[case.name] = stop.answer["found"]
            continue
        if case.answers(model) != case.answers(load_model(path, ALLOWED_TYPES)):
            other.add(case.name)
    assert refused.keys() == REFUSED.keys()
    assert all(REFUSED[name] in found for name, found in refused.items())
    assert other <= ALMOST


def test_every_estimator_is_in_the_list() -> None:
    here = {f"{kind.__module__}.{kind.__name__}" for _, kind in all_estimators()}
    assert len(here) > 150
    assert here <= set(ALLOWED_TYPES[HERE])


BARE = """
import sys
import sklearn.utils
walk = sklearn.utils.all_estimators
from modelbout.training.worker.models import skops_io
skops = skops_io({listed!r})
assert skops.__name__ == "skops.io"
assert sklearn.utils.all_estimators is walk
from skops.io import _trusted_types
print(len(_trusted_types.SKLEARN_ESTIMATOR_TYPE_NAMES), "sklearn.semi_supervised" in sys.modules)
"""


@pytest.mark.parametrize(("listed", "walked"), [({HERE: []}, False), ({"0.1": []}, True)])
def test_skops_walks_through_scikit_learn_only_where_there_is_no_list(
    *, listed: dict[str, list[str]], walked: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BARE.format(listed=listed)], check=True, capture_output=True, text=True
    )
    trusted, loaded = done.stdout.split()
    assert (int(trusted) > 150, loaded == "True") == (walked, walked)


def test_the_lists_hold_exact_names_and_nothing_that_calls() -> None:
    assert HERE in ALLOWED_TYPES
    for names in ALLOWED_TYPES.values():
        assert list(names) == sorted(set(names))
        assert not [name for name in names if forbidden(name)]


# Reviewed: each takes arrays and returns numbers, and calls nothing that it is given.
FUNCTIONS = ("sklearn.metrics.", "sklearn.feature_selection._mutual_info.", "sklearn.feature_selection._univariate_")
MORE_FUNCTIONS = {"numpy.mean", "scipy._lib.array_api_compat.numpy._aliases.asarray"}
CLUSTERING = {f"sklearn.cluster._kmeans._kmeans_single_{name}" for name in ("lloyd", "elkan")}


def test_a_function_in_the_list_is_one_that_was_reviewed() -> None:
    for name in ALLOWED_TYPES[HERE]:
        module, _, last = name.rpartition(".")
        with contextlib.suppress(ModuleNotFoundError, AttributeError):  # of another version of what is around it
            held = getattr(importlib.import_module(module), last)
            assert inspect.isclass(held) or name.startswith(FUNCTIONS) or name in MORE_FUNCTIONS | CLUSTERING


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("functools.partial", "not of NumPy"),
        ("os.system", "not of NumPy"),
        ("sklearn", "no exact"),
        ("sklearn.metrics.*", "no exact"),
        ("sklearn.metrics._dist_metrics.PyFuncDistance64", "calls what"),
        ("numpy.f2py.compile", "runs programs"),
        ("scipy.stats._distn_infrastructure.rv_continuous_frozen", "compile"),
        ("sklearn.datasets._openml.fetch_openml", "network"),
        ("sklearn.tree._tree.Tree", ""),
    ],
)
def test_what_may_never_be_in_the_list(name: str, why: str) -> None:
    assert forbidden(name).count(why) == 1 if why else not forbidden(name)


@pytest.mark.parametrize(
    ("version", "which"),
    [("1.0", "1.2"), ("1.2.2", "1.2"), ("1.9.1", "1.9"), ("1.9rc1", "1.9"), ("1.10.0", "1.9"), ("2.0", "1.9")],
)
def test_each_version_has_its_list(version: str, which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sklearn.__version__", version)
    assert of_this_version({"1.9": ["new"], "1.2": ["old"]}) == [{"1.2": "old", "1.9": "new"}[which]]


def test_unsupported_objects_are_a_finding_not_a_traceback(tmp_path: Path) -> None:
    model = DummyClassifier().fit(X, LABELS)
    model.extra = (part for part in "a generator")
    with pytest.raises(Stop, match="cannot be written as skops"):
        write_model(model, str(tmp_path / "model.skops"), ALLOWED_TYPES)
