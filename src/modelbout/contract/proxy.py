"""How well other columns tell a column: by trees and a line on rows that these never saw, with an interval."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import polars as pl

from modelbout.data.leakage.separation import as_numbers, class_strength, has_numbers, in_unit, number_strength, ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

FOLDS: Final = 5  # the usual number: each row is told by trees that saw four fifths of the others
SEED: Final = 20_261_121
CONFIDENCE: Final = 0.95
# With fewer the interval of an area of 0.5 is wider than 0.42 to 0.58: nothing is shown either way.
LEAST_ROWS: Final = 200
LEAST_GROUP: Final = 50  # ten in each fold
# Whole numbers with more different values are an amount, not names of groups.
MOST_GROUP_VALUES: Final = 10
MOST_GROUPS: Final = 5  # the largest ones, each against all others; the time is the same, the readers' is not
# Extremely randomised trees (Geurts, Ernst, Wehenkel, Machine Learning 63, 2006): all groups in one fit, missing values
# and any scale as they are. Boosted trees of scikit-learn tell as much, but their OpenMP threads took 100 times as long
# on a runner whose cores were busy.
TREES: Final = 40
LEAF_ROWS: Final = 10
SPLIT_COLUMNS: Final = 0.5
MOST_COLUMNS: Final = 50  # for the trees: those that tell most alone, chosen in each fold anew on its own rows
BINS: Final = 32
SHOWN_PROXIES: Final = 3


@dataclass(frozen=True)
class Told:
    """How well the others tell a column.

    Attributes:
        kind: ``AUC``, the area under the ROC curve of a group against all others, or ``R2``.
        value: that of the group that is told best.
        low: lower end of its interval, corrected for the number of groups.
        high: upper end.
        rows: how many rows had a value.
        groups: how many groups were judged; 0 for numbers.
        proxies: the columns that tell most alone, with the same measure.
    """

    kind: Literal["AUC", "R2"]
    value: float
    low: float
    high: float
    rows: int
    groups: int
    proxies: tuple[tuple[str, float], ...]


def told(frame: pl.DataFrame, of: str) -> Told | None:
    """Return how well the other columns of a frame tell one of them; None when there are too few rows to say.

    Rows without a value in that column are left out. Numbers and moments are told by R2, everything else by the area
    under the ROC curve; whole numbers with at most 10 different values are groups.
    """
    column = frame[of]
    if column.dtype.is_float():
        frame = frame.filter(pl.col(of).is_finite())
    frame = frame.filter(pl.col(of).is_not_null())
    column, others = frame[of], frame.drop(of)
    if frame.height < LEAST_ROWS or not others.width or column.n_unique() == 1:
        return None
    return _number(others, column) if _is_amount(column) else _groups(others, column)


def _is_amount(column: pl.Series) -> bool:
    if not has_numbers(column.dtype) or column.dtype == pl.Boolean:
        return False
    return column.dtype.is_float() or column.n_unique() > MOST_GROUP_VALUES


def _groups(others: pl.DataFrame, column: pl.Series) -> Told | None:
    sizes = column.cast(pl.String).value_counts(sort=True)
    large = sizes.filter(pl.col("count") >= LEAST_GROUP).head(MOST_GROUPS)
    rest = column.len() - int(large["count"].sum())
    # What is left belongs to no group that is judged, but every group is judged against it.
    if large.height == 0 or (large.height == 1 and rest < LEAST_GROUP):
        return None
    names = large.to_series(0).to_list()
    codes = column.cast(pl.String).replace_strict(names, range(len(names)), default=len(names)).to_numpy()
    answers = np.eye(len(names) + 1)[codes][:, : len(names)]
    # Of two groups, the one is told as well as the other.
    judged = 1 if len(names) + (rest > 0) == 2 else len(names)  # noqa: PLR2004 -- two groups
    learners, fold = _cross_fitted(others, answers, codes, amount=False)
    reach = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / judged / len(learners))
    found = []
    for group in range(judged):
        for scores in learners:
            value, error = _area(scores[:, group], answers[:, group] > 0, fold)
            found.append((value - reach * error, value, min(value + reach * error, 1.0), group))
    low, value, high, best = max(found)
    member = answers[:, best] > 0
    alone = [(name, class_strength(others[name], [member], enough=2.0)) for name in others.columns]
    return Told("AUC", value, low, high, column.len(), judged, _strongest(alone))


def _number(others: pl.DataFrame, column: pl.Series) -> Told | None:
    answers = in_unit(as_numbers(column))
    learners, _ = _cross_fitted(others, answers[:, None], answers, amount=True)
    spread = np.square(answers - answers.mean())
    if not spread.sum() > 0:
        return None
    reach = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / len(learners))
    found = []
    for scores in learners:
        missed = np.square(answers - scores[:, 0])
        value = 1 - float(missed.sum() / spread.sum())
        # The delta method for a ratio of two means over the same rows.
        error = float((missed - (1 - value) * spread).std() * np.sqrt(column.len()) / spread.sum())
        found.append((value - reach * error, value, min(value + reach * error, 1.0)))
    low, value, high = max(found)
    ranks = ranked(answers)
    alone = [(name, number_strength(others[name], answers, ranks)) for name in others.columns]
    return Told("R2", value, low, high, column.len(), 0, _strongest(alone))


def _strongest(alone: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(alone, key=lambda one: -one[1])[:SHOWN_PROXIES])


def _cross_fitted(
    others: pl.DataFrame, answers: Floats, target: NDArray[np.generic], *, amount: bool
) -> tuple[tuple[Floats, Floats], Codes]:
    """Return what trees and what a line say of each row that they were not fitted on, and the row's fold.

    Args:
        others: n rows of any types.
        answers: shape (n, k), for each judged group whether the row belongs to it, or the number itself.
        target: shape (n,), what the trees are grown for.
        amount: whether that is a number.
    """
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor  # noqa: PLC0415 -- a second to load

    inputs = np.column_stack([_ordered(column) for column in others.iter_columns()])
    bins = np.column_stack([_binned(inputs[:, place]) for place in range(inputs.shape[1])])
    fold = _folds(target, amount=amount)
    grown, straight = np.zeros(answers.shape), np.zeros(answers.shape)
    forest = ExtraTreesRegressor if amount else ExtraTreesClassifier
    for number in range(FOLDS):
        held = fold == number
        keep = _screened(bins[~held], answers[~held])
        lines = _lines(inputs[:, keep], answers, ~held)
        known = np.column_stack([inputs[:, keep], lines])
        trees = forest(TREES, min_samples_leaf=LEAF_ROWS, max_features=SPLIT_COLUMNS, random_state=SEED)
        with warnings.catch_warnings():
            # A column without any value in a fold is no one's fault.
            warnings.simplefilter("ignore")
            trees.fit(known[~held], target[~held])
            said = trees.predict(known[held]) if amount else trees.predict_proba(known[held])
        grown[held] = said[:, None] if amount else said[:, : answers.shape[1]]
        straight[held] = lines[held]
    return (grown, straight), fold


def _folds(target: NDArray[np.generic], *, amount: bool) -> Codes:
    """Return a fold for each row, of each group equally many."""
    random = np.random.default_rng(SEED)
    order = random.permutation(target.size)
    if not amount:
        order = order[np.argsort(target[order], kind="stable")]
    fold = np.empty(target.size, np.int64)
    fold[order] = np.arange(target.size) % FOLDS
    return fold


def _ordered(column: pl.Series) -> NDArray[np.float32]:
    """Return a column as ranks: of its numbers, or of its texts by how often they stand; missing is NaN."""
    if has_numbers(column.dtype):
        values = as_numbers(column)
        return np.where(np.isnan(values), np.nan, ranked(np.where(np.isnan(values), np.inf, values))).astype(np.float32)
    texts = column.cast(pl.String, strict=False)
    counts = texts.drop_nulls().value_counts(sort=True).sort("count", texts.name, descending=[True, False])
    known = counts.to_series(0)
    if not known.len():
        return np.full(column.len(), np.nan, np.float32)
    return texts.replace_strict(known, range(known.len()), default=None, return_dtype=pl.Float32).to_numpy()


def _binned(values: NDArray[np.float32]) -> Codes:
    """Return a bin for each row, about equally many in each; missing is the last one."""
    there = values[~np.isnan(values)]
    edges = np.unique(np.quantile(there, np.arange(1, BINS) / BINS)) if there.size else np.empty(0)
    return np.where(np.isnan(values), BINS, np.searchsorted(edges, values, side="right"))


def _screened(bins: Codes, answers: Floats) -> Codes:
    """Return the columns whose bins explain most of the answers' variance, less what chance alone would."""
    if bins.shape[1] <= MOST_COLUMNS:
        return np.arange(bins.shape[1])
    rows = len(bins)
    centred = answers - answers.mean(axis=0)
    total = np.maximum(np.square(centred).sum(axis=0), np.finfo(np.float64).tiny)
    strengths = np.zeros(bins.shape[1])
    for place in range(bins.shape[1]):
        sizes = np.bincount(bins[:, place], minlength=BINS + 1)
        used = int((sizes > 0).sum())
        sums = np.stack([np.bincount(bins[:, place], answer, BINS + 1) for answer in centred.T])
        between = (np.square(sums) / np.maximum(sizes, 1)).sum(axis=1)
        strengths[place] = (between / total).max() - (used - 1) / rows
    return np.sort(np.argsort(-strengths, kind="stable")[:MOST_COLUMNS])


def _lines(inputs: NDArray[np.float32], answers: Floats, grown: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a line through all columns for each answer, fitted on some of the rows: few trees miss a plain sum."""
    filled = np.nan_to_num(inputs.astype(np.float64), nan=0.0)
    there = ~np.isnan(inputs)
    mean = filled[grown].sum(axis=0) / np.maximum(there[grown].sum(axis=0), 1)
    centred = np.where(there, filled - mean, 0.0)
    scale = np.sqrt(np.square(centred[grown]).mean(axis=0))
    centred /= np.where(scale > 0, scale, 1.0)
    weights, *_ = np.linalg.lstsq(centred[grown], answers[grown] - answers[grown].mean(axis=0))
    line: NDArray[np.float32] = (centred @ weights + answers[grown].mean(axis=0)).astype(np.float32)
    return line


def _area(scores: Floats, member: NDArray[np.bool_], fold: Codes) -> tuple[float, float]:
    """Return the mean over the folds of the area under the ROC curve, and its standard error.

    DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) in each fold; of their mean as LeDell, Petersen, van der Laan,
    Electronic Journal of Statistics 9 (2015).
    """
    areas, variances = [], []
    for number in range(FOLDS):
        held = fold == number
        ones, zeros = scores[held & member], scores[held & ~member]
        above, below = _placements(ones, zeros), _placements(zeros, ones)
        areas.append(above.mean())
        variances.append(above.var(ddof=1) / ones.size + below.var(ddof=1) / zeros.size)
    return float(np.mean(areas)), float(np.sqrt(np.sum(variances)) / FOLDS)


def _placements(values: Floats, others: Floats) -> Floats:
    """Return for each value the share of the others that it exceeds; a tie counts half."""
    line = np.sort(others)
    low, high = np.searchsorted(line, values, "left"), np.searchsorted(line, values, "right")
    share: Floats = (low + high) / (2 * others.size)
    return share
