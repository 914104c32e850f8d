"""Training rows in folds: each is answered by a model that has learned from others, and from no later ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Kohavi 1995, A study of cross-validation and bootstrap for accuracy estimation: five to ten; each is a whole fit.
FOLDS = 5

# Two rows of each class in each fold: with fewer, one row decides what is best.
LEAST_OF_CLASS = 2 * FOLDS


@dataclass(frozen=True, eq=False)
class Fold:
    """One division of the training rows.

    Attributes:
        learned: row numbers to learn from, rising.
        asked: row numbers to be answered, rising.
    """

    learned: NDArray[np.int64]
    asked: NDArray[np.int64]


def folds_of(
    codes: NDArray[np.int64],
    *,
    groups: NDArray[np.int64] | None,
    times: NDArray[np.int64] | None,
    seed: int,
    key: str,
) -> tuple[Fold, ...]:
    """Return five divisions of n rows.

    By chance within each class, so that every fold has its share of each; rows of a group stay together; with times, a
    row is only answered by what was learned from earlier ones.

    Args:
        codes: shape (n,), each row's class.
        groups: shape (n,), which rows belong together; None when each stands alone.
        times: shape (n,), when each row was; None when that does not matter.
        seed: starts the shuffling.
        key: the key of the configuration that asks for it, for messages.

    Raises:
        DataError: a class has too few rows, or no division leaves two classes on either side.
    """
    rows = np.bincount(codes)
    rarest = int(rows[rows > 0].min())
    if rarest < LEAST_OF_CLASS:
        raise _refusal(f"one of the classes has {rarest} training rows", f"at least {LEAST_OF_CLASS} of each", key)
    if times is not None:
        found = _forward(codes, groups, times)
    else:
        fold = _stratified(codes, seed) if groups is None else _grouped(codes, groups, seed)
        found = [Fold(np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in range(FOLDS)]
    usable = tuple(one for one in found if one.asked.size and np.unique(codes[one.learned]).size > 1)
    answered = np.concatenate([codes[one.asked] for one in usable]) if usable else codes[:0]
    if np.unique(answered).size < np.count_nonzero(rows):
        what = "groups" if times is None else "moments"
        raise _refusal(f"the training rows come from too few {what} to be divided", "both classes in several", key)
    return usable


def _stratified(codes: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Deal out the shuffled rows of each class in turns."""
    shuffled = np.random.default_rng(seed).permutation(codes.size)
    dealt = shuffled[np.argsort(codes[shuffled], kind="stable")]
    fold = np.empty(codes.size, dtype=np.int64)
    fold[dealt] = np.arange(codes.size) % FOLDS
    return fold


def _grouped(codes: NDArray[np.int64], groups: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Give each group, large ones first, to the fold that has least of what the group consists of."""
    _, of_row = np.unique(groups, return_inverse=True)
    classes = int(codes.max()) + 1
    counts = np.bincount(of_row * classes + codes, minlength=(int(of_row.max()) + 1) * classes).reshape(-1, classes)
    shares = counts / np.maximum(counts.sum(axis=0), 1)
    shuffled = np.random.default_rng(seed).permutation(counts.shape[0])
    filled = np.zeros((FOLDS, classes))
    fold = np.empty(counts.shape[0], dtype=np.int64)
    for group in shuffled[np.argsort(-shares[shuffled].sum(axis=1), kind="stable")]:
        fold[group] = int((filled @ shares[group]).argmin())
        filled[fold[group]] += shares[group]
    return fold[of_row]


def _forward(codes: NDArray[np.int64], groups: NDArray[np.int64] | None, times: NDArray[np.int64]) -> list[Fold]:
    """Cut the rows into six blocks of time, and answer each but the first from those before it.

    Rows of one moment are in one block; what belongs to a group of the block is not learned from.
    """
    order = np.argsort(times, kind="stable")
    cuts = times[order[(np.arange(1, FOLDS + 1) * codes.size) // (FOLDS + 1)]]
    block = np.searchsorted(np.unique(cuts), times, side="right")
    found = []
    for one in range(1, int(block.max()) + 1):
        learned, asked = block < one, block == one
        if groups is not None:
            learned &= ~np.isin(groups, groups[asked])
        found.append(Fold(np.flatnonzero(learned), np.flatnonzero(asked)))
    return found


def _refusal(found: str, allowed: str, key: str) -> DataError:
    fix = "Train on more rows, or remove this key: the model's own labels are judged then."
    return DataError(Problem(found=found, allowed=allowed, fix=fix, place=Place(key=key)))
