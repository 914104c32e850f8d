"""The types that a model file may build besides those that skops itself trusts: exact names, ours, reviewed.

skops works out every type and function that a file would build before it builds any. What is neither in its own list
nor in this one is refused, when a model is written and when it is loaded. The list never comes from the file.

Rules for this list:

* exact names only: data holders of NumPy, SciPy and scikit-learn, and functions of arrays to numbers;
* nothing that calls what a file names: ``functools.partial``, ``operator.*`` and frozen SciPy distributions (they
  compile source text) stay out, whatever is inside them;
* ``Tree``, ``TreePredictor`` and ``KDTree`` hold indices that scikit-learn follows without a look: a forged file could
  crash the process that asks it, but not make it run code. A bundle's digest is checked before its model is loaded.
"""

from __future__ import annotations

_NUMPY = (
    "numpy.dtype",
    "numpy.number",
    "numpy.object_",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",  # SplineTransformer keeps it beside each BSpline
    "scipy.interpolate._bsplines.BSpline",
    "scipy.interpolate._bsplines._BSpline",  # the arrays behind a BSpline since SciPy 1.18
)

_INTERNALS = (
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn._loss.loss.HalfTweedieLossIdentity",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.calibration._TemperatureScaling",
    "sklearn.compose._column_transformer.make_column_selector",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.impute._iterative.IterativeImputer",
    "sklearn.impute._iterative._ImputerTriplet",
    "sklearn.multiclass._ConstantPredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
)

_LOSSES_BEFORE_1_4 = tuple(
    f"sklearn.ensemble._gb_losses.{name}"
    for name in (
        "BinomialDeviance",
        "ExponentialLoss",
        "HuberLossFunction",
        "LeastAbsoluteError",
        "LeastSquaresError",
        "MultinomialDeviance",
        "QuantileLossFunction",
    )
)

_NEIGHBOURS = (
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._ball_tree.BallTree64",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neighbors._kd_tree.KDTree64",
    *(
        f"sklearn.metrics._dist_metrics.{name}Distance{bits}"
        for name in ("Chebyshev", "Euclidean", "Hamming", "Haversine", "Manhattan", "Minkowski", "SEuclidean")
        for bits in ("", "32", "64")
    ),
)

_KERNELS = tuple(
    f"sklearn.gaussian_process.{name}"
    for name in (
        "_gpc._BinaryGaussianProcessClassifierLaplace",
        "kernels.CompoundKernel",
        "kernels.ConstantKernel",
        "kernels.DotProduct",
        "kernels.ExpSineSquared",
        "kernels.Exponentiation",
        "kernels.Matern",
        "kernels.Product",
        "kernels.RBF",
        "kernels.RationalQuadratic",
        "kernels.Sum",
        "kernels.WhiteKernel",
    )
)

_SPLITTERS = tuple(
    f"sklearn.model_selection._split.{name}"
    for name in (
        "GroupKFold",
        "GroupShuffleSplit",
        "KFold",
        "LeaveOneGroupOut",
        "LeaveOneOut",
        "PredefinedSplit",
        "RepeatedKFold",
        "RepeatedStratifiedKFold",
        "ShuffleSplit",
        "StratifiedGroupKFold",
        "StratifiedKFold",
        "StratifiedShuffleSplit",
        "TimeSeriesSplit",
    )
)

# A tuned threshold or a grid search keeps its scorer, and a scorer its metric: functions of two arrays.
_SCORERS = (
    *(
        f"sklearn.metrics._scorer.{name}"
        for name in (
            "_CurveScorer",
            "_PassthroughScorer",
            "_PredictScorer",
            "_ProbaScorer",
            "_Scorer",
            "_ThresholdScorer",
        )
    ),
    *(
        f"sklearn.metrics._classification.{name}"
        for name in (
            "accuracy_score",
            "balanced_accuracy_score",
            "brier_score_loss",
            "cohen_kappa_score",
            "d2_brier_score",
            "d2_log_loss_score",
            "f1_score",
            "fbeta_score",
            "jaccard_score",
            "log_loss",
            "matthews_corrcoef",
            "precision_score",
            "recall_score",
        )
    ),
    *(
        f"sklearn.metrics._ranking.{name}"
        for name in ("average_precision_score", "ndcg_score", "roc_auc_score", "top_k_accuracy_score")
    ),
    *(
        f"sklearn.metrics._regression.{name}"
        for name in (
            "d2_absolute_error_score",
            "explained_variance_score",
            "max_error",
            "mean_absolute_error",
            "mean_absolute_percentage_error",
            "mean_gamma_deviance",
            "mean_pinball_loss",
            "mean_poisson_deviance",
            "mean_squared_error",
            "mean_squared_log_error",
            "mean_tweedie_deviance",
            "median_absolute_error",
            "r2_score",
            "root_mean_squared_error",
            "root_mean_squared_log_error",
        )
    ),
    *(
        f"sklearn.feature_selection.{name}"
        for name in (
            "_mutual_info.mutual_info_classif",
            "_mutual_info.mutual_info_regression",
            "_univariate_selection.chi2",
            "_univariate_selection.f_classif",
            "_univariate_selection.f_regression",
            "_univariate_selection.r_regression",
        )
    ),
)

ALLOWED_TYPES: tuple[str, ...] = (
    *_NUMPY,
    *_INTERNALS,
    *_LOSSES_BEFORE_1_4,
    *_NEIGHBOURS,
    *_KERNELS,
    *_SPLITTERS,
    *_SCORERS,
)
