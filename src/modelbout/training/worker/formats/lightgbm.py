"""LightGBM's own format: text, data only; the classes are in a file beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ..answers import class_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

CLASSES_FILE = "classes.json"


def write(model: Any, path: Path) -> None:  # noqa: ANN401 -- the libraries have no types
    """Write the fitted model, and the order of its classes."""
    model.booster_.save_model(str(path))
    if hasattr(model, "predict_proba"):
        names = [class_text(value) for value in model.classes_.tolist()]
        path.with_name(CLASSES_FILE).write_text(json.dumps(names), encoding="utf-8")


def load(path: Path, classes: Sequence[str]) -> Any:  # noqa: ANN401 -- as above
    """Return the model; without a file of classes they are in the signature's order."""
    import lightgbm

    booster = lightgbm.Booster(model_file=str(path))
    if not classes:
        return booster
    beside = path.with_name(CLASSES_FILE)
    names = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else list(classes)
    return Classifier(booster, names)


class Classifier:
    """A booster that answers as LightGBM's classifier does."""

    def __init__(self, booster: Any, names: Sequence[str]) -> None:  # noqa: ANN401 -- as above
        self.booster = booster
        self.classes_ = np.array(names, dtype=object)

    def predict_proba(self, rows: Any) -> NDArray[np.float64]:  # noqa: ANN401 -- a frame, or what steps make of it
        """Return a column for each class; the booster gives one number for two classes."""
        said = np.asarray(self.booster.predict(rows))
        return np.column_stack([1.0 - said, said]) if said.ndim == 1 else said

    def predict(self, rows: Any) -> NDArray[np.object_]:  # noqa: ANN401 -- as above
        """Return the likeliest class of each row."""
        likeliest: NDArray[np.object_] = self.classes_[np.argmax(self.predict_proba(rows), axis=1)]
        return likeliest
