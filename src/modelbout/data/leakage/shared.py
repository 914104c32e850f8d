"""Training rows in the holdout: by their id, equal in every column, or equal but for rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.data.digests import row_keys
from modelbout.data.leakage.nearness import near_keys
from modelbout.data.leakage.twins import CHANCE, twins
from modelbout.results import Leak

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.errors import Level

SHOWN_ROWS: Final = 5  # enough to find the pattern, few enough to read
WIDTHS: Final = (1e-2, 1e-5)  # of a grid's cells, in standard deviations: two decimals lost, and single precision
FIX: Final = "take the shared rows out of one side, before the table is split"


def shared_rows(train: pl.DataFrame, holdout: pl.DataFrame, *, id: str | None) -> tuple[Leak, ...]:  # noqa: A002 -- the config's word
    """Return how training rows got into the holdout: one leak for ids, one for equal contents, one for nearly equal.

    An id on both sides is an error. Rows that are equal in everything but the id are natural in tables with few
    different values: they are an error only without an id and when there are more of them than rows dealt out by chance
    would have (:func:`~modelbout.data.leakage.twins.twins`), else a warning. With an id, only such an excess is told,
    as a warning. Rows that are equal but for rounding are told where they are an excess, at the same level.
    """
    if not train.height or not holdout.height:
        return ()
    leaks = []
    if id is not None and id in train.columns and id in holdout.columns:
        known = row_keys(train.drop_nulls(id), [id])
        shared = np.isin(row_keys(holdout, [id]), known) & holdout.get_column(id).is_not_null().to_numpy()
        if shared.any():
            leaks.append(
                _leak("shared rows", (id,), "error", shared, "have an id that is also among the training rows")
            )
    columns = [name for name in train.columns if name in holdout.columns and name != id]
    if not columns:
        return tuple(leaks)
    equal = twins(row_keys(train, columns), row_keys(holdout, columns))
    level: Level = "error" if id is None else "warn"
    if equal.count and not equal.natural:
        leaks.append(_leak("shared rows", (), level, equal.found, "are equal to a training row in every column"))
    elif equal.count and id is None:
        natural = "are equal to a training row in every column, as rows of so few different values are by chance"
        leaks.append(_leak("shared rows", (), "warn", equal.found, natural))
    near = near_rows(train, holdout, columns, equal=equal.found)
    if near is not None:
        leaks.append(_leak("near rows", (), level, near, "are equal to a training row but for rounding"))
    return tuple(leaks)


def near_rows(
    train: pl.DataFrame, holdout: pl.DataFrame, columns: Sequence[str], *, equal: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Return which holdout rows are a training row but for rounding, where these are more than chance has; else None.

    Args:
        train: the training rows.
        holdout: m rows.
        columns: those that count.
        equal: shape (m,), the holdout rows that equal a training row exactly; they are left out.
    """
    rest = np.flatnonzero(~equal)
    left = holdout[rest]
    if not left.height or not any(train.schema[name].is_numeric() for name in columns):
        return None
    tests = len(WIDTHS) * 2
    for width in WIDTHS:
        found = [twins(*keys, chance=CHANCE / tests) for keys in near_keys(train, left, columns, width=width)]
        if not all(one.natural for one in found):
            near = np.zeros(holdout.height, dtype=np.bool_)
            near[rest] = np.logical_or.reduce([one.found for one in found])
            return near
    return None


def _leak(kind: str, columns: tuple[str, ...], level: Level, found: NDArray[np.bool_], what: str) -> Leak:
    count, total = int(found.sum()), found.size
    return Leak(
        kind=kind,  # type: ignore[arg-type]
        columns=columns,
        level=level,
        strength=count / total,
        message=f"{count:,} of {total:,} holdout rows {what}",
        count=count,
        total=total,
        rows=tuple((np.flatnonzero(found)[:SHOWN_ROWS] + 1).tolist()),
        fix=FIX,
    )
