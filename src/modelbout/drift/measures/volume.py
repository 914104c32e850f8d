"""Rows: how many there are, compared with the reference. It informs; how many there must be, the contract says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from modelbout.drift.measure import Reading, TableMeasure

if TYPE_CHECKING:
    from modelbout.drift.rows import Tables


def read(tables: Tables, _alpha: float) -> tuple[Reading, ...]:
    """Return the ratio of the numbers of rows; a table is as long as somebody cut it, so it is never drift."""
    before, now = tables.rows
    ratio = now / before if before else math.inf
    detail = f"{now:,} rows, the reference has {before:,}"
    return (Reading(measure="rows", effect=0.0, allowance=0.0, value=ratio, detail=detail),)


MEASURE: Final = TableMeasure(tests=lambda _tables: 0, read=read)
