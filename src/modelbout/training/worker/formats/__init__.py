"""The formats of models: one module each, with ``load``, and with ``write`` for what can be written in it.

``write(estimator, path)`` leaves the model at the path and what belongs to it beside it. ``load(path, classes)``
returns an object with ``predict``, and ``predict_proba`` and ``classes_`` where it has them. No format's library is
needed for another's models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

# Where the model lies in a bundle, by the scorer's kind; what belongs to it is beside it, if that is in `model/`.
FILES = {
    "skops": "model.skops",
    "onnx": "model.onnx",
    "xgboost": "model/model.ubj",
    "lightgbm": "model/model.txt",
    "catboost": "model/model.cbm",
    "mlflow": "model/MLmodel",
    "pickle": "model/model.pkl",
}
# A file that is taken in place of it, from a program that wrote that.
INSTEAD = {"xgboost": "model/model.json"}
# Loading these may run whatever is in the file.
RUN_CODE = ("mlflow", "pickle")
# The libraries whose estimators are written in their own format, never pickled.
NATIVE = ("xgboost", "lightgbm", "catboost")


def model_file(kind: str, home: Path) -> Path:
    """Return where the model of this kind lies below ``home``."""
    path = home / FILES[kind]
    other = home / INSTEAD.get(kind, FILES[kind])
    return other if other.is_file() and not path.is_file() else path


def last_step(model: Any) -> Any:  # noqa: ANN401 -- an estimator has no common class
    """Return the estimator that answers: the last one of a pipeline, or the model itself."""
    steps = getattr(model, "steps", None)
    return steps[-1][1] if isinstance(steps, list) and steps else model


def library_of(model: Any) -> str:  # noqa: ANN401 -- as above
    """Return the name of the package that the answering estimator comes from."""
    return type(last_step(model)).__module__.partition(".")[0]


def speaks_codes(model: Any) -> bool:  # noqa: ANN401 -- as above
    """Tell whether a classifier knows its classes only as 0, 1 ..., as XGBoost's does."""
    return library_of(model) == "xgboost" and hasattr(last_step(model), "predict_proba")
