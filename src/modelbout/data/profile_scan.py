"""The profile of a table that need not fit into memory: batches of rows, merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl
from msgspec.structs import replace

from modelbout.data.engines.polars import POLARS
from modelbout.data.profile import merge_all, profile
from modelbout.data.table import engine_errors, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modelbout.data.sources import Scan
    from modelbout.profile import Profile

AT_ONCE: Final = 20_000_000  # cells: 160 MB of numbers; a table of so many is read whole, and its layout exact
BATCH: Final = 4_000_000  # cells: 32 MB of numbers, a few times over while they are counted
LEAST_BATCH: Final = 1_000  # rows
LAYOUT_ROWS: Final = 200_000  # a quantile of so many is within 0.2 % of its level in 19 of 20 cases: sqrt(p q / n)


def _as_text(column: pl.Series) -> pl.Series:
    return column.cast(pl.String)


def profile_scan(
    scan: Scan,
    like: Profile | None = None,
    *,
    slices: Sequence[str] = (),
    label: str | None = None,
    classes: bool = True,
    texts: Callable[[pl.Series], pl.Series] = _as_text,
) -> Profile:
    """Describe each column of an open table.

    Up to ``AT_ONCE`` cells this is ``profile`` of its rows. A larger table is read in batches whose profiles are
    merged; without ``like``, about ``LAYOUT_ROWS`` of its rows, chosen by their numbers, make the layout first, so the
    same rows in another order may have other edges (never other counts within the same edges).

    Args:
        scan: the table.
        like: take this profile's layout.
        slices: names of columns whose groups are counted.
        label: the name of the target.
        classes: whether the target's values are names, which become text.
        texts: how a slice and the target become text.

    Raises:
        DataError: the rows cannot be read, or a column has a type that no table may have.
    """

    def of(frame: pl.DataFrame, known: Profile | None) -> Profile:
        groups = [texts(frame[name]) for name in slices if name in frame.columns]
        if label is None or label not in frame.columns:
            return profile(frame, known, slices=groups)
        return profile(frame, known, slices=groups, label=texts(frame[label]) if classes else frame[label])

    with engine_errors(scan):
        rows = int(scan.engine.collect(nw.from_native(scan.lazy).select(nw.len().alias("rows")))["rows"])
    columns = list(scan.columns)
    if rows * len(columns) <= AT_ONCE:
        return of(load(scan), like)
    if like is None:
        like = of(_sample(scan, rows), None)
    if scan.engine.name == POLARS.name:
        with engine_errors(scan):
            return merge_all(of(batch, like) for batch in _batches(scan.lazy.select(columns)))
    # Any engine can read some columns; not every one can go on where a batch ended.
    width = max(1, AT_ONCE // rows)
    parts = [of(load(scan, columns[start : start + width]), like) for start in range(0, len(columns), width)]
    return replace(
        parts[0],
        columns=tuple(column for part in parts for column in part.columns),
        slices=tuple(one for name in slices for part in parts for one in part.slices if one.column == name),
        label=next((part.label for part in parts if part.label is not None), None),
    )


def _sample(scan: Scan, rows: int) -> pl.DataFrame:
    numbered = scan.engine.numbered(scan.lazy)
    table: nw.LazyFrame[Any] = nw.from_native(scan.lazy) if numbered is None else numbered
    with engine_errors(scan):
        return scan.engine.sample(table, scan.columns, rows, LAYOUT_ROWS).select(scan.columns)


def _batches(lazy: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    # A narrow table is read in longer batches: each costs as much to merge as the last.
    width = len(lazy.collect_schema())
    return iter(lazy.collect_batches(chunk_size=max(LEAST_BATCH, BATCH // width), engine="streaming"))
