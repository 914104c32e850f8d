"""Five metrics of two models, their levels and differences, and ROC AUC in 20 slices, all with intervals.

Prints the CPU and wall-clock seconds that the statistics took, after imports and reading.

    python benchmarks/bout/by_modelbout.py DIRECTORY [bootstrap]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from modelbout.bout.comparison import compared
from modelbout.bout.metric import RowMetric, TableMetric
from modelbout.bout.ring import SliceColumn
from modelbout.bout.roster import metric
from modelbout.bout.sheet import Sheet
from modelbout.bout.slices import judge_slices
from modelbout.predictions import Predictions

METRICS = ("roc_auc", "average_precision", "log_loss", "brier", "f1")
RULES = {"confidence": 0.95, "seed": 0}


def sheets(place: Path) -> list[Sheet]:
    """Read both models' answers."""
    truth = np.load(place / "truth.npy")
    found = []
    for name in ("challenger", "champion"):
        score = np.load(place / f"{name}.npy")
        told = Predictions(label=(score > 0.5).astype(np.int64), proba=np.column_stack([1 - score, score]))  # noqa: PLR2004
        found.append(Sheet("binary", 2, 1, truth, told))
    return found


def main(place: Path, *, bootstrap: bool) -> None:
    """Work them out and print the seconds."""
    mine, theirs = sheets(place)
    columns = [
        SliceColumn(name, np.load(place / f"{name}.npy"), tuple(f"{name} {code}" for code in range(10)))
        for name in ("region", "plan")
    ]
    began, cpu = time.perf_counter(), time.process_time()
    for name in METRICS:
        one = metric(name)
        assert isinstance(one, RowMetric | TableMetric)
        one = replace(one, interval="bootstrap") if bootstrap else one
        found = compared(name, one, mine, theirs, **RULES)
        assert found.difference is not None
        assert found.difference.method.startswith("paired bootstrap") is bootstrap
    if bootstrap:
        auc = replace(metric("roc_auc"), interval="bootstrap")
        for column in columns:
            for code in range(len(column.groups)):
                rows = np.flatnonzero(column.codes == code)
                one = compared("roc_auc", auc, mine.take(rows), theirs.take(rows), **RULES)
                assert one.difference is not None
    else:
        slices = judge_slices("roc_auc", mine, theirs, columns, min_rows=20, **RULES)
        assert all(one.improvement is not None for one in slices)
    print(f"{time.process_time() - cpu:.3f} {time.perf_counter() - began:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), bootstrap="bootstrap" in sys.argv[2:])
