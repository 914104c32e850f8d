"""Simulate how often the paired 95 % intervals hold the true difference.

A large population is drawn once; its difference is the truth. Each repeat draws n rows of it, judges them, and asks
whether the interval holds the truth. With 2,000 repeats the share itself is known to within about 1 percentage point.

    python benchmarks/bout/coverage.py [repeats]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.comparison import contrast
from modelbout.bout.roster import names_for
from modelbout.bout.sheet import Sheet
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from modelbout.manifest import Task

POPULATION = 400_000
SIZES = (200, 500, 1000, 5000)
TASKS: tuple[tuple[Task, int, float, str], ...] = (
    ("binary", 2, 0.0, "30 to 50 % positives"),
    ("binary", 2, -2.0, "about 10 % positives"),
    ("multiclass", 4, 0.0, "4 classes"),
    ("regression", 0, 0.0, "regression"),
)


def population(task: Task, classes: int, shift: float) -> tuple[Sheet, Sheet]:
    """Draw the truth and two models of different noise, of which many answers are the same."""
    rng = np.random.default_rng(1)
    if task == "regression":
        signal = rng.gamma(2, 3, POPULATION)
        truth = signal + rng.standard_t(5, POPULATION)
        near, far = (Predictions(value=signal + rng.normal(0, noise, POPULATION)) for noise in (0.5, 0.6))
        return Sheet(task, 0, None, truth, near), Sheet(task, 0, None, truth, far)
    signal = rng.normal(0, 1.5, (POPULATION, classes))
    signal[:, -1] += shift
    codes = np.argmax(signal + rng.gumbel(size=signal.shape), axis=1)
    sheets = []
    for noise in (0.3, 0.5):
        odds = np.exp(signal + rng.normal(0, noise, signal.shape))
        proba = odds / odds.sum(axis=1, keepdims=True)
        told = Predictions(label=proba.argmax(axis=1), proba=proba)
        sheets.append(Sheet(task, classes, 1 if task == "binary" else None, codes, told))
    return sheets[0], sheets[1]


def main(repeats: int) -> None:
    """Print the coverage of every metric at every size."""
    print(f"share of {repeats} paired 95 % intervals that hold the true difference")
    print(f"{'':24}{'':20}" + "".join(f"{'n=' + str(size):>9}" for size in SIZES))
    for task, classes, shift, shown in TASKS:
        sheets = population(task, classes, shift)
        for name in names_for(sheets[0].task):
            whole = contrast(name, *sheets, confidence=0.95, seed=0).difference
            assert whole is not None
            shares = [_share(name, sheets, whole.improvement, size, repeats) for size in SIZES]
            print(f"{shown:24}{name:20}" + "".join(f"{share:9.3f}" for share in shares), flush=True)


def _share(name: str, sheets: tuple[Sheet, Sheet], truth: float, size: int, repeats: int) -> float:
    rng = np.random.default_rng([2, size])
    held = made = 0
    for repeat in range(repeats):
        rows = rng.integers(0, POPULATION, size)
        found = contrast(name, sheets[0].take(rows), sheets[1].take(rows), confidence=0.95, seed=repeat).difference
        if found is not None:  # a class too rare for an interval: nothing is claimed
            made += 1
            held += found.low <= truth <= found.high
    return held / made if made else float("nan")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
