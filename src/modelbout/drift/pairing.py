"""From two profiles to the pairs that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.drift.pair import Pair
from modelbout.drift_result import NotCompared
from modelbout.profile import ColumnProfile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from modelbout.drift_result import DriftRole
    from modelbout.profile import Profile

NUMBERS: Final = frozenset({"integer", "number"})


def pairs_of(
    reference: Profile,
    current: Profile,
    *,
    features: Collection[str],
    label: str | None = None,
    ignore: Collection[str] = (),
) -> tuple[tuple[Pair, ...], tuple[NotCompared, ...]]:
    """Return what can be compared, the features in the reference's order, and what cannot.

    A feature that is gone, or holds another type now, counts as missing in every row: so it is to the champion.

    Args:
        reference: the profile of the reference.
        current: the profile of the current rows, counted like the reference.
        features: the columns that the champion reads.
        label: the target, for a reference that has no label apart from its columns.
        ignore: columns that are left out.
    """
    rows = (reference.rows, current.rows)
    pairs: list[Pair] = []
    others: list[NotCompared] = []
    known = {column.name: column for column in current.columns}
    weighed = _shares(reference, features)
    for column in reference.columns:
        if column.name in features and column.name not in ignore:
            now, note = _like(column, known.get(column.name), current.rows)
            pairs.append(Pair(column.name, "feature", column, now, rows, weighed.get(column.name), note))
    there = {column.name for column in reference.columns}
    others += [NotCompared(column=name, reason="not in the reference") for name in features if name not in there]
    others += [NotCompared(column=name, reason="told to ignore") for name in ignore if name in there]
    for role, one, two in _besides(reference, current, label):
        if one.name in ignore:
            continue
        if two is None or not two.count:
            others.append(NotCompared(column=one.name, reason=f"no {role} in the current data"))
        else:
            pairs.append(Pair(one.name, role, one, two, (_rows(one), _rows(two))))
    return tuple(pairs), tuple(others)


def _shares(reference: Profile, features: Collection[str]) -> dict[str, float]:
    """Return each feature's share of the importance; nothing where that is not known of all of them."""
    known = {column.name: column.importance for column in reference.columns if column.name in features}
    found = {name: max(value, 0.0) for name, value in known.items() if value is not None}
    total = sum(found.values())
    return {name: value / total for name, value in found.items()} if total > 0 and len(found) == len(known) else {}


def _like(reference: ColumnProfile, current: ColumnProfile | None, rows: int) -> tuple[ColumnProfile, str]:
    """Return the current column, or one without values when it is none that the champion could read, and why."""
    if current is not None and (current.type == reference.type or {current.type, reference.type} <= NUMBERS):
        return current, ""
    note = "the column is gone" if current is None else f"the column holds {current.type} values, not {reference.type}"
    return ColumnProfile(name=reference.name, type=reference.type, count=0, nulls=rows), note


def _besides(
    reference: Profile, current: Profile, label: str | None
) -> Iterator[tuple[DriftRole, ColumnProfile, ColumnProfile | None]]:
    if reference.label is not None:
        yield "label", reference.label, current.label
    elif label is not None and (known := reference.column(label)) is not None:
        yield "label", known, current.column(label)
    said = {column.name: column for column in current.scores}
    for column in reference.scores:
        yield "prediction", column, said.get(column.name)


def _rows(column: ColumnProfile) -> int:
    return column.count + column.nulls
