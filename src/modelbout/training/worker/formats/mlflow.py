"""Models that MLflow wrote, asked through its pyfunc. Loading one may unpickle, and so run code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray


def load(path: Path, classes: Sequence[str]) -> Any:  # noqa: ANN401 -- one of two classes
    """Return the model in the directory of the file ``MLmodel``."""
    # Nothing leaves: MLflow tells its makers what is used, unless this is set before it is imported.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    import mlflow.pyfunc

    model = mlflow.pyfunc.load_model(str(path.parent))
    return Scoring(model, classes) if classes else model


class Scoring:
    """A classifier: what it says are labels, or a number for each class in the signature's order.

    Where the model inside has ``predict_proba`` and names its classes, that is asked.
    """

    def __init__(self, model: Any, classes: Sequence[str]) -> None:  # noqa: ANN401 -- MLflow publishes no types here
        self.model = model
        self.classes_ = np.array(classes, dtype=object)
        inside: Any = model.get_raw_model() if hasattr(model, "get_raw_model") else None
        if hasattr(inside, "predict_proba") and hasattr(inside, "classes_"):
            self.predict_proba = inside.predict_proba
            self.classes_ = np.asarray(inside.classes_)
        elif len(classes) > 1:
            self.columns = len(classes)

    def predict(self, rows: pd.DataFrame) -> NDArray[Any]:
        """Return a label for each row."""
        said = np.asarray(self.model.predict(rows))
        if said.ndim > 1 and said.shape[1] == len(self.classes_):
            likeliest: NDArray[Any] = self.classes_[np.argmax(said, axis=1)]
            return likeliest
        return said
