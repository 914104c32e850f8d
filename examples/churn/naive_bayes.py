"""Train a naive Bayes model with nothing but the standard library.

What Modelbout asks of a program: read the training rows from the CSV file in MODELBOUT_TRAIN, learn the column named
by MODELBOUT_TARGET, and leave in the directory MODELBOUT_OUTPUT a folder `model/` and a file `scorer.json` that says
which command scores rows when it is started inside that folder.
"""

import csv
import json
import math
import os
import shutil
import statistics
from collections import Counter
from pathlib import Path

from score import group

FEW = 12  # a column with at most so many different values is a column of words, even when they are digits
BINS = 10  # other columns are numbers, cut into tenths of the rows


def cuts_of(cells: list[str]) -> list[float] | None:
    """Return where a column of numbers is cut, or None for a column of words."""
    known = [cell for cell in cells if cell != ""]
    if len(set(known)) <= FEW:
        return None
    return sorted(set(statistics.quantiles(map(float, known), n=BINS)))


def learn(cells: list[str], answers: list[str], priors: Counter[str]) -> dict:
    """Return one column's part of the model: the logarithm of P(group | class), smoothed by one row a group."""
    cuts = cuts_of(cells)
    groups = [group(cell, cuts) for cell in cells]
    kinds = sorted(set(groups))
    counts = Counter(zip(answers, groups, strict=True))
    return {
        "cuts": cuts,
        "log_likelihoods": {
            label: {kind: math.log((counts[label, kind] + 1) / (priors[label] + len(kinds))) for kind in kinds}
            for label in sorted(priors)
        },
    }


def main() -> None:
    target = os.environ["MODELBOUT_TARGET"]
    with Path(os.environ["MODELBOUT_TRAIN"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    answers = [row[target] for row in rows]
    priors = Counter(answers)
    features = [column for column in rows[0] if column != target]
    model = {
        "log_priors": {label: math.log(priors[label] / len(rows)) for label in sorted(priors)},
        "columns": {column: learn([row[column] for row in rows], answers, priors) for column in features},
    }

    output = Path(os.environ["MODELBOUT_OUTPUT"])
    folder = output / "model"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model, indent=1), encoding="utf-8")
    shutil.copy(Path(__file__).with_name("score.py"), folder / "score.py")
    (output / "scorer.json").write_text(json.dumps({"command": ["python", "score.py"]}), encoding="utf-8")
    print(f"learned {len(features)} columns from {len(rows)} rows")


if __name__ == "__main__":
    main()
