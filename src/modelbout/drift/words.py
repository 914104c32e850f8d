"""A column that drifted, in words and in numbers that its owner knows."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from modelbout.drift_result import DriftCell, DriftSide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.drift.pair import Pair
    from modelbout.drift_result import DriftLevel, DriftReading
    from modelbout.manifest import ColumnType
    from modelbout.profile import ColumnProfile

MEDIAN: Final = 3  # its place among the quantiles of a profile
MOST_CELLS: Final = 24  # as many as a small histogram has room for
DIGITS: Final = 4
SMALLEST: Final = 1e-3
LARGEST: Final = 1e9
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 -- as profiles count: on the clock of the column's own zone

_FIX: Final = {
    "feature": "find out whether the world changed (train a challenger on recent rows) or the pipeline did (mend it)",
    "label": "find out whether the answers are counted as before; if so, train a challenger on recent rows",
    "prediction": "look at the features that drifted; when none did, look at how the champion is called",
}
_IDLE: Final = "the champion hardly uses it: for your information"


def side_of(column: ColumnProfile, rows: int) -> DriftSide:
    """Return what a reader wants to know of one side of a column."""
    numbers = column.numbers
    missing = column.nulls + column.nan + column.infinite
    if numbers is None or column.type in {"date", "datetime"}:
        return DriftSide(rows=rows, missing=missing)
    median = numbers.quantiles[MEDIAN] if numbers.quantiles else None
    return DriftSide(rows=rows, missing=missing, mean=numbers.mean, std=numbers.std, median=median)


def message_of(pair: Pair, drifted: Sequence[DriftReading], level: DriftLevel) -> tuple[str, str]:
    """Return what drifted, and what to do about it."""
    if pair.note:
        return pair.note, _IDLE if level == "info" else _FIX[pair.role]
    names = {reading.measure: reading for reading in drifted}
    parts = []
    if names.keys() & {"wasserstein", "jensen_shannon", "psi"}:
        parts += _distribution(pair, names)
    parts += [names[name].detail for name in ("out_of_range", "vanished_values", "unlisted_values") if name in names]
    if "nulls" in names:
        before, now = (missing / rows for missing, rows in zip(pair.missing, pair.rows, strict=True))
        parts.append(f"missing in {_percent(now)} of rows, {_percent(before)} before")
    return "; ".join(parts), _IDLE if level == "info" else _FIX[pair.role]


def cells_of(pair: Pair) -> tuple[DriftCell, ...]:
    """Return the shares of both sides in the reference's bins or categories, at most ``MOST_CELLS`` of them."""
    bins = None if pair.reference.categories else pair.bins
    if bins is not None:
        kind: ColumnType = "integer" if pair.reference.numbers is None else pair.reference.type
        edges = [_edge(edge, kind) for edge in bins.numbers.edges]
        inner = (low if low == high else f"{low} to {high}" for low, high in pairwise(edges))
        labels = [f"below {edges[0]}", *inner, f"above {edges[-1]}"]
        first, second = bins.reference, bins.current
    else:
        found = pair.categories
        labels, first, second = [*found.names, "all others"], found.reference, found.current
    totals = [max(int(side.sum()), 1) for side in (first, second)]
    cells = [
        DriftCell(label=label, reference=round(int(one) / totals[0], 6), current=round(int(two) / totals[1], 6))
        for label, one, two in zip(labels, first, second, strict=True)
        if one or two
    ]
    return tuple(cells[:MOST_CELLS])


def _distribution(pair: Pair, names: dict[str, DriftReading]) -> list[str]:
    before, now = side_of(pair.reference, pair.rows[0]), side_of(pair.current, pair.rows[1])
    if before.mean is not None and now.mean is not None and before.std:
        moved = (now.mean - before.mean) / before.std
        said = f"mean {_number(before.mean)} to {_number(now.mean)} ({moved:+.2f} standard deviations)"
        if now.std is not None and not math.isclose(now.std, before.std, rel_tol=0.1):
            said += f", standard deviation {_number(before.std)} to {_number(now.std)}"
        return [said]
    if pair.categories.names:
        found = pair.categories
        first, second = found.reference, found.current
        shares = [
            (label, int(one) / max(int(first.sum()), 1), int(two) / max(int(second.sum()), 1))
            for label, one, two in zip(found.names, first, second, strict=False)
        ]
        label, one, two = max(shares, key=lambda share: round(abs(share[2] - share[1]), 9))
        # When the others moved furthest, the reading of unlisted values says it.
        rest = abs(int(second[-1]) / max(int(second.sum()), 1) - int(first[-1]) / max(int(first.sum()), 1))
        if rest >= abs(two - one) and "unlisted_values" in names:
            return []
        return [f"share of `{label}` {_percent(one)} to {_percent(two)}"]
    what = "lengths of the texts" if pair.reference.numbers is None else "moments" if _timed(pair) else "values"
    value = names.get("wasserstein")
    unit = f" by {_number(value.value)} on average" if value is not None and value.value is not None else ""
    return [f"the {what} moved{unit}"]


def _timed(pair: Pair) -> bool:
    return pair.reference.type in {"date", "datetime"}


def _edge(value: float, kind: ColumnType) -> str:
    """Return the edge of a bin: moments, which are numbers in a profile, as moments again."""
    unit = {"date": timedelta(days=1), "datetime": timedelta(seconds=1)}.get(kind)
    if unit is None:
        return _number(value)
    try:
        moment = EPOCH + value * unit
    except OverflowError:  # beyond the years that Python knows
        return _number(value)
    return moment.isoformat(sep=" ", timespec="minutes") if kind == "datetime" else moment.date().isoformat()


def _number(value: float) -> str:
    """Return a number with four digits, and without a power of ten where people write none."""
    if not value or not SMALLEST <= abs(value) < LARGEST:
        return f"{value:.{DIGITS}g}"
    places = max(DIGITS - 1 - math.floor(math.log10(abs(value))), 0)
    shown = f"{value:,.{places}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
