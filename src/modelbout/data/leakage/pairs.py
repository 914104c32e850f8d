"""Pairs of columns that tell a class: by difference, ratio, equality, weighted sum, or as two categories."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.data.digests import row_keys
from modelbout.data.leakage.separation import area, as_numbers, codes, has_numbers, held_out_means, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Members = NDArray[np.bool_]
    # A pair, its form, and what works out its score on all rows for a class.
    Candidate = tuple[tuple[str, str], str, Callable[[tuple[str, str], Members], Floats]]

SCREEN_ROWS: Final = 64  # of the class and of the rest: 45,000 pairs take a second a form
SCREEN_AREA: Final = 0.95  # on so few rows, a pair that tells all shows less once in thousands of tables
SAMPLE_ROWS: Final = 2_000  # of the class and of the rest, for weights and for counts: 20 in a cell of 100
MOST_CELLS: Final = 100  # of a pair of categories: more cells have too few rows to tell
MOST_LEVELS: Final = 2_000  # of all categories together: a table of 2,000 x 2,000 counts is 16 MB
TABLE_MISSED: Final = 0.25  # of the smaller class may be in cells of the other: an area of .999 leaves less
MOST_CANDIDATES: Final = 100  # looked at on all rows; each takes some milliseconds
# Times fewer pairs of rows in wrong order than the better column alone leaves. Two independent normal features that
# leave .006 each leave 31 times fewer together (worked out), and that is an easy task and no leak.
LEAST_BETTER: Final = 50
DOUBT: Final = 0.25  # of a row of the smaller class counts as misplaced: in small tables, no error at all is chance
NEWTON_STEPS: Final = 8  # of a logistic regression in two columns
RIDGE: Final = 1e-3  # of the rows, on standardised columns: keeps the weights finite where the classes part wholly
LEAST_FREE: Final = 1e-9  # 1 - r^2 below this: two names for one column


@dataclass(frozen=True)
class Pair:
    """Two columns that tell the class: the area under the ROC curve, and of what."""

    columns: tuple[str, str]
    strength: float
    form: str


def leaking_class_pairs(
    rows: pl.DataFrame,
    names: Sequence[str],
    is_class: Sequence[Members],
    alone: Mapping[str, float],
    *,
    least: float,
) -> list[Pair]:
    """Return the pairs that tell every class, best first.

    All pairs are tried on a few rows of the largest class and of the rest; the best of each form are then measured
    on all rows and, of several classes, for the one told worst. A pair counts when it puts fifty times fewer pairs
    of rows in the wrong order than the better of its columns does alone.

    Args:
        rows: n rows.
        names: the columns to pair.
        is_class: for each class, shape (n,), which rows belong to it.
        alone: what each column reaches alone, at most.
        least: the area under the ROC curve from which a pair counts.
    """
    best: dict[tuple[str, str], Pair] = {}
    smallest = min(min(int(member.sum()), int((~member).sum())) for member in is_class)
    for pair, form, score in _candidates(rows, names, is_class[0]):
        if pair in best and best[pair].strength == 1.0:
            continue
        strength = 1.0
        for member in is_class:
            strength = min(strength, _best_area(score(pair, member), member))
            if strength < least:
                break
        missed = 1 - max(alone.get(name, 0.5) for name in pair)
        enough = strength >= least and (1 - strength + DOUBT / smallest) * LEAST_BETTER <= missed
        if enough and (pair not in best or best[pair].strength < strength):
            best[pair] = Pair(pair, strength, form)
    return sorted(best.values(), key=lambda one: -one.strength)


def _candidates(rows: pl.DataFrame, names: Sequence[str], member: Members) -> Iterator[Candidate]:
    """Yield pairs that look promising on a sample, the form, and how their score on all rows is worked out."""
    sample = _stratified(member, SAMPLE_ROWS)
    part, inside = rows[sample], member[sample]
    few = _stratified(inside, SCREEN_ROWS)
    numeric = [name for name in names if has_numbers(rows.schema[name])]
    if len(numeric) > 1:
        for wrap, plain, weighted in (
            (as_numbers, "difference", "weighted sum"),
            (_sizes, "ratio", "product of powers"),
        ):
            values = _finite(np.column_stack([wrap(part[name]) for name in numeric]))
            for one, two in _screened(_differences(values[few], inside[few])):
                yield (numeric[one], numeric[two]), plain, partial(_difference, rows, wrap)
            for one, two in _screened(_weighted(_standardised(values), inside, few)):
                yield (numeric[one], numeric[two]), weighted, partial(_logistic, rows, wrap)
    if len(names) > 1:
        yield from _equalities(rows, part, names, inside)
        yield from _tables(rows, part, names, inside)


def _finite(values: Floats) -> Floats:
    finite: Floats = np.where(np.isfinite(values), values, np.nan)
    return finite


def _sizes(column: pl.Series) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes: Floats = np.log(np.abs(as_numbers(column)))
    return sizes


def _difference(rows: pl.DataFrame, wrap: Callable[[pl.Series], Floats], pair: tuple[str, str], _: Members) -> Floats:
    first, second = (_finite(wrap(rows[name])) for name in pair)
    return first - second


def _stratified(member: Members, most: int) -> NDArray[np.int64]:
    draw = np.random.default_rng(0)
    parts = [np.flatnonzero(member), np.flatnonzero(~member)]
    return np.concatenate([part if part.size <= most else draw.choice(part, most, replace=False) for part in parts])


def _screened(areas: Floats, least: float = SCREEN_AREA) -> list[tuple[int, int]]:
    if not areas.size:
        return []
    areas = np.triu(areas, k=1)
    first, second = np.nonzero(areas >= least)
    order = np.argsort(-areas[first, second], kind="stable")[:MOST_CANDIDATES]
    return list(zip(first[order].tolist(), second[order].tolist(), strict=True))


def _orders(scores: Floats, member: Members) -> Floats:
    """Return for each column of scores, shape (n, c), the better of both areas under the ROC curve, shape (c,)."""
    scores = np.where(np.isnan(scores), -np.inf, scores)
    inside, outside = scores[member][:, None, :], scores[~member][None, :, :]
    right = (inside > outside).mean(axis=(0, 1)) + (inside == outside).mean(axis=(0, 1)) / 2
    better: Floats = np.maximum(right, 1 - right)
    return better


def _differences(values: Floats, member: Members) -> Floats:
    return np.array([_orders(values[:, [one]] - values, member) for one in range(values.shape[1])])


def _standardised(values: Floats) -> Floats:
    there = ~np.isnan(values)
    counts = np.maximum(there.sum(axis=0), 1)
    largest = np.abs(np.where(there, values, 0.0)).max(axis=0, initial=0.0)
    values = values / np.where(largest > 0, largest, 1.0)
    centred = np.where(there, values - np.where(there, values, 0.0).sum(axis=0) / counts, 0.0)
    spread = np.sqrt(np.square(centred).sum(axis=0) / counts)
    standard: Floats = np.where(there, centred / np.where(spread > 0, spread, 1.0), np.nan)
    return standard


def _weighted(standard: Floats, member: Members, few: NDArray[np.int64]) -> Floats:
    """Return the areas of each pair's linear discriminant (Fisher 1936) on a few rows; its weights come from all."""
    filled = np.where(np.isnan(standard), 0.0, standard)
    together = filled.T @ filled / max(1, member.size)
    inside = member - member.mean()
    toward = filled.T @ inside / max(1.0, float(np.linalg.norm(inside)) * np.sqrt(member.size))
    free = np.maximum(1 - np.square(together), LEAST_FREE)
    first = (toward[:, None] - together * toward[None, :]) / free
    second = (toward[None, :] - together * toward[:, None]) / free
    shown = standard[few]
    return np.array(
        [_orders(shown[:, [one]] * first[one] + shown * second[one], member[few]) for one in range(standard.shape[1])]
    )


def _logistic(
    rows: pl.DataFrame, wrap: Callable[[pl.Series], Floats], names: tuple[str, str], member: Members
) -> Floats:
    """Return the linear score of a logistic regression, fitted by Newton's method; NaN where a value is missing."""
    pair = _standardised(_finite(np.column_stack([wrap(rows[name]) for name in names])))
    there = ~np.isnan(pair).any(axis=1)
    x = np.column_stack([pair[there], np.ones(int(there.sum()))])
    y = member[there].astype(np.float64)
    penalty = np.diag([RIDGE, RIDGE, 0.0]) * y.size + np.eye(3) * LEAST_FREE
    weights = np.zeros(3)
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (y - chance) - penalty @ weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + penalty
        weights = weights + np.linalg.solve(curve, slope)
    score = np.full(member.size, np.nan)
    score[there] = x @ weights
    return score


def _best_area(score: Floats, member: Members) -> float:
    found = area(ranked(np.where(np.isnan(score), -np.inf, score)), member)
    return max(found, 1 - found)


def _equalities(rows: pl.DataFrame, part: pl.DataFrame, names: Sequence[str], inside: Members) -> Iterator[Candidate]:
    values = np.column_stack([_plain_keys(part[name]) for name in names])
    shares = []
    for one in range(len(names)):
        equal = values[:, [one]] == values
        shares.append(np.abs(equal[inside].mean(axis=0) - equal[~inside].mean(axis=0)))
    for one, two in _screened((1 + np.array(shares)) / 2):
        yield (names[one], names[two]), "equality", partial(_equal, rows)


def _plain_keys(column: pl.Series) -> NDArray[np.uint64]:
    """Return keys that equal values have in common, whatever their columns are called."""
    return row_keys(column.alias("value").to_frame())


def _equal(rows: pl.DataFrame, pair: tuple[str, str], _: Members) -> Floats:
    first, second = (_plain_keys(rows[name]) for name in pair)
    same: Floats = (first == second).astype(np.float64)
    return same


def _tables(rows: pl.DataFrame, part: pl.DataFrame, names: Sequence[str], inside: Members) -> Iterator[Candidate]:
    """Yield the pairs of categories whose cells hold hardly more than one of class and rest."""
    chosen: dict[str, NDArray[np.int64]] = {}
    room = MOST_LEVELS
    for count, name in sorted((part[name].n_unique(), name) for name in names):
        if 1 < count <= MOST_CELLS // 2 and count <= room:
            chosen[name] = np.unique(codes(part[name]), return_inverse=True)[1]
            room -= count
    if len(chosen) < 2:  # noqa: PLR2004 -- a pair needs two
        return
    columns = [name for name in names if name in chosen]
    chosen = {name: chosen[name] for name in columns}
    sizes = np.array([int(levels.max()) + 1 for levels in chosen.values()])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    marks = np.zeros((inside.size, int(sizes.sum())), dtype=np.float32)
    for start, levels in zip(starts.tolist(), chosen.values(), strict=True):
        marks[np.arange(inside.size), start + levels] = 1
    inner, outer = marks[inside].T @ marks[inside], marks[~inside].T @ marks[~inside]
    missed = np.add.reduceat(np.add.reduceat(np.minimum(inner, outer), starts, axis=0), starts, axis=1)
    allowed = TABLE_MISSED * min(int(inside.sum()), int((~inside).sum()))
    fits = np.outer(sizes, sizes) <= MOST_CELLS
    for one, two in _screened(np.where(fits, 1 - missed / max(allowed, 1.0), 0.0), least=LEAST_FREE):
        yield (columns[one], columns[two]), "pair of values", partial(_rates, rows)


def _rates(rows: pl.DataFrame, pair: tuple[str, str], member: Members) -> Floats:
    groups = np.unique(row_keys(rows, pair), return_inverse=True)[1]
    return held_out_means(groups, member.astype(np.float64))
