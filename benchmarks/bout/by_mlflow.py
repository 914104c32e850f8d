"""mlflow's classifier evaluation of both models' predictions; run.py runs it in its own Python.

It works out fewer metrics from a table of answers than from a model: those of the labels.
"""

import sys
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd

place = Path(sys.argv[1])
truth = np.load(place / "truth.npy")
mlflow.set_tracking_uri(f"sqlite:///{place / 'mlflow.db'}")
mlflow.set_experiment("bout")
for name in ("challenger", "champion"):
    score = np.load(place / f"{name}.npy")
    frame = pd.DataFrame({"prediction": (score > 0.5).astype(int), "target": truth})  # noqa: PLR2004
    with mlflow.start_run():
        result = mlflow.models.evaluate(
            data=frame, predictions="prediction", targets="target", model_type="classifier", evaluators="default"
        )
        print(sorted(result.metrics))
