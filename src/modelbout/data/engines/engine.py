"""What a table engine must be able to do beside running narwhals expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import narwhals as nw
    import polars as pl

RAW: Final = "modelbout raw text of "  # no file may have a column that starts with this
# The row's number (from 1, in the order of the files). No table may have a column of such a name.
ROW: Final = f"{RAW}\nrow"

# Knuth's multiplicative hashing (The Art of Computer Programming 3, 6.4): the golden ratio times 2^32, made odd. Its
# multiples are spread evenly over any period, so hourly rows are not all of one hour.
GOLDEN: Final = 2_654_435_761
SPAN: Final = 2**32


@dataclass(frozen=True)
class Asked:
    """What is asked of a table: masks of its rows, numbers of rows, other aggregates, and tables made from it.

    ``located`` are tables of rows with their numbers, which are asked for only where rows have numbers.
    """

    masks: tuple[nw.Expr, ...] = ()
    counts: tuple[nw.Expr, ...] = ()
    facts: tuple[nw.Expr, ...] = ()
    queries: tuple[Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]], ...] = ()
    located: tuple[Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]], ...] = ()


class Engine(Protocol):
    """The operations for which narwhals has no words that mean the same on every engine.

    ``lazy`` is always the engine's own lazy table, as in ``Scan.lazy``.
    """

    @property
    def name(self) -> str:
        """The engine's name in modelbout.yaml."""

    @property
    def failures(self) -> tuple[type[BaseException], ...]:
        """What it raises when rows cannot be read."""

    def means(self, asked: Asked) -> bool:
        """Tell whether the engine answers all of this as Polars does; else Polars is asked (``Scan.exact``)."""

    def speaks_of_pages(self, error: BaseException) -> bool:
        """Tell whether an error's text is about the file's structure, so that it quotes no cell."""

    def aggregate(
        self,
        lazy: Any,  # noqa: ANN401 -- the engine's own table
        where: nw.Expr | None,
        aggregates: Mapping[str, nw.Expr],
    ) -> dict[str, Any]:
        """Return aggregates, by name, over the rows under a condition (None: all rows)."""

    def collect(self, query: nw.LazyFrame[Any]) -> dict[str, Any]:
        """Return the only row of a query."""

    def fetch(self, query: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Return the rows of a query, in memory."""

    def numbered(self, lazy: Any) -> nw.LazyFrame[Any] | None:  # noqa: ANN401 -- the engine's own table
        """Return the table with ``ROW``, the number of each row; None where rows have no order."""

    def first(self, frame: nw.LazyFrame[Any], masks: Mapping[str, nw.Expr], most: int) -> dict[str, tuple[int, ...]]:
        """Return, for each mask, the smallest ``ROW`` of the rows for which it is true, at most ``most``, sorted."""

    def lowest(self, rows: nw.LazyFrame[Any], most: int) -> tuple[int, ...]:
        """Return the smallest values of ``ROW`` in a table of rows, at most ``most``, sorted."""

    def repetitions(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int) -> int:
        """Return how many of at most ``rows`` rows have a key (null is a value) that stood in an earlier row."""

    def repeated(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int) -> tuple[int, ...]:
        """Return the smallest ``ROW`` of the last rows of repeated keys, at most ``most``, sorted."""

    def sample(self, frame: nw.LazyFrame[Any], columns: Sequence[str], rows: int, most: int | None) -> pl.DataFrame:
        """Return about ``most`` (None: all) of the ``rows`` rows of a table, the same ones each time.

        The table comes from ``numbered`` where rows have numbers; then the answer has ``ROW`` as well.
        """
