"""Dask: its workers count in the parts of a table, each with Polars, and the counts are added up here.

The scheduler is the one that Dask's own configuration names (``DASK_SCHEDULER_ADDRESS``), or threads of this process.
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from modelbout.data.engines.dialect import Dialect, by_row, columns_in, counts_rows
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.native import FileEngine
from modelbout.data.engines.packages import needed
from modelbout.data.engines.polars import POLARS
from modelbout.data.parquet import canonical
from modelbout.errors import ConfigError, Problem, cause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from modelbout.data.engines.dialect import Kind
    from modelbout.data.engines.engine import Asked
    from modelbout.data.engines.files import Files

# Ours: a million rows of 20 columns are about 100 MB in a worker, and far more work than handing them out.
PART_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class Slice:
    """Some rows of one file, with the number of rows that stand before them in the table."""

    path: Path
    offset: int
    rows: int
    before: int
    columns: tuple[str, ...]

    def open(self) -> nw.LazyFrame[Any]:
        """Return the rows with their numbers, as ``data/parquet.py`` types them."""
        table = pl.scan_parquet(self.path, glob=False, hive_partitioning=False).slice(self.offset, self.rows)
        schema = table.collect_schema()
        typed = [pl.col(name).cast(canonical(schema[name]) or schema[name]) for name in self.columns]
        return nw.from_native(table.select(typed).with_row_index(ROW, offset=self.before + 1))


class DaskEngine(FileEngine):
    """See ``Engine``. Its table is the list of slices that are handed out."""

    name = "dask"
    dialect = Dialect(queries=False)

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        super().__init__(kinds)
        distributed = needed("distributed")
        self.failures = (
            *POLARS.failures,
            TimeoutError,
            distributed.scheduler.KilledWorker,
            distributed.client.FutureCancelledError,
        )
        self._client = _client()

    def hold(self, files: Files) -> tuple[Slice, ...]:
        """Cut the files into slices."""
        columns = tuple(name for name in self.kinds if name != ROW)
        return tuple(
            Slice(part.path, offset, min(PART_ROWS, part.rows - offset), part.before + offset, columns)
            for part in files.parts
            for offset in range(0, part.rows, PART_ROWS)
        )

    def means(self, asked: Asked) -> bool:
        """Tell whether the answers of slices can be put together: numbers of rows, and masks to find them."""
        known = all(columns_in(one) <= self.kinds.keys() for one in (*asked.masks, *asked.counts))
        single = all(map(by_row, asked.masks)) and all(map(counts_rows, asked.counts))
        return known and single and not (asked.facts or asked.queries or asked.located)

    def aggregate(
        self, lazy: Sequence[Slice], where: nw.Expr | None, aggregates: Mapping[str, nw.Expr]
    ) -> dict[str, Any]:
        """Return numbers of rows: those of all slices, added up."""
        found = self._everywhere(_counted, lazy, where, dict(aggregates))
        return {name: sum(int(one[name] or 0) for one in found) for name in aggregates}

    def numbered(self, lazy: Any) -> Any:  # noqa: ANN401 -- the slices, whose rows have numbers
        """Return the slices."""
        return lazy

    def first(self, frame: Any, masks: Mapping[str, nw.Expr], most: int) -> dict[str, tuple[int, ...]]:  # noqa: ANN401 -- as above
        """Return the first rows for which each mask is true: the first of those of all slices."""
        found = self._everywhere(_first, frame, dict(masks), most)
        return {name: tuple(sorted(row for one in found for row in one[name])[:most]) for name in masks}

    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query; Dask is asked for none, as ``means`` says."""
        return POLARS.fetch(query)

    def _everywhere(self, function: Callable[..., Any], slices: Sequence[Slice], *arguments: object) -> list[Any]:
        futures = self._client.map(lambda one: function(one, *arguments), slices, pure=False)
        answers: list[Any] = self._client.gather(futures)
        return answers


def _counted(rows: Slice, where: nw.Expr | None, aggregates: dict[str, nw.Expr]) -> dict[str, Any]:
    return POLARS.aggregate(rows.open().to_native(), where, aggregates)


def _first(rows: Slice, masks: dict[str, nw.Expr], most: int) -> dict[str, tuple[int, ...]]:
    return POLARS.first(rows.open(), masks, most)


@cache
def _client() -> Any:  # noqa: ANN401 -- Dask's client
    """Return the client of the scheduler, which is one for the whole process.

    Raises:
        ConfigError: Dask is not installed, or its scheduler does not answer.
    """
    distributed, config = needed("distributed"), needed("dask.config")
    # Threads are enough on one machine: Polars leaves Python's lock alone while it works.
    # Its dashboard cannot be switched off; at least nobody else reaches it, and no fixed port is taken.
    local = {"processes": False, "dashboard_address": "127.0.0.1:0"}
    try:
        client = distributed.Client(
            set_as_default=False, **({} if config.get("scheduler-address", None) else local), name="modelbout"
        )
    except (OSError, TimeoutError) as error:
        raise ConfigError(
            Problem(
                found=f"Dask's scheduler does not answer: {cause(error)}",
                fix="start it, or correct DASK_SCHEDULER_ADDRESS; without it, threads of this machine do the work",
            )
        ) from None
    atexit.register(client.close)
    return client


ENGINE: Final = DaskEngine
