"""Repeated keys by groups, as every engine can work them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import narwhals as nw

from modelbout.data.engines.engine import ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIMES: Final = f"{ROW} times"


def repetitions(frame: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return one row: how many rows have a key (null is a value) that stood in an earlier row."""
    groups = frame.group_by(*columns).agg(nw.len().alias(_TIMES))
    return groups.select((nw.col(_TIMES) - 1).sum().alias(_TIMES))


def repeated(frame: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the last row of each key that stands more than once, as a table with ``ROW`` alone."""
    groups = frame.group_by(*columns).agg(nw.len().alias(_TIMES), nw.col(ROW).max())
    return groups.filter(nw.col(_TIMES) > 1).select(ROW)
