"""Evidently's classification preset on both models, as its documentation shows it; run.py runs it in its own Python."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from evidently import BinaryClassification, DataDefinition, Dataset, Report
from evidently.presets import ClassificationPreset

place = Path(sys.argv[1])
truth = np.load(place / "truth.npy")
definition = DataDefinition(
    classification=[BinaryClassification(target="target", prediction_labels="label", prediction_probas="proba")]
)
data = []
for name in ("challenger", "champion"):
    score = np.load(place / f"{name}.npy")
    frame = pd.DataFrame({"target": truth, "label": (score > 0.5).astype(int), "proba": score})  # noqa: PLR2004
    data.append(Dataset.from_pandas(frame, data_definition=definition))
result = Report([ClassificationPreset()]).run(current_data=data[0], reference_data=data[1])
print(len(result.json()))
