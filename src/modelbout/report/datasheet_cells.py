"""The cells of a data sheet's tables: one column of data said in numbers, names and small drawings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from modelbout.profile import PROFILE_QUANTILES
from modelbout.report import bars, words
from modelbout.report.distribution import shape
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, counted, decimals, number, percent, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.manifest import ColumnType
    from modelbout.profile import Category, ColumnProfile, NumberProfile

VALUES_LIMIT = 12
"""Values shown of one column; the JSON has up to fifty. Our own choice."""

TYPICAL_VALUES = 2

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400
_MOST_BARS = 12

_VALUES = template("""
| {{ name }} | Rows | Share | |
| :-- | --: | --: | :-- |
{% for line in lines %}
| {{ line[0] }} | {{ line[1] }} | {{ line[2] }} | {{ line[3] }} |
{% endfor %}
""")


def value_table(name: str, listed: Sequence[Category], other: int, nulls: int) -> str:
    """Return a table of values with their rows, shares and bars."""
    total = sum(one.count for one in listed) + other + nulls
    shown = listed[:VALUES_LIMIT]
    rest = other + sum(one.count for one in listed[VALUES_LIMIT:])
    lines = [(code(one.value), one.count) for one in shown]
    if rest:
        lines.append((Markdown("*other values*" if shown else "*values that fewer than ten rows share*"), rest))
    if nulls:
        lines.append((Markdown("*missing*"), nulls))
    return _VALUES(
        name=code(name),
        lines=[(called, count(rows), percent(rows, total), bars.bar(rows / total)) for called, rows in lines],
    )


def column_cells(column: ColumnProfile, rows: int, use: str) -> dict[str, Markdown]:
    """Return the line of one column in the table of all columns."""
    odd = [
        f"{counted(number_, one, many)}"
        for number_, one, many in ((column.nan, "NaN", "NaN"), (column.infinite, "infinite", "infinite"))
        if number_
    ]
    missing = percent(column.nulls, rows) if column.nulls else Markdown("0")
    return {
        "name": code(column.name),
        "type": Markdown(column.type),
        "use": text(use) if use else words.DASH,
        "missing": Markdown(", ".join([missing, *odd])),
        "distinct": _distinct(column),
        "typical": _typical(column),
        "drawing": drawing(column),
    }


def _distinct(column: ColumnProfile) -> Markdown:
    """Return the line of one column in the table of all columns."""
    if column.sketch.startswith("many:") and column.distinct < column.count:
        digits = 10 ** max(len(str(column.distinct)) - 2, 0)
        return Markdown(f"about {count(round(column.distinct / digits) * digits)}")
    return count(column.distinct)


def _typical(column: ColumnProfile) -> Markdown:
    if column.categories:
        top = [
            Markdown(f"{code(one.value)} {percent(one.count, column.count)}")
            for one in column.categories[:TYPICAL_VALUES]
        ]
        return Markdown(", ".join(top))
    numbers = column.numbers
    if numbers is not None and numbers.quantiles:
        if column.type in ("date", "datetime"):
            return Markdown(f"{moment(numbers.edges[0], column.type)} to {moment(numbers.edges[-1], column.type)}")
        low, middle, high = (_at(numbers, level) for level in (0.25, 0.5, 0.75))
        if low == high:
            return Markdown(f"mostly {_short(middle, numbers)}")
        return Markdown(f"{_short(middle, numbers)} ({_short(low, numbers)} to {_short(high, numbers)})")
    if column.lengths is not None and column.lengths.quantiles:
        return Markdown(f"{_short(_at(column.lengths, 0.5), column.lengths)} characters")
    return words.DASH


def drawing(column: ColumnProfile) -> Markdown:
    """Return a small histogram, of the listed values where there are no numbers."""
    if column.categories:
        return bars.columns([one.count for one in column.categories[:_MOST_BARS]], column.categories[0].count)
    found = None if column.numbers is None else shape(column.numbers, most=_MOST_BARS)
    return words.DASH if found is None else bars.columns(found.shares, max(found.shares))


def number_cells(column: ColumnProfile) -> Markdown:
    """Return the line of one column in the table of numbers and moments; nothing when it has none."""
    numbers = column.numbers
    if numbers is None:
        return Markdown()
    inner = [_at(numbers, level) for level in _QUANTILES]
    if column.type in ("date", "datetime"):
        shown = [moment(value, column.type) for value in (numbers.edges[0], *inner, numbers.edges[-1])]
        mean = words.DASH if numbers.mean is None else moment(numbers.mean, column.type)
        days = None if numbers.std is None else numbers.std / (1 if column.type == "date" else _DAY)
        std = words.DASH if days is None else Markdown(f"{number(days, decimals((days,)))} days")
        return _line([code(column.name), *shown, mean, std])
    moments = [
        words.DASH if value is None else number(value, decimals((value,))) for value in (numbers.mean, numbers.std)
    ]
    # Edges are round already, and must not be rounded into the range.
    ends = [plain(numbers.edges[0]), plain(numbers.edges[-1])]
    return _line([code(column.name), ends[0], *(_short(value, numbers) for value in inner), ends[1], *moments])


def text_cells(column: ColumnProfile) -> Markdown:
    """Return the line of one column in the table of texts; nothing when it has none."""
    lengths, kinds = column.lengths, column.characters
    if lengths is None or kinds is None:
        return Markdown()
    named = {
        "lower-case letters": kinds.lower,
        "capitals": kinds.upper,
        "digits": kinds.digit,
        "spaces": kinds.space,
        "punctuation": kinds.punctuation,
        "control characters": kinds.control,
        "beyond ASCII": kinds.foreign,
    }
    total = sum(named.values())
    largest = sorted((item for item in named.items() if item[1]), key=lambda item: -item[1])
    made = ", ".join(f"{name} {percent(value, total)}" for name, value in largest)
    cells = (lengths.edges[0], _at(lengths, 0.5), lengths.edges[-1])
    return _line([code(column.name), *(_short(value, lengths) for value in cells), Markdown(made) or words.DASH])


def _line(cells: Sequence[Markdown]) -> Markdown:
    return Markdown(f"| {' | '.join(cells)} |")


def _at(numbers: NumberProfile, level: float) -> float:
    """Return the line of one column in the table of texts; nothing when it has none."""
    return numbers.quantiles[PROFILE_QUANTILES.index(level)]


def _short(value: float, numbers: NumberProfile) -> Markdown:
    """Return a value with no more digits than its column's spread supports."""
    if numbers.whole:
        return number(value, 0)
    spread = _at(numbers, 0.95) - _at(numbers, 0.05)
    if not spread > 0:
        return plain(value)
    return number(value, decimals((value,), width=spread / 10))


def moment(value: float, kind: ColumnType) -> Markdown:
    """Return a day, or a day and the time, from days or seconds since 1970."""
    try:
        when = _EPOCH + (timedelta(days=value) if kind == "date" else timedelta(seconds=value))
    except OverflowError:
        return Markdown("beyond the calendar")
    if kind == "date" or (when.hour, when.minute) == (0, 0):
        return Markdown(f"{when:%Y-%m-%d}")
    return Markdown(f"{when:%Y-%m-%d %H:%M}")
