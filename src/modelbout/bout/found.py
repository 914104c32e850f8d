"""The groups where the challenger is worst: looked for on one half of the rows, tested on the other.

A search over many groups always finds one that looks bad. What it finds is only believed as far as rows say so that the
search has not seen (Athey and Imbens 2016, Recursive partitioning for heterogeneous causal effects: honest trees).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from modelbout.bout.inspection import MIN_ROWS
from modelbout.bout.roster import metric as metric_named
from modelbout.bout.slices import fought, holm, status_of
from modelbout.evidence import Condition, FoundSlice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from modelbout.bout.ring import Trait
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import Relation

MOST_FOUND = 3  # ours: a reader has ten seconds, and each one more costs the others power
MOST_CONDITIONS = 2  # a group of three conditions is no group that anybody can act on
MOST_SEARCHED = 100_000  # rows of the searching half: a mean of so many is known to a third of a percent of its spread
CLEAR = 1.0  # standard errors below zero: a group nearer to zero than that is not worth testing


class _Group(NamedTuple):
    conditions: tuple[Condition, ...]
    score: float
    rows: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Hall:
    """The rows that are searched: each one's part in the improvement, and its traits."""

    gain: NDArray[np.float64]
    traits: tuple[tuple[Trait, NDArray[np.int64]], ...]
    least: int


def find_slices(
    name: str,
    challenger: Sheet,
    champion: Sheet,
    traits: Sequence[Trait],
    *,
    min_rows: int,
    confidence: float,
    seed: int,
) -> tuple[FoundSlice, ...]:
    """Return up to ``MOST_FOUND`` groups in which the challenger looked worse, each tested on rows of its own.

    The rows are dealt into two halves, rows that belong together into the same. On the first, each row's gain is its
    influence on the improvement; the group whose mean gain lies most standard errors below zero is taken, made narrower
    by one more condition where that makes it clearer, its rows are left out, and the search goes on. On the second half
    each group is compared like a slice. Nothing where neither half would have enough rows.

    Args:
        name: the primary metric.
        challenger: its answers.
        champion: the other's answers for the same rows.
        traits: columns by which a group can be described.
        min_rows: fewest rows of a group, in either half.
        confidence: two-sided level of the intervals, and of the finding after Holm's correction.
        seed: deals the halves.
    """
    least = max(min_rows, MIN_ROWS)
    if challenger.rows < 4 * least or challenger.same_answers(champion):
        return ()
    first, second = _halves(challenger, seed)
    gain = _gain(name, challenger.take(first), champion.take(first))
    if gain is None:
        return ()
    hall = _Hall(gain, tuple((trait, trait.codes[first]) for trait in traits), least)
    groups = [(group.conditions, second[_members(group.conditions, traits, second)]) for group in _worst(hall)]
    tested = [
        fought(name, challenger, champion, rows, min_rows=min_rows, confidence=confidence, seed=seed)
        for _, rows in groups
    ]
    known = [place for place, one in enumerate(tested) if one is not None and one.difference is not None]
    p_values = [one.difference.p for one in tested if one is not None and one.difference is not None]
    adjusted = dict(zip(known, holm(p_values), strict=True))
    return tuple(
        FoundSlice(
            conditions=conditions,
            rows=rows.size,
            status="not enough rows" if one is None else status_of(one, adjusted.get(place), 1 - confidence),
            challenger=None if one is None else one.challenger.value,
            champion=None if one is None or one.champion is None else one.champion.value,
            improvement=None if one is None else one.improvement,
            p_adjusted=adjusted.get(place),
        )
        for place, ((conditions, rows), one) in enumerate(zip(groups, tested, strict=True))
    )


def _halves(sheet: Sheet, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Deal the rows into two halves; of the first at most ``MOST_SEARCHED``."""
    generator = np.random.default_rng(seed)
    if sheet.clusters is None:
        dealt = generator.permutation(sheet.rows)
        cut = sheet.rows // 2
        return np.sort(dealt[: min(cut, MOST_SEARCHED)]), np.sort(dealt[cut:])
    known, of_row = np.unique(sheet.clusters, return_inverse=True)
    side = generator.permutation(known.size) < known.size // 2
    return np.flatnonzero(side[of_row])[:MOST_SEARCHED], np.flatnonzero(~side[of_row])


def _gain(name: str, challenger: Sheet, champion: Sheet) -> NDArray[np.float64] | None:
    """Return each row's part in the improvement, positive where the challenger is better; None where it is unknown."""
    metric = metric_named(name, challenger.terms)
    sign = 1 if metric.better == "higher" else -1
    mine, theirs = metric.measure(challenger), metric.measure(champion)
    gain = sign * (mine.value - theirs.value + mine.influence - theirs.influence)
    return gain if np.isfinite(gain).all() and gain.any() else None


def _worst(hall: _Hall) -> Iterator[_Group]:
    left = np.ones(hall.gain.size, dtype=bool)
    for _ in range(MOST_FOUND):
        best: _Group | None = None
        for _ in range(MOST_CONDITIONS):
            narrower = _narrowed(hall, left if best is None else best.rows, () if best is None else best.conditions)
            if narrower is None or narrower.score >= (-CLEAR if best is None else best.score):
                break
            best = narrower
        if best is None:
            return
        yield best
        left &= ~best.rows


def _narrowed(hall: _Hall, rows: NDArray[np.bool_], told: tuple[Condition, ...]) -> _Group | None:
    """Return the clearest group within some rows by one more condition on a column that is not told yet."""
    gain = hall.gain[rows]
    best: tuple[float, Condition] | None = None
    for trait, codes in hall.traits:
        if any(condition.column == trait.name for condition in told):
            continue
        for score, condition in _scores(trait, codes[rows], gain, hall.least):
            if best is None or score < best[0]:
                best = score, condition
    if best is None:
        return None
    score, condition = best
    trait, codes = next((trait, codes) for trait, codes in hall.traits if trait.name == condition.column)
    return _Group((*told, condition), score, rows & _holds(condition, trait, codes))


def _scores(
    trait: Trait, codes: NDArray[np.int64], gain: NDArray[np.float64], least: int
) -> Iterator[tuple[float, Condition]]:
    """Yield each condition on a trait that leaves enough rows and takes some away, with its mean in standard errors."""
    known = codes >= 0
    codes, gain, rows = codes[known], gain[known], gain.size
    width = len(trait.marks) + trait.steps
    sums: NDArray[np.float64] = np.stack(
        [np.bincount(codes, weight, width) for weight in (np.ones(gain.size), gain, gain**2)]
    )
    below = sums.cumsum(axis=1)
    choices: list[tuple[Relation, NDArray[np.float64]]] = (
        [("at most", below[:, :-1]), ("above", below[:, -1:] - below[:, :-1])] if trait.steps else [("is", sums)]
    )
    for relation, (count, total, squares) in choices:
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = squares / count - (total / count) ** 2
            scores = total / count / np.sqrt(spread / count)
        for place in np.flatnonzero((count >= least) & (count < rows) & np.isfinite(scores)):
            condition = Condition(column=trait.name, relation=relation, value=trait.marks[place])
            yield float(scores[place]), condition


def _members(conditions: tuple[Condition, ...], traits: Sequence[Trait], rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = np.ones(rows.size, dtype=bool)
    for condition in conditions:
        trait = next(trait for trait in traits if trait.name == condition.column)
        inside &= _holds(condition, trait, trait.codes[rows])
    return inside


def _holds(condition: Condition, trait: Trait, codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    place = trait.marks.index(condition.value)
    if condition.relation == "is":
        return np.equal(codes, place)
    return np.greater(codes, place) if condition.relation == "above" else np.logical_and(codes >= 0, codes <= place)
