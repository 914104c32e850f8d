"""Worlds of known truth, from which holdouts are drawn to see whether intervals hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import Terms
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.manifest import Task

# Rows are drawn from it with replacement, so its own metrics are the truth, however large it is.
POPULATION = 200_000
ROWS_A_CLUSTER = 5
LEAST = 5.0

# What rows of one cluster have in common, as a share of the variance of signal and noise.
COMMON = 0.5

TERMS = Terms(costs=((0.0, 1.0), (5.0, -2.0)), quantile=0.8)


class World(NamedTuple):
    """Where rows come from.

    Attributes:
        task: what is predicted.
        rare: share of the positive, or of the rarest class; 0 for regression.
        many: whether the two models disagree in many rows, or nearly never.
        clustered: whether rows come in clusters of one to many rows, five on average.
        heavy: whether errors have heavy tails (Student's t with 5 degrees of freedom), regression only.
    """

    task: Task
    rare: float = 0.0
    many: bool = True
    clustered: bool = False
    heavy: bool = False

    def shown(self) -> str:
        """Return the world in words."""
        kind = {
            "binary": f"{self.rare:.0%} positives",
            "multiclass": f"4 classes, the rarest {self.rare:.0%}",
            "regression": "errors with heavy tails" if self.heavy else "normal errors",
        }[self.task]
        return kind + ("" if self.many else ", few disagreements") + (", clusters of 5" if self.clustered else "")


class Population:
    """All rows of a world, with both models' answers, and the way to draw a holdout from it."""

    def __init__(self, world: World) -> None:
        self._rng = np.random.default_rng([1, *(int(1000 * float(part)) for part in world[1:])])
        self.world = world
        self._of = self._clusters() if world.clustered else None
        truth, answers = self._regression() if world.task == "regression" else self._classes()
        classes = {"binary": 2, "multiclass": 4, "regression": 0}[world.task]
        positive = 1 if world.task == "binary" else None
        mine, theirs = (Sheet(world.task, classes, positive, truth, told, None, TERMS) for told in answers)
        self.sheets = mine, theirs

    def holdout(self, rows: int, rng: np.random.Generator) -> tuple[Sheet, Sheet]:
        """Draw two sheets of the same rows; about as many rows when they come in clusters."""
        mine, theirs = self.sheets
        if self._of is None:
            drawn = rng.integers(0, POPULATION, rows)
            return mine.take(drawn), theirs.take(drawn)
        starts = np.flatnonzero(np.diff(self._of, prepend=-1))
        sizes = np.diff(starts, append=POPULATION)
        clusters = rng.integers(0, starts.size, rows // ROWS_A_CLUSTER)
        drawn = np.concatenate([np.arange(starts[one], starts[one] + sizes[one]) for one in clusters])
        codes = np.repeat(np.arange(clusters.size), sizes[clusters])
        return _clustered(mine.take(drawn), codes), _clustered(theirs.take(drawn), codes)

    def _clusters(self) -> NDArray[np.int64]:
        sizes = self._rng.geometric(1 / ROWS_A_CLUSTER, POPULATION)
        return np.repeat(np.arange(POPULATION), sizes)[:POPULATION]

    def _normal(self, *columns: int) -> NDArray[np.float64]:
        own = self._rng.normal(size=(POPULATION, *columns))
        if self._of is None:
            return own
        common = self._rng.normal(size=(int(self._of.max()) + 1, *columns))[self._of]
        return np.sqrt(COMMON) * common + np.sqrt(1 - COMMON) * own

    def _answers(self, signal: NDArray[np.float64], noise: float) -> list[NDArray[np.float64]]:
        """Return what two models make of the signal: each with noise of its own, or nearly the same."""
        shape = signal.shape[1:]
        if self.world.many:
            return [signal + by * self._normal(*shape) for by in (noise, 1.2 * noise)]
        first = signal + noise * self._normal(*shape)
        return [first, first + 0.08 * noise * self._normal(*shape)]

    def _classes(self) -> tuple[NDArray[np.int64], list[Predictions]]:
        rare, binary = self.world.rare, self.world.task == "binary"
        shares = np.array([1 - rare, rare] if binary else [*np.full(3, (1 - rare) / 3), rare])
        # Classes are drawn, then scores that are normal around their class: the share of a class is what it should be.
        codes = self._rng.choice(shares.size, POPULATION, p=shares)
        if self._of is not None:
            ranks = (self._normal().argsort().argsort() + 0.5) / POPULATION
            codes = np.searchsorted(np.cumsum(shares), ranks).clip(max=shares.size - 1)
        signal = 1.6 * np.eye(shares.size)[codes] + self._normal(shares.size) * 0.9
        told = []
        for score in self._answers(signal, 0.5):
            odds = np.exp(1.6 * score) * shares
            proba = odds / odds.sum(axis=1, keepdims=True)
            told.append(Predictions(label=proba.argmax(axis=1), proba=proba))
        return codes.astype(np.int64), told

    def _regression(self) -> tuple[NDArray[np.float64], list[Predictions]]:
        signal = 20 + 3 * self._normal()
        noise = self._rng.standard_t(5, POPULATION) if self.world.heavy else self._normal()
        # Amounts: all above 0, so that every metric has a meaning, and none so small that a relative one explodes.
        values = (np.maximum(one, LEAST) for one in self._answers(signal, 0.8))
        return np.maximum(signal + noise, LEAST), [Predictions(value=value) for value in values]


def _clustered(sheet: Sheet, codes: NDArray[np.int64]) -> Sheet:
    return Sheet(sheet.task, sheet.classes, sheet.positive, sheet.truth, sheet.predictions, codes, sheet.terms)
