"""Compare two models on a million rows: five metrics with paired intervals, beside a loop of scikit-learn resamples.

The loop is the plain paired bootstrap that one would write: 1,000 resamples, five metrics, two models. A few of its
resamples are measured, and the time of 1,000 is worked out from them; the output says so.

    python benchmarks/bout/million.py [rows]
"""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
from sklearn import metrics as sk

from modelbout.bout.comparison import contrast
from modelbout.bout.sheet import Sheet
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

METRICS = ("roc_auc", "average_precision", "log_loss", "brier", "f1")
RESAMPLES = 1000
MEASURED = 2
ROUNDS = 3


def draw(rows: int) -> tuple[Sheet, Sheet]:
    """Draw the truth and two models."""
    rng = np.random.default_rng(0)
    signal = rng.normal(-1, 1.5, rows)
    truth = (rng.random(rows) < 1 / (1 + np.exp(-signal))).astype(np.int64)
    sheets = []
    for noise in (0.5, 0.6):
        proba = 1 / (1 + np.exp(-(signal + rng.normal(0, noise, rows))))
        told = Predictions(label=(proba > 0.5).astype(np.int64), proba=np.column_stack([1 - proba, proba]))  # noqa: PLR2004
        sheets.append(Sheet("binary", 2, 1, truth, told))
    return sheets[0], sheets[1]


def ours(rows: int) -> float:
    """Return the seconds of five metrics with level and paired intervals, nothing cached before."""
    sheets = draw(rows)
    start = time.perf_counter()
    for name in METRICS:
        found = contrast(name, *sheets, confidence=0.95, seed=0).difference
        assert found is not None
    return time.perf_counter() - start


def one_resample(truth: NDArray[np.int64], scores: list[NDArray[np.float64]], rng: np.random.Generator) -> float:
    """Return the seconds of one scikit-learn resample: five metrics of two models."""
    start = time.perf_counter()
    rows = rng.integers(0, truth.size, truth.size)
    y = truth[rows]
    for score in scores:
        p = score[rows]
        sk.roc_auc_score(y, p)
        sk.average_precision_score(y, p)
        sk.log_loss(y, p)
        sk.brier_score_loss(y, p)
        sk.f1_score(y, p > 0.5)  # noqa: PLR2004
    return time.perf_counter() - start


def main(rows: int) -> None:
    """Print both times and their ratio."""
    best = min(ours(rows) for _ in range(ROUNDS))
    print(f"modelbout, {rows:,} rows, {', '.join(METRICS)}, two models and their difference: {best:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"peak memory so far: {peak:,.0f} MB")
    sheets = draw(rows)
    rng = np.random.default_rng(1)
    scores = [sheet.proba[:, 1].copy() for sheet in sheets]
    each = min(one_resample(sheets[0].codes, scores, rng) for _ in range(MEASURED))
    print(f"scikit-learn in a loop: {each:.2f} s a resample (best of {MEASURED})")
    print(f"-> {each * RESAMPLES:,.0f} s for {RESAMPLES:,} resamples, extrapolated, not measured")
    print(f"ratio: {each * RESAMPLES / best:,.0f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
