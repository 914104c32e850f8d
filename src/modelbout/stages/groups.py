"""The groups that a bout looks at: slices, pairs of slices, groups that are watched, and traits to search by."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelbout.bout.inspection import MAX_SLICE_GROUPS
from modelbout.bout.ring import SliceColumn, Trait
from modelbout.errors import DataError, Problem
from modelbout.profile import read_profile
from modelbout.stages.arrays import slice_columns
from modelbout.training.bundle import PROFILE_FILE, read_part
from modelbout.training.signature import class_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelbout.config.compare import Compare
    from modelbout.manifest import Signature
    from modelbout.profile import ColumnProfile, Profile
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace

BETWEEN = " \N{MULTIPLICATION SIGN} "
# Of a group from which 20 rows are expected, none is there by chance in 1 of 500 million draws (Poisson, exp(-20)).
EXPECTED_ROWS = 20
MOST_TOLD = 5  # ours: groups named in one sentence
MOST_TRAITS = 100  # ours: columns; with more, the search finds what is there by chance, and takes seconds
MOST_MARKS = 20  # ours: values of one column
STEPS = 7  # ours: edges of one column, so about an eighth of the rows between two


def watched_columns(compare: Compare) -> tuple[str, ...]:
    """Return the columns whose groups must not fare worse."""
    return () if compare.fairness is None else compare.fairness.columns


def group_columns(compare: Compare) -> tuple[str, ...]:
    """Return the columns whose groups are counted in a reference profile: slices and watched ones, each once."""
    return tuple(dict.fromkeys((*compare.slices, *watched_columns(compare))))


def slices_of(work: Workspace, holdout: pl.DataFrame) -> tuple[SliceColumn, ...]:
    """Return the slice columns and, with ``compare.slice_pairs``, every pair of them.

    Raises:
        DataError: a pair has more than ``MAX_SLICE_GROUPS`` groups.
    """
    compare = work.config.compare
    single = slice_columns(holdout, compare.slices)
    if not compare.slice_pairs:
        return single
    pairs = [_pair(one, other) for one, other in combinations(single, 2)]
    for pair in pairs:
        if len(pair.groups) > MAX_SLICE_GROUPS:
            raise DataError(
                Problem(
                    found=f"the slices {pair.name} together have {len(pair.groups)} groups",
                    allowed=f"at most {MAX_SLICE_GROUPS}",
                    fix="leave one of them out of `compare.slices`, or write `slice_pairs: false`",
                    place=work.loaded.place("compare.slice_pairs"),
                )
            )
    return (*single, *pairs)


def _pair(one: SliceColumn, other: SliceColumn) -> SliceColumn:
    known, codes = np.unique(one.codes * len(other.groups) + other.codes, return_inverse=True)
    names = (divmod(int(code), len(other.groups)) for code in known)
    return SliceColumn(
        name=f"{one.name}{BETWEEN}{other.name}",
        codes=codes.astype(np.int64),
        groups=tuple(f"{one.groups[left]}{BETWEEN}{other.groups[right]}" for left, right in names),
    )


def require_groups(work: Workspace, table: Rows, champion: Path | None) -> tuple[str, ...]:
    """Refuse a holdout in which a whole group is gone: nothing could be said of it, and silence looks like a pass.

    A group is gone when no holdout row has it although ``EXPECTED_ROWS`` would be expected from its share of today's
    training rows, or of those that the champion was trained on. Where the holdout is the future (``by: time``), it may
    lie in another season: there a slice that is gone is told, and only a group that must not fare worse is refused.

    Returns:
        What a reader of the verdict must know of groups that are gone, one sentence for each column.

    Raises:
        DataError: one problem for each group.
    """
    names = group_columns(work.config.compare)
    if not names:
        return ()
    before = None if champion is None else read_profile(read_part(champion, PROFILE_FILE), shown=str(champion))
    gone = {name: found for name in names if (found := _gone(table, before, name))}
    watched = watched_columns(work.config.compare)
    told = [name for name in gone if work.config.data.timed and name not in watched]
    problems = [
        Problem(
            found=f"the group {group!r} of {name!r} has no row in the holdout, though it has {share:.1%} of {where}:"
            f" about {share * table.holdout.height:,.0f} rows were to be expected",
            allowed="rows of every group that is looked at",
            fix="hold out rows of it too; if it is gone for good, train the champion anew without it or"
            f" take {name!r} out of the configuration",
            place=work.loaded.place(
                "compare.slices" if name in work.config.compare.slices else "compare.fairness.columns"
            ),
        )
        for name, groups in gone.items()
        if name not in told
        for group, share, where in groups
    ]
    if problems:
        raise DataError(*problems)
    return tuple(_sentence(name, gone[name]) for name in told)


def _gone(table: Rows, before: Profile | None, name: str) -> list[tuple[str, float, str]]:
    """Return the groups of a column that are gone, each with its share of earlier rows and which rows these were."""
    held = set(class_texts(table.holdout[name]).drop_nulls().unique().to_list())
    shares = _shares_before(before, name) | _shares(table.train[name])
    return [
        (group, share, where)
        for group, (share, where) in sorted(shares.items())
        if group not in held and share * table.holdout.height >= EXPECTED_ROWS
    ]


def _sentence(name: str, gone: list[tuple[str, float, str]]) -> str:
    groups = ", ".join(f"{group!r} ({share:.1%} of {where})" for group, share, where in gone[:MOST_TOLD])
    more = f" and {len(gone) - MOST_TOLD} more" if len(gone) > MOST_TOLD else ""
    return f"Nothing is said of these groups of {name!r}, which have no row in this holdout: {groups}{more}."


def _shares(column: pl.Series) -> dict[str, tuple[float, str]]:
    counts = class_texts(column).drop_nulls().value_counts()
    rows = max(column.len(), 1)
    return {group: (count / rows, "the training rows") for group, count in counts.iter_rows()}


def _shares_before(before: Profile | None, name: str) -> dict[str, tuple[float, str]]:
    slices = () if before is None else before.slices
    rows = 0 if before is None else before.rows
    return {
        group.value: (group.count / rows, "the rows that the champion was trained on")
        for one in slices
        if one.column == name and rows
        for group in one.groups
    }


def traits_of(work: Workspace, challenger: Path, shape: Signature, holdout: pl.DataFrame) -> tuple[Trait, ...]:
    """Return the challenger's inputs as traits, with values and edges from its reference profile.

    The profile lists no value that fewer than ten training rows have, and no edge that is one row's value: so a group
    that is found names nobody. Nothing with ``compare.find_slices: false``.
    """
    if not work.config.compare.find_slices:
        return ()
    known = read_profile(read_part(challenger, PROFILE_FILE), shown=str(challenger))
    inputs = {feature.name for feature in shape.inputs}
    columns = [column for column in known.columns if column.name in inputs]
    columns.sort(key=lambda column: -(column.importance or 0.0))
    return tuple(trait for column in columns[:MOST_TRAITS] for trait in _traits(column, holdout[column.name]))


def _traits(column: ColumnProfile, values: pl.Series) -> Iterator[Trait]:
    if column.categories:
        marks = tuple(dict.fromkeys(category.value for category in column.categories[:MOST_MARKS]))
        places = {mark: place for place, mark in enumerate(marks)}
        codes = class_texts(values).replace_strict(places, default=-1, return_dtype=pl.Int64).fill_null(-1)
        yield Trait(column.name, codes.to_numpy(), marks)
    elif column.numbers is not None:
        edges = _steps(column)
        if edges:
            numbers = _numbers(values)
            below = np.where(np.isnan(numbers), -1, np.searchsorted(edges, numbers, side="left")).astype(np.int64)
            yield Trait(column.name, below, tuple(_shown(edge, values.dtype) for edge in edges), steps=True)


def _steps(column: ColumnProfile) -> list[float]:
    """Return up to ``STEPS`` of the profile's inner edges, spread evenly over its rows."""
    assert column.numbers is not None  # noqa: S101 -- asked by its only caller
    inner = np.unique(column.numbers.edges)[1:-1]
    if inner.size <= STEPS:
        return [float(edge) for edge in inner]
    counts = np.cumsum(column.numbers.counts)
    wanted = np.arange(1, STEPS + 1) / (STEPS + 1) * counts[-1]
    upper = np.asarray(column.numbers.edges)[1:]
    chosen = upper[np.searchsorted(counts, wanted)]
    return [float(edge) for edge in np.unique(chosen) if edge in inner]


def _numbers(values: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return numbers or moments as the profile counts them: days or seconds since 1970; NaN where there is none."""
    if values.dtype == pl.Date:
        values = values.to_physical()
    elif values.dtype == pl.Datetime:
        values = values.dt.epoch("s")
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _shown(edge: float, kind: pl.DataType) -> str:
    if kind == pl.Date:
        return str(np.datetime64(int(edge), "D"))
    if isinstance(kind, pl.Datetime):
        return str(np.datetime64(int(edge), "s"))
    return f"{edge:g}" if float(f"{edge:g}") == edge else repr(edge)
