"""Make the profile of a table, and put profiles of its parts together.

A profile makes its own layout (edges, listed values) or takes that of another one. Profiles of one layout are compared
bin by bin, and merged: the profile of the parts is that of the whole, to the byte, in any order.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from modelbout.data.columns import ROOM, Detail, added, bare, describe, emptied, listed, looked_up, summed, value_counts
from modelbout.data.digests import logical_type
from modelbout.errors import DataError, Problem
from modelbout.profile import ColumnProfile, Profile, SliceProfile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

MOST_GROUPS: Final = 50  # of a slice column
TEXTS_ROOM: Final = 50_000  # bytes of JSON for all listed values, so that 200 columns stay below 200 kB
LEAST_ROOM: Final = 200  # and for one column's at the least: ten short words
WIDE: Final = 500  # columns, above which the layout is short: 5,000 columns take 3 MB then
SHORT_BINS: Final = 10
SHORT_CATEGORIES: Final = 10


def profile(
    frame: pl.DataFrame,
    like: Profile | None = None,
    *,
    slices: Sequence[pl.Series] = (),
    label: pl.Series | None = None,
    scores: Sequence[pl.Series] = (),
) -> Profile:
    """Describe each column of the frame.

    Args:
        frame: the rows.
        like: take this profile's layout. A column that it does not have, or has as another kind, comes with its counts
            alone. Without it the frame makes the layout: a value is listed when ten rows or more have it, and an edge
            stands for ten rows or more (see ``NumberProfile``).
        slices: the columns whose groups are counted, as text.
        label: the target, classes as text.
        scores: what a model answered, each a column; on other rows than the frame's if need be.

    Returns:
        The profile; the same for the same rows in any order, chunks and files, and on any machine.

    Raises:
        DataError: a column has a type that no table may have.
    """
    if like is None:
        detail = _detail(frame)
        return Profile(
            rows=frame.height,
            columns=tuple(describe(column, detail=detail) for column in frame.iter_columns()),
            slices=tuple(_slice(column) for column in slices),
            label=None if label is None else describe(label),
            scores=tuple(describe(column) for column in scores),
            detail="full" if detail.lengths else "short",
        )
    known = {column.name: column for column in like.columns}
    groups = {one.column: one for one in like.slices}
    said = {column.name: column for column in like.scores}
    return Profile(
        rows=frame.height,
        columns=tuple(_as_known(column, known.get(column.name)) for column in frame.iter_columns()),
        slices=tuple(_slice_like(column, groups[column.name]) for column in slices if column.name in groups),
        label=None if label is None else _as_known(label, like.label),
        scores=tuple(_as_known(column, said.get(column.name)) for column in scores),
        detail=like.detail,
    )


def layout(of: Profile) -> Profile:
    """Return the layout of a profile, with nothing counted."""
    return replace(
        of,
        rows=0,
        columns=tuple(emptied(column) for column in of.columns),
        slices=tuple(
            replace(one, groups=tuple(replace(group, count=0) for group in one.groups), other=0, nulls=0)
            for one in of.slices
        ),
        label=None if of.label is None else emptied(of.label),
        scores=tuple(emptied(column) for column in of.scores),
    )


def merge(one: Profile, two: Profile) -> Profile:
    """Return the profile of the rows of both.

    Raises:
        DataError: they have different layouts.
    """
    _require_one_layout(one, two)
    return replace(
        one,
        rows=one.rows + two.rows,
        columns=tuple(added(a, b) for a, b in zip(one.columns, two.columns, strict=True)),
        slices=tuple(
            replace(a, groups=summed(a.groups, b.groups), other=a.other + b.other, nulls=a.nulls + b.nulls)
            for a, b in zip(one.slices, two.slices, strict=True)
        ),
        label=None if one.label is None or two.label is None else added(one.label, two.label),
        scores=tuple(added(a, b) for a, b in zip(one.scores, two.scores, strict=True)),
    )


def weighed(of: Profile, importances: Mapping[str, float]) -> Profile:
    """Return the profile with the importance of each column that is a feature."""
    return replace(of, columns=tuple(replace(column, importance=importances.get(column.name)) for column in of.columns))


def merge_all(parts: Iterable[Profile]) -> Profile:
    """Return the profile of the rows of all parts, of which there must be one at least.

    Raises:
        DataError: they have different layouts.
    """
    return reduce(merge, parts)


def _detail(frame: pl.DataFrame) -> Detail:
    texts = sum(logical_type(dtype) == "string" for dtype in frame.dtypes)
    room = max(LEAST_ROOM, min(ROOM, TEXTS_ROOM // max(texts, 1)))
    if frame.width > WIDE:
        return Detail(bins=SHORT_BINS, categories=SHORT_CATEGORIES, room=room, lengths=False)
    return Detail(room=room)


def _as_known(column: pl.Series, like: ColumnProfile | None) -> ColumnProfile:
    return bare(column) if like is None else describe(column, like)


def _slice(column: pl.Series) -> SliceProfile:
    present = column.drop_nulls()
    groups = listed(value_counts(present), most=MOST_GROUPS, room=ROOM)
    other = len(present) - sum(group.count for group in groups)
    return SliceProfile(column=column.name, groups=groups, other=other, nulls=column.null_count())


def _slice_like(column: pl.Series, like: SliceProfile) -> SliceProfile:
    present = column.drop_nulls()
    groups = looked_up(value_counts(present), like.groups)
    other = len(present) - sum(group.count for group in groups)
    return SliceProfile(column=column.name, groups=groups, other=other, nulls=column.null_count())


def _require_one_layout(one: Profile, two: Profile) -> None:
    first, second = (_unweighed(layout(of)) for of in (one, two))
    if first == second:
        return
    names = [[column.name for column in of.columns] for of in (first, second)]
    if names[0] != names[1]:
        found = "two profiles of different columns cannot be merged"
    else:
        pairs = zip(first.columns, second.columns, strict=True)
        apart = [f"column `{a.name}`" for a, b in pairs if a != b] or ["the slices, label or scores"]
        found = f"two profiles with different layouts cannot be merged: other edges, values or types in {apart[0]}"
    raise DataError(
        Problem(
            found=found,
            allowed="profiles of one layout",
            fix="make the second one with the layout of the first: profile(frame, like=first)",
        )
    )


def _unweighed(of: Profile) -> Profile:
    return weighed(of, {})
