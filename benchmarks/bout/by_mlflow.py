"""mlflow's evaluation of both models as classifiers, as its documentation shows it; run.py runs it in its own Python.

mlflow wants a model for metrics of probabilities: a logistic regression of the score's log odds gives nearly the score.
"""

import os
import sys

import mlflow
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

os.chdir(sys.argv[1])
truth = np.load("truth.npy")
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("bout")
for name in ("challenger", "champion"):
    score = np.load(f"{name}.npy")
    frame = pd.DataFrame({"odds": np.log(score / (1 - score)), "target": truth})
    model = LogisticRegression().fit(frame[["odds"]][:5000], truth[:5000])
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(model, name="model", serialization_format="pickle")
        result = mlflow.models.evaluate(
            logged.model_uri,
            data=frame,
            targets="target",
            model_type="classifier",
            evaluators="default",
            evaluator_config={"log_model_explainability": False, "pos_label": 1},
        )
        print(sorted(result.metrics))
