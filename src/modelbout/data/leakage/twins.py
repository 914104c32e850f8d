"""Equal rows on both sides, and whether they are more than what the table has of them anyway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANCE: Final = 1 / 30_000  # what honest tables may be refused by; a repository fights a few thousand bouts in its life
SURE_TO_CROSS: Final = 0.9  # sets of rows so large that they lie on both sides anyway say nothing


@dataclass(frozen=True, eq=False)
class Twins:
    """Holdout rows that have an equal among the training rows.

    Attributes:
        found: shape (m,), which holdout rows do.
        natural: whether rows dealt out by chance would have about as many.
        within: the share of training rows that have an equal among the other training rows.
    """

    found: NDArray[np.bool_]
    natural: bool
    within: float

    @property
    def count(self) -> int:
        """Return how many holdout rows have a twin."""
        return int(self.found.sum())


def twins(train: NDArray[np.uint64], holdout: NDArray[np.uint64], *, chance: float = CHANCE) -> Twins:
    """Find the holdout rows whose key is among the training rows' keys.

    Sets of equal rows are natural in a table with few different values. Had the pooled rows been dealt out by chance, a
    set of s rows would lie on both sides with probability 1 - p^s - (1-p)^s, where p is the holdout's share. More
    such sets than that are an excess when Hoeffding's bound for independent sets (1963, Probability inequalities for
    sums of bounded random variables, theorem 1) is below ``chance``. Rows that are split by entity or by time lie on
    both sides more rarely still.

    Args:
        train: shape (n,), one key a row, in any order.
        holdout: shape (m,).
        chance: the probability of an excess where there is none.
    """
    if not train.size or not holdout.size:
        return Twins(np.zeros(holdout.size, dtype=np.bool_), natural=True, within=0.0)
    _, places = np.unique(np.concatenate([train, holdout]), return_inverse=True)
    mine, theirs = places[: train.size], places[train.size :]
    sets = int(places.max()) + 1
    trained = np.bincount(mine, minlength=sets)
    held = np.bincount(theirs, minlength=sets)
    found = trained[theirs] > 0
    within = float(trained[trained > 1].sum()) / train.size
    natural = _bound(trained, held, holdout.size / (train.size + holdout.size)) >= chance if found.any() else True
    return Twins(found, natural, within)


def _bound(trained: NDArray[np.int64], held: NDArray[np.int64], share: float) -> float:
    size = trained + held
    crossing = 1 - share ** size.astype(np.float64) - (1 - share) ** size.astype(np.float64)
    told = (size > 1) & (crossing <= SURE_TO_CROSS)
    sets = int(told.sum())
    if not sets:
        return 1.0
    expected = float(crossing[told].mean())
    seen = float(((trained > 0) & (held > 0))[told].mean())
    if seen <= expected:
        return 1.0
    divergence = seen * np.log(seen / expected)
    if seen < 1:
        divergence += (1 - seen) * np.log((1 - seen) / (1 - expected))
    return float(np.exp(-sets * divergence))
