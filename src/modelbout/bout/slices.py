"""The primary metric group by group, corrected for the number of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.comparison import contrast
from modelbout.bout.inspection import MIN_ROWS
from modelbout.bout.intervals import MIN_CLASS_ROWS, rare_class
from modelbout.bout.roster import metric as metric_named
from modelbout.evidence import SliceResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from modelbout.bout.comparison import Comparison
    from modelbout.bout.ring import SliceColumn
    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import SliceStatus


def judge_slices(
    metric: str,
    challenger: Sheet,
    champion: Sheet | None,
    columns: Sequence[SliceColumn],
    *,
    min_rows: int,
    confidence: float,
    seed: int,
) -> tuple[SliceResult, ...]:
    """Return one result a group: columns as given, groups by name.

    Groups that cannot be tested (fewer than ``min_rows`` or ``MIN_ROWS`` rows, one class only, a class too rare) say
    ``not enough rows``, never that all is well. The p-values of the others are corrected together by Holm's method, and
    the status follows from them; the intervals are single ones, at the plain confidence.
    """
    found = [
        (
            column.name,
            group,
            rows.size,
            fought(metric, challenger, champion, rows, min_rows=min_rows, confidence=confidence, seed=seed),
        )
        for column in columns
        for group, rows in groups_of(column)
    ]
    p_values = {
        index: one.difference.p
        for index, (_, _, _, one) in enumerate(found)
        if one is not None and one.difference is not None
    }
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    return tuple(
        _result(column, group, rows, one, p_adjusted=adjusted.get(index), alpha=1 - confidence)
        for index, (column, group, rows, one) in enumerate(found)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for their number, in the given order (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    steps = np.asarray(p_values, dtype=np.float64)[order] * np.arange(count, 0, -1)
    corrected = np.empty(count)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in corrected]


def groups_of(column: SliceColumn) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Yield each group of a column by name, with the numbers of its rows."""
    order = np.argsort(column.codes, kind="stable")
    edges = np.searchsorted(column.codes[order], np.arange(len(column.groups) + 1))
    for code in sorted(range(len(column.groups)), key=lambda code: column.groups[code]):
        yield column.groups[code], order[edges[code] : edges[code + 1]]


def fought(
    metric: str,
    challenger: Sheet,
    champion: Sheet | None,
    rows: NDArray[np.intp],
    *,
    min_rows: int,
    confidence: float,
    seed: int,
) -> Comparison | None:
    """Compare the primary metric on some rows; None when they are too few, or too few of a class, to be tested."""
    if rows.size < max(min_rows, MIN_ROWS):
        return None
    mine = challenger.take(rows)
    if mine.observations < MIN_ROWS or not _testable(metric, mine):
        return None
    theirs = None if champion is None else champion.take(rows)
    return contrast(metric, mine, theirs, confidence=confidence, seed=seed)


def _testable(metric: str, sheet: Sheet) -> bool:
    found = metric_named(metric, sheet.terms)
    if found.refusal(sheet):
        return False
    if sheet.task == "regression":
        return bool(np.isfinite(found.measure(sheet).value))
    if sheet.task == "binary":
        return int(sheet.support.min()) >= MIN_CLASS_ROWS
    return bool(np.count_nonzero(sheet.support) > 1 and rare_class(found, sheet) is None)


def _result(
    column: str, group: str, rows: int, one: Comparison | None, *, p_adjusted: float | None, alpha: float
) -> SliceResult:
    if one is None:
        return SliceResult(column=column, group=group, rows=rows, status="not enough rows")
    return SliceResult(
        column=column,
        group=group,
        rows=rows,
        status=status_of(one, p_adjusted, alpha),
        challenger=one.challenger.value,
        champion=None if one.champion is None else one.champion.value,
        improvement=one.improvement,
        p_adjusted=p_adjusted,
    )


def status_of(one: Comparison, p_adjusted: float | None, alpha: float) -> SliceStatus:
    """Return what a corrected p-value says of a group."""
    if one.difference is None or p_adjusted is None or p_adjusted >= alpha:
        return "no difference shown"
    return "better" if one.difference.improvement > 0 else "worse"
