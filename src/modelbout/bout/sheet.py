"""One model's score sheet: the truth beside its answers, with what several metrics share worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from modelbout.bout.own import NO_OWN
from modelbout.bout.ranking import rank
from modelbout.bout.reordered import order_of
from modelbout.bout.terms import NO_TERMS, Terms
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelbout.bout.own import OwnValues
    from modelbout.bout.ranking import Ranking
    from modelbout.bout.reordered import Order
    from modelbout.bout.ring import Ring
    from modelbout.manifest import Task

Part = Literal["label", "proba", "value"]
T = TypeVar("T")

# A ranking takes about 40 bytes a row: keep those of few classes, sort again for many (400 MB at most).
KEPT_RANKING_ROWS = 10_000_000


@dataclass(frozen=True, eq=False)
class Sheet:
    """The truth of n rows and one model's answers for them.

    Attributes:
        task: what is predicted.
        classes: how many classes the target has, 0 for regression.
        positive: index of the positive class, binary only.
        truth: shape (n,), class codes or, for regression, numbers.
        predictions: the model's answers.
        clusters: shape (n,), which rows belong together and count as one observation; None when each stands alone.
        terms: what some metrics must be told besides.
        own: what the user's own metrics say of these answers, by name.
    """

    task: Task
    classes: int
    positive: int | None
    truth: NDArray[np.int64] | NDArray[np.float64]
    predictions: Predictions
    clusters: NDArray[np.int64] | None = None
    terms: Terms = NO_TERMS
    own: Mapping[str, OwnValues] = field(default_factory=dict)
    _rankings: dict[int, Ranking] = field(default_factory=dict, repr=False, init=False)
    _orders: list[Order] = field(default_factory=list, repr=False, init=False)

    @property
    def rows(self) -> int:
        """Return n."""
        return int(self.truth.shape[0])

    @cached_property
    def observation(self) -> NDArray[np.int64] | None:
        """Return each row's independent observation, codes from 0 without gaps, shape (n,); None: each is its own."""
        if self.clusters is None:
            return None
        there = np.bincount(self.clusters) > 0
        return (np.cumsum(there) - 1)[self.clusters]

    @cached_property
    def observations(self) -> int:
        """Return how many independent observations the rows are: clusters, or n when each row stands alone."""
        return self.rows if self.observation is None else int(self.observation.max(initial=-1)) + 1

    def has(self, part: Part) -> bool:
        """Return whether the model gave this kind of answer."""
        return getattr(self.predictions, part) is not None

    @property
    def label(self) -> NDArray[np.int64]:
        """Return the predicted class codes, shape (n,)."""
        return _there(self.predictions.label)

    @property
    def proba(self) -> NDArray[np.float64]:
        """Return the predicted probabilities, shape (n, k)."""
        return _there(self.predictions.proba)

    @property
    def value(self) -> NDArray[np.float64]:
        """Return the predicted numbers, shape (n,)."""
        return _there(self.predictions.value)

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """Return the truth as class codes, shape (n,)."""
        return self.truth.astype(np.int64, copy=False)

    @cached_property
    def target(self) -> NDArray[np.float64]:
        """Return the truth as numbers, shape (n,)."""
        return self.truth.astype(np.float64, copy=False)

    @cached_property
    def support(self) -> NDArray[np.int64]:
        """Return the number of rows of each class, shape (k,)."""
        return np.bincount(self.codes, minlength=self.classes)

    @cached_property
    def backing(self) -> NDArray[np.int64]:
        """Return in how many independent observations each class occurs, shape (k,)."""
        if self.observation is None:
            return self.support
        held = [np.bincount(self.observation[self.codes == code]) for code in range(self.classes)]
        return np.array([np.count_nonzero(rows) for rows in held], dtype=np.int64)

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """Return for each row its cell of the confusion matrix, truth * k + label, shape (n,)."""
        return self.codes * self.classes + self.label

    @cached_property
    def confusion(self) -> NDArray[np.float64]:
        """Return the confusion matrix as counts, shape (k, k), truth by row and prediction by column."""
        counts = np.bincount(self.cells, minlength=self.classes**2)
        return counts.reshape(self.classes, self.classes).astype(np.float64)

    @cached_property
    def true_proba(self) -> NDArray[np.float64]:
        """Return the probability that each row's true class was given, shape (n,)."""
        return np.take_along_axis(self.proba, self.codes[:, None], axis=1)[:, 0]

    def scored_classes(self) -> tuple[int, ...]:
        """Return the classes whose one-vs-rest order is judged: the positive one, or all that occur in the truth."""
        if self.positive is not None:
            return (self.positive,)
        return tuple(int(code) for code in np.flatnonzero(self.support))

    def ranking(self, code: int) -> Ranking:
        """Return the rows ranked by the probability of one class."""
        found = self._rankings.get(code)
        if found is None:
            found = rank(np.ascontiguousarray(self.proba[:, code]), self.codes == code)
            if (len(self._rankings) + 1) * self.rows <= KEPT_RANKING_ROWS:
                self._rankings[code] = found
        return found

    def in_order(self, code: int) -> Order:
        """Return the rows in the order of a class's probability, for other weights; kept for the positive class."""
        if code != self.positive:
            return order_of(self.ranking(code), shared=False)
        if not self._orders:
            self._orders.append(order_of(self.ranking(code), shared=True))
        return self._orders[0]

    def take(self, rows: NDArray[np.intp]) -> Sheet:
        """Return the sheet of some rows."""
        told = self.predictions
        return Sheet(
            task=self.task,
            classes=self.classes,
            positive=self.positive,
            truth=self.truth[rows],
            predictions=Predictions(
                label=None if told.label is None else told.label[rows],
                proba=None if told.proba is None else told.proba[rows],
                value=None if told.value is None else told.value[rows],
            ),
            clusters=None if self.clusters is None else self.clusters[rows],
            terms=self.terms,
            own={name: part for name, one in self.own.items() if (part := one.take(rows)) is not None},
        )

    def same_answers(self, other: Sheet) -> bool:
        """Return whether both models gave exactly the same answers, of every kind that both gave."""
        pairs = [
            (getattr(self.predictions, part), getattr(other.predictions, part)) for part in ("label", "proba", "value")
        ]
        both = [(mine, theirs) for mine, theirs in pairs if mine is not None and theirs is not None]
        return bool(both) and all(np.array_equal(mine, theirs) for mine, theirs in both)


def _there(part: T | None) -> T:
    if part is None:
        raise LookupError("this model gave no such answers; ask Sheet.has first")
    return part


def sheet_of(ring: Ring, predictions: Predictions, own: Mapping[str, OwnValues] = NO_OWN) -> Sheet:
    """Return the score sheet of one model's answers for the ring's rows."""
    return Sheet(
        task=ring.task,
        classes=len(ring.classes),
        positive=ring.positive,
        truth=ring.truth,
        predictions=predictions,
        clusters=ring.clusters,
        terms=ring.terms,
        own=own,
    )
