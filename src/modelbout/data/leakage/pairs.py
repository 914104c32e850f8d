"""Pairs of columns that tell a class: by difference, ratio, equality, weighted sum, or as two categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys
from modelbout.data.leakage.separation import area, as_numbers, codes, has_numbers, held_out_means, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Members = NDArray[np.bool_]

SCREEN_ROWS: Final = 64  # of the class and of the rest: 45,000 pairs take half a second a form
SCREEN_AREA: Final = 0.95  # on so few rows, a pair that tells all shows less once in thousands of tables
TABLE_ROWS: Final = 2_000  # of the class and of the rest, for counts of categories: 20 in a cell of 100
MOST_CELLS: Final = 100  # of a pair of categories: more cells have too few rows to tell
MOST_LEVELS: Final = 2_000  # of all categories together: a table of 2,000 x 2,000 counts is 16 MB
TABLE_MISSED: Final = 0.25  # of the smaller class may be in cells of the other: an area of .999 leaves less
MOST_CANDIDATES: Final = 100  # looked at on all rows; each takes some milliseconds
LEAST_BETTER: Final = 10  # times fewer pairs of rows in wrong order than the better of the two columns alone has
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
    on all rows and, of several classes, for the one told worst. A pair counts when it puts ten times fewer pairs of
    rows in the wrong order than the better of its columns does alone.

    Args:
        rows: n rows.
        names: the columns to pair.
        is_class: for each class, shape (n,), which rows belong to it.
        alone: what each column reaches alone, at most.
        least: the area under the ROC curve from which a pair counts.
    """
    best: dict[tuple[str, str], Pair] = {}
    for pair, form, score in _candidates(rows, names, is_class[0]):
        if pair in best and best[pair].strength == 1.0:
            continue
        strength = 1.0
        for member in is_class:
            strength = min(strength, _best_area(score(member), member))
            if strength < least:
                break
        missed = 1 - max(alone.get(name, 0.5) for name in pair)
        enough = strength >= least and (1 - strength) * LEAST_BETTER <= missed
        if enough and (pair not in best or best[pair].strength < strength):
            best[pair] = Pair(pair, strength, form)
    return sorted(best.values(), key=lambda one: -one.strength)


def _candidates(
    rows: pl.DataFrame, names: Sequence[str], member: Members
) -> Iterator[tuple[tuple[str, str], str, Callable[[Members], Floats]]]:
    """Yield pairs that look promising, the form, and how their score is worked out for a class."""
    numeric = [name for name in names if has_numbers(rows.schema[name])]
    raw = np.column_stack([as_numbers(rows[name]) for name in numeric]) if numeric else np.zeros((rows.height, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.log(np.abs(raw))
    for values, plain, weighted in ((raw, "difference", "weighted sum"), (sizes, "ratio", "product of powers")):
        values[~np.isfinite(values)] = np.nan
        sample = _stratified(member, SCREEN_ROWS)
        for one, two in _screened(_differences(values[sample], member[sample])):
            yield (numeric[one], numeric[two]), plain, lambda _, v=values, a=one, b=two: v[:, a] - v[:, b]  # type: ignore[misc]
        standard = _standardised(values)
        for one, two in _screened(_weighted(standard, member, sample)):
            yield (numeric[one], numeric[two]), weighted, lambda m, v=standard, a=one, b=two: _logistic(v[:, [a, b]], m)  # type: ignore[misc]
    yield from _equalities(rows, names, member)
    yield from _tables(rows, names, member)


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


def _weighted(standard: Floats, member: Members, sample: NDArray[np.int64]) -> Floats:
    """Return the areas of each pair's linear discriminant (Fisher 1936), whose weights come from all rows."""
    filled = np.where(np.isnan(standard), 0.0, standard)
    together = filled.T @ filled / max(1, member.size)
    inside = member - member.mean()
    toward = filled.T @ inside / max(1.0, float(np.linalg.norm(inside)) * np.sqrt(member.size))
    free = np.maximum(1 - np.square(together), LEAST_FREE)
    first = (toward[:, None] - together * toward[None, :]) / free
    second = (toward[None, :] - together * toward[:, None]) / free
    shown = standard[sample]
    return np.array(
        [
            _orders(shown[:, [one]] * first[one] + shown * second[one], member[sample])
            for one in range(standard.shape[1])
        ]
    )


def _logistic(pair: Floats, member: Members) -> Floats:
    """Return the linear score of a logistic regression, fitted by Newton's method; NaN where a value is missing."""
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


def _equalities(
    rows: pl.DataFrame, names: Sequence[str], member: Members
) -> Iterator[tuple[tuple[str, str], str, Callable[[Members], Floats]]]:
    sample = _stratified(member, TABLE_ROWS)
    part, inside = rows[sample], member[sample]
    # The same name for every column, so that equal values have equal keys.
    keys = [row_keys(part.select(pl.col(name).alias("value"))) for name in names]
    if not keys:
        return
    values = np.column_stack(keys)
    shares = np.array(
        [
            np.abs((equal := values[:, [one]] == values)[inside].mean(axis=0) - equal[~inside].mean(axis=0))
            for one in range(len(names))
        ]
    )
    for one, two in _screened((1 + shares) / 2):
        pair = names[one], names[two]

        def score(_: Members, pair: tuple[str, str] = pair) -> Floats:
            first, second = (row_keys(rows.select(pl.col(name).alias("value"))) for name in pair)
            same: Floats = (first == second).astype(np.float64)
            return same

        yield pair, "equality", score


def _tables(
    rows: pl.DataFrame, names: Sequence[str], member: Members
) -> Iterator[tuple[tuple[str, str], str, Callable[[Members], Floats]]]:
    """Yield the pairs of categories whose cells hold hardly more than one of class and rest."""
    chosen: dict[str, NDArray[np.int64]] = {}
    room = MOST_LEVELS
    for count, name in sorted((rows[name].n_unique(), name) for name in names):
        if 1 < count <= MOST_CELLS // 2 and count <= room:
            chosen[name] = codes(rows[name])
            room -= count
    if len(chosen) < 2:  # noqa: PLR2004 -- a pair needs two
        return
    sample = _stratified(member, TABLE_ROWS)
    inside = member[sample]
    columns = list(chosen)
    sizes = np.array([int(levels.max()) + 1 for levels in chosen.values()])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    marks = np.zeros((sample.size, int(sizes.sum())), dtype=np.float32)
    for start, levels in zip(starts.tolist(), chosen.values(), strict=True):
        marks[np.arange(sample.size), start + levels[sample]] = 1
    inner, outer = marks[inside].T @ marks[inside], marks[~inside].T @ marks[~inside]
    missed = np.add.reduceat(np.add.reduceat(np.minimum(inner, outer), starts, axis=0), starts, axis=1)
    allowed = TABLE_MISSED * min(int(inside.sum()), int((~inside).sum()))
    fits = np.outer(sizes, sizes) <= MOST_CELLS
    for one, two in _screened(np.where(fits, 1 - missed / max(allowed, 1.0), 0.0), least=LEAST_FREE):
        groups = chosen[columns[one]] * sizes[two] + chosen[columns[two]]
        yield (
            (columns[one], columns[two]),
            "pair of values",
            lambda m, g=groups: held_out_means(g, m.astype(np.float64)),  # type: ignore[misc]
        )
