"""Every estimator of scikit-learn, and what else a fitted one may keep: scorers, splitters, kernels, losses, distances.

Runs with any scikit-learn from 1.3 on and needs nothing else of ours, so that `.ci/types` can ask each version in an
environment of its own which types its models hold.
"""

from __future__ import annotations

import inspect
import json
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
import sklearn.feature_selection
import sklearn.gaussian_process.kernels
import sklearn.metrics
import sklearn.model_selection
import sklearn.utils
from sklearn.base import is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import make_spd_matrix
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.feature_selection import SelectKBest
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier, SGDRegressor, TweedieRegressor
from sklearn.metrics import get_scorer, get_scorer_names, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import BallTree, KDTree, KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, SplineTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.utils.discovery import all_estimators

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
N = 60
HOLES = 0.1
_RNG = np.random.default_rng(0)
X = np.abs(_RNG.normal(size=(N, 3))) + 0.1
Y = np.arange(N) % 3
WORDS = Y.astype(str).astype(object)
NUMBERS = X[:, 0] * 2 + _RNG.random(N)
TEXTS = ["one two", "two three", "three one one"] * 20
BOTH = np.column_stack([NUMBERS, NUMBERS[::-1]])
LOGISTIC, LINEAR = LogisticRegression(), LinearRegression()
TWO = [("a", LOGISTIC), ("b", DummyClassifier())]
NUMERIC_TWO = [("a", LINEAR), ("b", GradientBoostingRegressor(n_estimators=2))]
GRID = {"estimator": LOGISTIC, "cv": 2}

# How to make those that cannot be made, or not be fitted in a moment, without arguments.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "ClassifierChain": {"estimator": LOGISTIC} if VERSION >= (1, 7) else {"base_estimator": LOGISTIC},
    "ColumnTransformer": {"transformers": [("a", StandardScaler(), [0]), ("b", "passthrough", [1])]},
    "DictionaryLearning": {"n_components": 2, "max_iter": 5},
    "FeatureUnion": {"transformer_list": [("a", StandardScaler()), ("b", PowerTransformer())]},
    "FixedThresholdClassifier": {"estimator": LOGISTIC},
    "FrozenEstimator": {"estimator": LogisticRegression().fit(X, WORDS)},
    "FunctionTransformer": {"func": np.log1p, "inverse_func": np.expm1},
    "GridSearchCV": {**GRID, "param_grid": {"C": [0.1, 1]}},
    "HalvingGridSearchCV": {**GRID, "param_grid": {"C": [0.1, 1]}},
    "HalvingRandomSearchCV": {**GRID, "param_distributions": {"C": [0.1, 1, 2]}},
    "HashingVectorizer": {"n_features": 64},
    "HistGradientBoostingClassifier": {"max_iter": 3},
    "HistGradientBoostingRegressor": {"max_iter": 3},
    "LogisticRegressionCV": {"Cs": 2, "cv": 2},
    "MiniBatchDictionaryLearning": {"n_components": 2, "max_iter": 5},
    "MLPClassifier": {"hidden_layer_sizes": (3,), "max_iter": 3},
    "MLPRegressor": {"hidden_layer_sizes": (3,), "max_iter": 3},
    "MultiOutputClassifier": {"estimator": LOGISTIC},
    "MultiOutputRegressor": {"estimator": LINEAR},
    "OneVsOneClassifier": {"estimator": LOGISTIC},
    "OneVsRestClassifier": {"estimator": LOGISTIC},
    "OutputCodeClassifier": {"estimator": LOGISTIC},
    "Pipeline": {"steps": [("a", StandardScaler()), ("b", LOGISTIC)]},
    "RandomizedSearchCV": {**GRID, "param_distributions": {"C": [0.1, 1, 2]}, "n_iter": 2},
    "RegressorChain": {"estimator": LINEAR} if VERSION >= (1, 7) else {"base_estimator": LINEAR},
    "RFE": {"estimator": LOGISTIC},
    "RFECV": {"estimator": LOGISTIC, "cv": 2},
    "SelectFromModel": {"estimator": LOGISTIC},
    "SelectKBest": {"k": 1},
    "SelfTrainingClassifier": {"estimator": LOGISTIC} if VERSION >= (1, 6) else {"base_estimator": LOGISTIC},
    "SequentialFeatureSelector": {"estimator": LOGISTIC, "cv": 2},
    "SparseCoder": {"dictionary": np.eye(3)},
    "SparsePCA": {"n_components": 2, "max_iter": 5},
    "SpectralBiclustering": {"n_clusters": 2},
    "SpectralCoclustering": {"n_clusters": 2},
    "StackingClassifier": {"estimators": TWO, "cv": 2},
    "StackingRegressor": {"estimators": NUMERIC_TWO, "cv": 2},
    "TransformedTargetRegressor": {"regressor": LINEAR, "func": np.log1p, "inverse_func": np.expm1},
    "TunedThresholdClassifierCV": {"estimator": LOGISTIC, "cv": 2},
    "TSNE": {"perplexity": 5, "min_grad_norm": 1e3},
    "VotingClassifier": {"estimators": TWO},
    "VotingRegressor": {"estimators": NUMERIC_TWO},
    "GaussianRandomProjection": {"n_components": 2},
    "SparseRandomProjection": {"n_components": 2},
    "PLSCanonical": {"n_components": 1},
    "CCA": {"n_components": 1},
    "PLSRegression": {"n_components": 1},
    "PLSSVD": {"n_components": 1},
    "TargetEncoder": {"cv": 2},
    "NuSVC": {"nu": 0.2},
    "RadiusNeighborsClassifier": {"radius": 9.0},
    "RadiusNeighborsRegressor": {"radius": 9.0},
}
# Metrics without a scorer of their own: people make one.
METRICS = (
    "cohen_kappa_score",
    "d2_pinball_score",
    "d2_tweedie_score",
    "dcg_score",
    "fbeta_score",
    "hamming_loss",
    "hinge_loss",
    "mean_pinball_loss",
    "mean_tweedie_deviance",
    "ndcg_score",
    "zero_one_loss",
)
BINARY = {"FixedThresholdClassifier", "TunedThresholdClassifierCV"}
LABELS_ALONE = {"LabelBinarizer", "LabelEncoder"}
TEXT = {"CountVectorizer", "HashingVectorizer", "TfidfVectorizer"}
MANY_TARGETS = {"CCA", "PLSCanonical", "PLSRegression", "PLSSVD", "RegressorChain"} | {
    name for name, _ in all_estimators() if name.startswith("Multi") and not name.startswith("Multinomial")
}
ASKED = ("predict", "predict_proba", "decision_function", "transform", "score_samples")


@dataclass(frozen=True)
class Case:
    """Something that a model file may hold: an estimator with what it is fitted on, or a part without rows."""

    name: str
    model: Any
    rows: Any = None
    target: Any = None

    def fitted(self) -> Any:
        """Fit it when it can be, with a seed where it takes one."""
        if self.rows is None:
            return self.model
        if "random_state" in self.model.get_params(deep=False):
            self.model.set_params(random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.model.fit(self.rows) if self.target is None else self.model.fit(self.rows, self.target)

    def answers(self, model: Any) -> list[bytes]:
        """Return all that it says of its rows, to the bit."""
        if self.rows is None:
            return []
        said = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for method in (name for name in ASKED if hasattr(model, name)):
                answer = getattr(model, method)(self.rows)
                parts = answer if isinstance(answer, (list, tuple)) else [answer]
                for part in parts:
                    dense = np.asarray(part.toarray() if hasattr(part, "toarray") else part)
                    said.append(repr(dense.tolist()).encode() if dense.dtype == object else dense.tobytes())
        return said


def cases() -> Iterator[Case]:
    """Yield every estimator, then what only some parameters bring into a model."""
    from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401, PLC0415 -- see above

    for name, kind in all_estimators():
        yield _plain(name, kind)
    yield from _losses()
    yield from _kernels()
    yield from _neighbours()
    yield from _parts()
    yield from _compositions()


def _plain(name: str, kind: Any) -> Case:
    arguments = ARGUMENTS.get(name, {})
    if "n_estimators" in inspect.signature(kind).parameters:
        arguments = {"n_estimators": 3} | arguments
    model = kind(**arguments)
    if name in LABELS_ALONE:
        return Case(name, model, Y)
    if name in TEXT:
        return Case(name, model, TEXTS)
    special: dict[str, tuple[Any, Any]] = {
        "DictVectorizer": ([{"a": 1.0}, {"b": 2.0}], None),
        "FeatureHasher": ([{"a": 1.0}, {"b": 2.0}], None),
        "ClassifierChain": (X, np.column_stack([Y == 1, Y == 2]).astype(int)),
        "IsotonicRegression": (X[:, 0], NUMBERS),
        "IterativeImputer": (np.where(_RNG.random(X.shape) < HOLES, np.nan, X), None),
        "KernelCenterer": (X @ X.T, None),
        "MultiLabelBinarizer": ([{"a"}, {"a", "b"}], None),
        "MultiOutputClassifier": (X, np.column_stack([Y, Y])),
        "PatchExtractor": (_RNG.random((2, 12, 12)), None),
        "EllipticEnvelope": (X, None),
        "GraphicalLasso": (_RNG.multivariate_normal(np.zeros(3), make_spd_matrix(3, random_state=0), 60), None),
        "CategoricalNB": (Y[:, None], WORDS),
    }
    if name in special:
        return Case(name, model, *special[name])
    if name in MANY_TARGETS:
        return Case(name, model, X, BOTH)
    if name in BINARY:
        return Case(name, model, X, np.where(Y == 1, "yes", "no").astype(object))
    return Case(name, model, X, NUMBERS if is_regressor(model) else WORDS)


def _losses() -> Iterator[Case]:
    for loss in ("squared_error", "absolute_error", "gamma", "poisson", "quantile"):
        kind = HistGradientBoostingRegressor(loss=loss, quantile=0.5 if loss == "quantile" else None, max_iter=2)
        yield Case(f"histogram boosting, {loss}", kind, X, NUMBERS)
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield Case(f"boosting, {loss}", GradientBoostingRegressor(loss=loss, n_estimators=2), X, NUMBERS)
    for loss in ("log_loss", "exponential"):
        yield Case(f"boosting, {loss}", GradientBoostingClassifier(loss=loss, n_estimators=2), X, Y == 1)
    yield Case(
        "histogram boosting, early stopping",
        HistGradientBoostingClassifier(max_iter=3, early_stopping=True, scoring="roc_auc"),
        X,
        Y == 1,
    )
    for loss in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron"):
        yield Case(f"descent, {loss}", SGDClassifier(loss=loss, max_iter=5), X, WORDS)
    for loss in ("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
        yield Case(f"descent, {loss}", SGDRegressor(loss=loss, max_iter=5), X, NUMBERS)
    for power in (0, 1, 1.5, 2, 3):
        for link in ("auto", "log"):
            yield Case(f"tweedie, {power}, {link}", TweedieRegressor(power=power, link=link), X, NUMBERS)
    for solver in ("adam", "sgd", "lbfgs"):
        network = MLPClassifier((3,), solver=solver, max_iter=3, early_stopping=solver != "lbfgs")
        yield Case(f"network, {solver}", network, X, WORDS)


def _kernels() -> Iterator[Case]:
    home = sklearn.gaussian_process.kernels
    plain = [home.RBF(), home.Matern(), home.RationalQuadratic(), home.ExpSineSquared(), home.DotProduct()]
    plain += [home.WhiteKernel(), home.ConstantKernel(), home.PairwiseKernel()]
    plain += [home.RBF() + home.WhiteKernel(), home.RBF() * 2.0, home.RBF() ** 2]
    for kernel in plain:
        yield Case(f"kernel {kernel}", kernel)
    yield Case("kernels of numbers", GaussianProcessRegressor(home.RBF() + home.WhiteKernel()), X, NUMBERS)
    yield Case("kernels of many classes", GaussianProcessClassifier(home.RBF(), optimizer=None), X, WORDS)


def _neighbours() -> Iterator[Case]:
    for algorithm, tree in (("ball_tree", BallTree), ("kd_tree", KDTree)):
        for metric in tree.valid_metrics:
            if metric in ("pyfunc", "mahalanobis"):  # a function of the user's; a matrix
                continue
            rows = X[:, :2] if metric == "haversine" else X
            given = {"seuclidean": {"V": np.ones(3)}, "p": {"p": 3}, "minkowski": {"p": 3}}.get(metric)
            for width in (np.float64, np.float32):
                model = KNeighborsClassifier(algorithm=algorithm, metric=metric, metric_params=given)
                yield Case(f"{algorithm}, {metric}, {width.__name__}", model, rows.astype(width), WORDS)


def _parts() -> Iterator[Case]:
    for name in get_scorer_names():
        yield Case(f"scorer {name}", get_scorer(name))
    for name in (name for name in METRICS if hasattr(sklearn.metrics, name)):
        yield Case(f"metric {name}", make_scorer(getattr(sklearn.metrics, name)))
    home = sklearn.model_selection
    base = home.BaseCrossValidator, home.BaseShuffleSplit
    arguments: dict[str, Any] = {"PredefinedSplit": [0, 1], "LeavePOut": 2, "LeavePGroupsOut": 2}
    # Not the bases, and not what is experimental.
    for name in sorted(name for name in home.__all__ if not name.startswith(("Base", "Halving"))):
        kind: Any = getattr(home, name)
        if name.startswith("Repeated") or (inspect.isclass(kind) and issubclass(kind, base)):
            yield Case(f"splitter {name}", kind(*([arguments[name]] if name in arguments else [])))
    for name in ("chi2", "f_classif", "f_regression", "mutual_info_classif", "mutual_info_regression", "r_regression"):
        judge = getattr(sklearn.feature_selection, name)
        target = NUMBERS if "regression" in name else WORDS
        yield Case(f"best by {name}", SelectKBest(judge, k=1), X, target)
    for kind in (np.number, np.object_):
        yield Case(f"selector of {kind.__name__}", make_column_selector(dtype_include=kind, pattern="^a"))


def _compositions() -> Iterator[Case]:
    for method in ("sigmoid", "isotonic", *(("temperature",) if VERSION >= (1, 8) else ())):
        yield Case(f"calibrated, {method}", CalibratedClassifierCV(SVC(), method=method, cv=2), X, WORDS)
    for name in ("abs", "cbrt", "exp", "expm1", "log", "log10", "log1p", "log2", "sqrt", "square"):
        yield Case(f"function {name}", FunctionTransformer(getattr(np, name)), X)
    yield Case("splines", SplineTransformer(extrapolation="periodic"), X)
    mixed = make_column_transformer((StandardScaler(), [0, 1]), remainder=PowerTransformer())
    yield Case("columns", make_pipeline(mixed, LogisticRegression()), X, WORDS)
    search = GridSearchCV(SVC(), {"C": np.array([0.1, 1.0])}, cv=2, refit="a", scoring={"a": "accuracy"})
    yield Case("several scorers", search, X, WORDS)
    yield Case("names of columns", make_pipeline(StandardScaler().set_output(transform="pandas"), LOGISTIC), X, WORDS)


def held_types(path: str) -> dict[str, list[str]]:
    """Return by each type that a bare skops does not trust by itself the cases that hold it; files go to the path.

    Every estimator is among them, also one that cannot be fitted here.
    """
    # As modelbout imports it (worker/models.py): without a list of estimators of its own.
    sklearn.utils.all_estimators = list
    from skops.io import dump, get_untrusted_types  # noqa: PLC0415 -- see above

    found: dict[str, list[str]] = {f"{kind.__module__}.{kind.__name__}": [name] for name, kind in all_estimators()}
    for case in cases():
        try:
            dump(case.fitted(), path)
        except Exception as error:  # noqa: BLE001 -- each library refuses in its own way
            print(f"not asked: {case.name}: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 -- for `.ci/types`
            continue
        for held in get_untrusted_types(file=path):
            found.setdefault(held, []).append(case.name)
    return dict(sorted(found.items()))


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(held_types(sys.argv[1])), encoding="utf-8")
