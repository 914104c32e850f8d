"""Evidently's drift preset on two Parquet files, as its documentation shows it; speed.py runs it in its own Python."""

import sys

import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

before, now, method = sys.argv[1:4]
frames = [pd.read_parquet(path) for path in (before, now)]
texts = [name for name in frames[0].columns if name.startswith("s")]
numbers = [name for name in frames[0].columns if name.startswith("n")]
definition = DataDefinition(numerical_columns=numbers, categorical_columns=texts)
data = [Dataset.from_pandas(frame, data_definition=definition) for frame in frames]
chosen = {"num_method": "psi", "cat_method": "psi"} if method == "psi" else {}
result = Report([DataDriftPreset(**chosen)]).run(reference_data=data[0], current_data=data[1])
print(len(result.json()))
