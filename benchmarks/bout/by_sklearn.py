"""The plain paired bootstrap that one would write with scikit-learn: some of its resamples, five metrics, two models.

Prints the CPU and wall-clock seconds of one resample: the median of those that were played.

    python benchmarks/bout/by_sklearn.py DIRECTORY RESAMPLES
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from sklearn import metrics as sk

place, resamples = Path(sys.argv[1]), int(sys.argv[2])
truth = np.load(place / "truth.npy")
scores = [np.load(place / f"{name}.npy") for name in ("challenger", "champion")]
rng = np.random.default_rng(1)
cpu, wall = [], []
for _ in range(resamples):
    start = time.process_time(), time.perf_counter()
    rows = rng.integers(0, truth.size, truth.size)
    y = truth[rows]
    for score in scores:
        p = score[rows]
        sk.roc_auc_score(y, p)
        sk.average_precision_score(y, p)
        sk.log_loss(y, p)
        sk.brier_score_loss(y, p)
        sk.f1_score(y, p > 0.5)  # noqa: PLR2004
    cpu.append(time.process_time() - start[0])
    wall.append(time.perf_counter() - start[1])
print(f"{statistics.median(cpu):.3f} {statistics.median(wall):.3f}")
