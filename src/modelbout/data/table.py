"""Read an open table into memory, with every engine failure told as one clear error."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import narwhals as nw

from modelbout.catalogue import did_you_mean
from modelbout.errors import DataError, Place, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from modelbout.data.sources import Scan


def load(scan: Scan, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read the rows of the given columns (default: all real ones), without the text companions.

    Raises:
        DataError: a column is not there, or the engine failed on a damaged page or for want of memory.
    """
    wanted = list(scan.columns if columns is None else columns)
    absent = [name for name in wanted if name not in scan.columns]
    if absent:
        raise DataError(
            *(
                Problem(
                    found=f"the table has no column `{name}`.{did_you_mean(name, scan.columns)}",
                    fix="correct the name",
                    place=_place(scan),
                )
                for name in absent
            )
        )
    whole = scan.exact or scan
    with engine_errors(whole):
        return whole.engine.fetch(nw.from_native(whole.lazy).select(wanted))


@contextmanager
def engine_errors(scan: Scan) -> Iterator[None]:
    """Turn whatever the engine raises while the table is read into a DataError that shows no value of a row.

    Raises:
        DataError: the engine failed inside the context.
    """
    try:
        yield
    except scan.engine.failures as error:
        # For text an engine message quotes the rows; for Parquet it speaks of pages.
        detail = f": {cause(error)}" if not scan.text and scan.engine.speaks_of_pages(error) else ""
        raise DataError(
            Problem(
                found=f"the rows cannot be read ({type(error).__name__}){detail}",
                fix="the file is damaged or was changed during this run: write or copy it again"
                if scan.address is None
                else "look at the database's log; a value may have no counterpart here, such as an infinite date",
                place=_place(scan),
            )
        ) from None


def _place(scan: Scan) -> Place:
    return Place(file=scan.sources[0].shown if len(scan.sources) == 1 else scan.address)
