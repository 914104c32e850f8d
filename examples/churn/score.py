"""Score rows with a model of naive_bayes.py; it travels inside the model, so it imports nothing of this repository.

Reads the rows from the CSV file in MODELBOUT_INPUT and writes one `proba:<class>` column a class to MODELBOUT_OUTPUT.
"""

import bisect
import csv
import json
import math
import os
from pathlib import Path


def group(text: str, cuts: list[float] | None) -> str:
    """Return the group a cell counts in: its own text, or for a column of numbers the interval between two cuts."""
    if cuts is None or text == "":
        return text
    return str(bisect.bisect_right(cuts, float(text)))


def probabilities(row: dict[str, str], model: dict) -> dict[str, float]:
    """Return the probability of each class for one row; a group that training never saw says nothing."""
    logs = dict(model["log_priors"])
    for column, told in model["columns"].items():
        found = group(row[column], told["cuts"])
        for label in logs:
            logs[label] += told["log_likelihoods"][label].get(found, 0.0)
    highest = max(logs.values())
    weights = {label: math.exp(value - highest) for label, value in logs.items()}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def main() -> None:
    model = json.loads(Path("model.json").read_text(encoding="utf-8"))
    labels = list(model["log_priors"])
    with (
        Path(os.environ["MODELBOUT_INPUT"]).open(encoding="utf-8", newline="") as rows,
        Path(os.environ["MODELBOUT_OUTPUT"]).open("w", encoding="utf-8", newline="") as answers,
    ):
        writer = csv.writer(answers)
        writer.writerow([f"proba:{label}" for label in labels])
        for row in csv.DictReader(rows):
            told = probabilities(row, model)
            writer.writerow([repr(told[label]) for label in labels])


if __name__ == "__main__":
    main()
