"""Which columns of a table look personal, by their names or by what stands in some of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from modelbout.contract.personal import CANDIDATE, KINDS, LEAST_INTEGER, kind_of_name, kinds_in
from modelbout.contract.table import column_type

if TYPE_CHECKING:
    from collections.abc import Iterator

# Ours: a hundred columns take seconds; what one row in a hundred holds is missed once in 20,000 times.
MOST_ROWS: Final = 1_000


def suspects(rows: pl.DataFrame) -> dict[str, str]:
    """Return the columns that look personal with what they seem to hold, such as ``e-mail address, by its values``.

    Args:
        rows: some of the table's; the check ``pii`` looks for values in all of them.
    """
    return dict(_suspects(rows))


def _suspects(rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    for name, dtype in nw.from_native(rows).schema.items():
        kind = kind_of_name(name, column_type(dtype))
        if kind is not None:
            yield name, f"{KINDS[kind].what}, by its name"
            continue
        held, _ = kinds_in(_candidates(rows[name]), KINDS)
        if held:
            yield name, f"{', '.join(KINDS[kind].what for kind in held)}, by its values"


def _candidates(column: pl.Series) -> list[str | int]:
    """Return the values that are worth a closer look."""
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        texts = column.drop_nulls().cast(pl.String)
        return texts.filter(texts.str.contains(CANDIDATE)).to_list()
    if column.dtype.is_integer():
        return column.drop_nulls().filter(column.drop_nulls() >= LEAST_INTEGER).to_list()
    return []
