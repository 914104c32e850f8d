"""What a measure of drift is: one file in ``measures/`` that holds one ``MEASURE``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modelbout import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.drift.pair import Pair
    from modelbout.drift.rows import Tables

MEASURES: Final = "modelbout.drift.measures"


@dataclass(frozen=True)
class Reading:
    """What one measure found.

    Attributes:
        measure: its name in the result.
        effect: the difference on the scale of ``noise``; zero when there is none.
        allowance: what chance alone may make of it; infinite when so few rows say nothing.
        value: the measure in its own unit, where it has another one.
        detail: the finding in words, without values of single rows.
        shape: whether it looks at the whole distribution: whoever asks for the smallest effect that can be seen asks
            these.
    """

    measure: str
    effect: float
    allowance: float
    value: float | None = None
    detail: str = ""
    shape: bool = False


@dataclass(frozen=True)
class ColumnMeasure:
    """Looks at one column.

    Attributes:
        tests: how often it may give a false alarm on this pair; 0 when it is not for such columns.
        read: measures the pair, with a chance of ``alpha`` for a false alarm in each of its tests.
    """

    tests: Callable[[Pair], int]
    read: Callable[[Pair, float], tuple[Reading, ...]]


@dataclass(frozen=True)
class TableMeasure:
    """Looks at all columns at once; like ``ColumnMeasure``, but both are given rows."""

    tests: Callable[[Tables], int]
    read: Callable[[Tables, float], tuple[Reading, ...]]


def measures() -> tuple[tuple[ColumnMeasure, ...], tuple[TableMeasure, ...]]:
    """Return all measures, those of columns and those of tables, sorted by name."""
    found = [catalogue.member(MEASURES, name).MEASURE for name in catalogue.names(MEASURES)]
    columns = tuple(one for one in found if isinstance(one, ColumnMeasure))
    return columns, tuple(one for one in found if isinstance(one, TableMeasure))
