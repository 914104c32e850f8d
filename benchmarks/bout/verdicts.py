"""Simulate how often the whole judge is wrong when there is nothing to find.

Each repeat draws a fresh holdout and two models that are equally good (the same signal, each with noise of its own),
and asks the real ``judge`` with rule ``superior``, margin 0 and 95 % confidence: a ``win`` or a ``loss`` is false.
The other metrics of the same bout are judged by the same rule. Eight slices are judged beside them: a bout in which
any of them shows a difference is a false alarm of Holm's correction. A first model whose answers have nothing to do
with the truth must not beat the dummy. With 2,000 repeats a share of 2.5 % is known to within 0.7 percentage points.

    python benchmarks/bout/verdicts.py [repeats]
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from modelbout.bout.holding import against
from modelbout.bout.judge import judge
from modelbout.bout.ring import Corner, Ring, SliceColumn
from modelbout.config.compare import Compare, Primary
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.judge import Judgement
    from modelbout.manifest import Task

SIZES = (200, 1000)
PREVALENCES = (0.1, 0.3, 0.5)
NOISE = 0.5
GROUPS = 8
FIRST = ("roc_auc", "average_precision", "balanced_accuracy", "mcc")


class Case(NamedTuple):
    """One kind of bout: prevalence of the positive class for binary, ``classes`` for the others."""

    task: Task
    prevalence: float = 0.0
    classes: int = 0
    tails: str = "normal"

    def shown(self) -> str:
        """Return the case as a table has it."""
        if self.task == "binary":
            return f"binary, {self.prevalence:.0%} positives"
        return f"{self.classes} classes" if self.task == "multiclass" else f"regression, {self.tails} errors"


CASES = (
    *(Case("binary", prevalence) for prevalence in PREVALENCES),
    Case("multiclass", classes=4),
    Case("regression"),
    Case("regression", tails="t3"),
)


def main(repeats: int) -> None:
    """Print the shares of false verdicts, in percent."""
    print(f"{repeats} repeats a line; false wins / false losses in % of the bouts; limit 2.5 each")
    for case in CASES:
        for size in SIZES:
            _equality(case, size, repeats)
    print("a first model without any skill that beats the dummy, in %; limit 2.5")
    for prevalence in PREVALENCES:
        for size in SIZES:
            _first(prevalence, size, repeats)


def _equality(case: Case, size: int, repeats: int) -> None:
    rng = np.random.default_rng([3, size, int(100 * case.prevalence), case.classes, len(case.tails)])
    wins: Counter[str] = Counter()
    losses: Counter[str] = Counter()
    alarms = judged = 0
    for repeat in range(repeats):
        try:
            found = judge(_bout(case, size, rng, repeat))
        except DataError:  # fewer than five positives: refused, as it should be
            continue
        judged += 1
        wins["verdict"] += found.verdict == "win"
        losses["verdict"] += found.verdict == "loss"
        alarms += any(one.status in ("better", "worse") for one in found.slices)
        for name, status in _statuses(found):
            wins[name] += status == "holds"
            losses[name] += status == "broken"
    print(f"{case.shown()}, n={size}, {judged} bouts; any of {GROUPS} slices {100 * alarms / judged:.1f} (limit 5)")
    shares = (f"{name} {100 * wins[name] / judged:.1f}/{100 * losses[name] / judged:.1f}" for name in sorted(wins))
    print("  " + "  ".join(shares), flush=True)


def _statuses(found: Judgement) -> list[tuple[str, str]]:
    statuses: list[tuple[str, str]] = []
    for one in (found.primary, *found.metrics):
        interval = None if one.improvement is None else one.improvement.interval
        if interval is not None:
            statuses.append((one.metric, against("superior", 0.0, interval.low, interval.high)))
    return statuses


def _bout(case: Case, size: int, rng: np.random.Generator, seed: int) -> Ring:
    groups = SliceColumn("group", rng.integers(0, GROUPS, size), tuple(f"g{code}" for code in range(GROUPS)))
    answers: list[Predictions]
    truth: NDArray[np.int64] | NDArray[np.float64]
    if case.task == "regression":
        signal = rng.gamma(2, 3, size)
        truth = signal + rng.normal(0, 1, size)
        noise = [rng.normal(0, 1, size) if case.tails == "normal" else rng.standard_t(3, size) for _ in range(2)]
        answers = [Predictions(value=signal + NOISE * one) for one in noise]
        classes = 0
    elif case.task == "multiclass":
        classes = case.classes
        odds = rng.normal(0, 1.5, (size, classes))
        truth = np.argmax(odds + rng.gumbel(size=odds.shape), axis=1).astype(np.int64)
        answers = [_told(odds + rng.normal(0, NOISE, odds.shape)) for _ in range(2)]
    else:
        classes = 2
        # Scores of the two classes are normal and 1.5 apart; the log odds of such scores are a straight line.
        truth = (rng.random(size) < case.prevalence).astype(np.int64)
        shared = 1.5 * truth + rng.normal(0, np.sqrt(1 - NOISE**2), size)
        base = np.log(case.prevalence / (1 - case.prevalence))
        answers = [_binary(base + 1.5 * (shared + rng.normal(0, NOISE, size) - 0.75)) for _ in range(2)]
    return _ring(
        case.task, truth, answers, classes, (groups,), "rmse" if case.task == "regression" else "roc_auc", seed
    )


def _told(odds: NDArray[np.float64]) -> Predictions:
    proba = np.exp(odds)
    proba /= proba.sum(axis=1, keepdims=True)
    return Predictions(label=proba.argmax(axis=1), proba=proba)


def _binary(log_odds: NDArray[np.float64]) -> Predictions:
    return _told(np.column_stack([np.zeros(log_odds.size), log_odds]))


def _ring(  # noqa: PLR0917 -- a bout in one line
    task: Task,
    truth: NDArray[np.int64] | NDArray[np.float64],
    answers: list[Predictions],
    classes: int,
    slices: tuple[SliceColumn, ...],
    metric: str,
    seed: int,
) -> Ring:
    return Ring(
        task=task,
        classes=tuple(f"c{code}" for code in range(classes)),
        positive=1 if task == "binary" else None,
        truth=truth,
        challenger=Corner(answers[0], 1),
        champion=Corner(answers[1], 1) if len(answers) > 1 else None,
        train_truth=truth,
        slices=slices,
        compare=Compare(primary=Primary(metric=metric), min_slice_rows=20),
        seed=seed,
    )


def _first(prevalence: float, size: int, repeats: int) -> None:
    rng = np.random.default_rng([4, size, int(100 * prevalence)])
    passed: Counter[str] = Counter()
    judged = 0
    for repeat in range(repeats):
        truth = (rng.random(size) < prevalence).astype(np.int64)
        answers = [_binary(np.log(prevalence / (1 - prevalence)) + rng.normal(0, 1, size))]
        try:
            found = {name: judge(_ring("binary", truth, answers, 2, (), name, repeat)) for name in FIRST}
        except DataError:
            continue
        judged += 1
        for name, one in found.items():
            passed[name] += one.passed
    shares = "  ".join(f"{name} {100 * passed[name] / judged:.1f}" for name in FIRST)
    print(f"binary, {prevalence:.0%} positives, n={size}, {judged} models: {shares}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
