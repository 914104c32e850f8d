"""Entities, such as patients or machines, that have rows on both sides: the model may know them by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys
from modelbout.data.leakage.separation import codes
from modelbout.results import Leak

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

MOST_PAIRS: Final = 20_000  # pairs of rows of one value: the standard error of a share of .99 is then .0007
FEWEST_ENTITIES: Final = 100  # fewer values are groups (shops, regions), which a holdout usually shares on purpose
MOST_ROWS_OF_ONE: Final = 100  # rows of one value, on average: beyond, it is a category
FEWEST_ROWS_OF_ONE: Final = 1.5  # on average; a column that names single rows is an id
SHARED: Final = 0.3  # of the holdout rows must be of a value that has training rows
SAME: Final = 0.99  # an attribute of the entity: equal in so many pairs of rows of one value ...
BY_CHANCE: Final = 0.7  # ... and in no more of any two rows
SCRAMBLED: Final = 0.5  # an attribute jumps from one value to the next; bands of an amount, an age or a date do not
FEWEST_ROWS_OF_ATTRIBUTE: Final = (
    100  # rows that any two of which share it, on average: else it is another name of the entity
)
FEWEST_ATTRIBUTES: Final = 2  # one may be the same thing in other words
SHOWN_ROWS: Final = 5  # enough to find the pattern, few enough to read
MOST_TOLD: Final = 3  # a reader declares the first one and runs again
FIX: Final = "split by this column (`data.split.by`), so that no entity is on both sides"


def shared_entities(train: pl.DataFrame, holdout: pl.DataFrame, group: Sequence[str]) -> tuple[Leak, ...]:
    """Return the leak that entities have rows on both sides, an error; rows whose entity is missing do not count.

    Args:
        train: the training rows.
        holdout: the holdout rows.
        group: the columns that together name an entity.
    """
    mine, theirs = (frame.drop_nulls(list(group)) for frame in (train, holdout))
    if not mine.height or not theirs.height:
        return ()
    keys = row_keys(theirs, group)
    found = np.isin(keys, row_keys(mine, group))
    count = int(found.sum())
    if not count:
        return ()
    entities = int(np.unique(keys[found]).size)
    message = (
        f"{count:,} of {holdout.height:,} holdout rows belong to {_entities(entities)} that training rows belong to too"
    )
    present = np.flatnonzero(holdout.select(pl.all_horizontal(pl.col(*group).is_not_null())).to_series().to_numpy())
    return (
        Leak(
            kind="shared entity",
            columns=tuple(group),
            level="error",
            strength=count / holdout.height,
            message=message,
            count=count,
            total=holdout.height,
            rows=tuple((present[found][:SHOWN_ROWS] + 1).tolist()),
            fix=FIX,
        ),
    )


def _entities(count: int) -> str:
    return f"{count:,} {'entity' if count == 1 else 'entities'}"


def likely_entities(train: pl.DataFrame, holdout: pl.DataFrame, *, known: Collection[str]) -> tuple[Leak, ...]:
    """Return a warning for each undeclared column that must be an entity: strong evidence only.

    Such a column has many values (text or whole numbers), most of them several times and on both sides, and at least
    two other columns are attributes of it: the same in all rows of a value, though not in any two rows, and jumping
    from one value to the next. So a number and its bands do not pass, nor a postcode and its region.

    Args:
        train: the training rows.
        holdout: the holdout rows.
        known: columns that are no question: target, id, group, what the split goes by, time.
    """
    names = [name for name in train.columns if name in holdout.columns and name not in known and _may_name(train[name])]
    found = []
    for name in names:
        strength = _shared(train[name], holdout[name])
        if strength < SHARED:
            continue
        attributes = list(_attributes(train, name, [other for other in train.columns if other not in (name, *known)]))
        if len(attributes) >= FEWEST_ATTRIBUTES:
            found.append((name, strength, attributes))
    found.sort(key=lambda one: -train[one[0]].n_unique())
    return tuple(
        Leak(
            kind="shared entity",
            columns=(name,),
            level="warn",
            strength=strength,
            message=f"`{name}` looks like the name of an entity: {strength:.0%} of the holdout rows have a value that"
            f" training rows have too, and {len(attributes)} columns, such as `{attributes[0]}`, follow from it",
            count=round(strength * holdout.height),
            total=holdout.height,
            fix="if it is one, name it as `data.group` and split by it (`data.split.by`); if not, all is well",
        )
        for name, strength, attributes in found[:MOST_TOLD]
    )


def _may_name(column: pl.Series) -> bool:
    if not (column.dtype.is_integer() or column.dtype in (pl.String, pl.Categorical)):
        return False
    distinct, there = column.n_unique(), column.len() - column.null_count()
    return distinct >= FEWEST_ENTITIES and FEWEST_ROWS_OF_ONE <= there / distinct <= MOST_ROWS_OF_ONE


def _shared(train: pl.Series, holdout: pl.Series) -> float:
    if not holdout.len():
        return 0.0
    known = row_keys(train.drop_nulls().to_frame())
    return float(np.isin(row_keys(holdout.drop_nulls().to_frame()), known).sum()) / holdout.len()


def _attributes(train: pl.DataFrame, name: str, others: Sequence[str]) -> Iterator[str]:
    """Yield the columns that are attributes of the named one."""
    order = train[name].arg_sort(nulls_last=True)[: train.height - train[name].null_count()].to_numpy()
    values = codes(train[name])[order]
    inside, between = values[1:] == values[:-1], values[1:] != values[:-1]
    pairs = _drawn(np.flatnonzero(inside)), _drawn(np.flatnonzero(between))
    for other in others:
        levels = codes(train[other])
        by_chance = float(np.square(np.bincount(levels) / levels.size).sum())
        if by_chance > BY_CHANCE or by_chance * levels.size < FEWEST_ROWS_OF_ATTRIBUTE:
            continue
        alike = levels[order][1:] == levels[order][:-1]
        within, across = (float(alike[places].mean()) if places.size else 0.0 for places in pairs)
        if within >= SAME and 1 - across >= SCRAMBLED * (1 - by_chance):
            yield other


def _drawn(places: NDArray[np.int64]) -> NDArray[np.int64]:
    if places.size <= MOST_PAIRS:
        return places
    return np.sort(np.random.default_rng(0).choice(places, MOST_PAIRS, replace=False))
