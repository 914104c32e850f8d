"""Two whole tables: how many rows each has and, where there are rows of both, some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

# Of each table: an area under the ROC curve of 0.52 is then told from 0.5, and a report takes seconds.
MOST_ROWS: Final = 10_000


@dataclass(frozen=True, eq=False)
class Tables:
    """The reference and the current table.

    Attributes:
        rows: of the whole tables.
        samples: rows of both, with the same columns (the features, the most important first), at most ``MOST_ROWS``
            each; None where the reference is a profile.
    """

    rows: tuple[int, int]
    samples: tuple[pl.DataFrame, pl.DataFrame] | None = None
