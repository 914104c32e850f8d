"""What samples of one table say of it: the numbers from which rules are drafted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import polars as pl

    from modelbout.data.reading import ColumnReading

# Ours: more values than this are no set that a person reviews.
MAX_LISTED: Final = 20
# The same threshold below which reports suppress a group: a rarer value may be a person's, or a slip.
MIN_VALUE_ROWS: Final = 10
# Ours: measurements and prices have up to four digits after the point; more are computed.
MOST_DECIMALS: Final = 4


@dataclass(frozen=True)
class Reference:
    """A key of another table.

    Attributes:
        table: the other table, as the user named it.
        column: its key.
        keys: how many different values that has.
        named: whether the names of both columns say that they belong together.
    """

    table: str
    column: str
    keys: int
    named: bool


@dataclass(frozen=True)
class Evidence:
    """What was seen of one column in all samples.

    Attributes:
        reading: the type that all its values have, with the format of a date.
        rows: rows of all samples that have the column.
        nulls: those without a value, NaN among them.
        infinite: rows with an infinite number.
        distinct: different values, estimated to about 2 %, of the sample with the most.
        low: the smallest value (numbers, dates), None for others or where there is none.
        high: the largest value.
        values: each value with the number of its rows, most frequent first, when there are few; else empty.
        twins: more than one date format fits, so none was chosen.
        fewest: values in the sample with the fewest.
        null_share: the largest share of rows without a value in any sample.
        null_noise: how much larger it may be in the next sample by chance, at the most in any sample.
        unique: whether each value stands in one row of each sample.
        newcomers: the largest share of a sample's values that no earlier sample had.
        rare: the largest share of a sample's values that are seen in fewer than ``MIN_VALUE_ROWS`` rows of all.
        required: whether every sample has the column.
        shortest: characters of the shortest text.
        longest: characters of the longest text.
        decimals: digits after the point that numbers need; None for more than ``MOST_DECIMALS``.
        form: the named format that all texts have.
        pattern: the regular expression that was generalised from the texts.
        highs: the largest value of each sample, in their order.
        ordered: whether no value is below the one before it, in any sample; told of dates and whole numbers only.
        reference: the other table's key in which all its values stand.
    """

    reading: ColumnReading
    rows: int
    nulls: int = 0
    infinite: int = 0
    distinct: int = 0
    low: Any = None
    high: Any = None
    values: tuple[tuple[object, int], ...] = ()
    twins: tuple[str, ...] = ()
    fewest: int = 0
    null_share: float = 0.0
    null_noise: float = 0.0
    unique: bool = False
    newcomers: float = 0.0
    rare: float = 0.0
    required: bool = True
    shortest: int = 0
    longest: int = 0
    decimals: int | None = None
    form: str | None = None
    pattern: str | None = None
    highs: tuple[Any, ...] = ()
    ordered: bool = False
    reference: Reference | None = None

    @property
    def present(self) -> int:
        """Return the rows with a value."""
        return self.rows - self.nulls


@dataclass(frozen=True)
class Sample:
    """What was seen of one table.

    Attributes:
        rows: of each sample.
        columns: in file order.
        missing: the texts that stand for "no value".
        delimiter: of a text file.
        encoding: of a text file.
        key: columns that differ in each row only together.
        tables: the samples with the types of the columns, unread.
    """

    rows: tuple[int, ...]
    columns: tuple[Evidence, ...]
    missing: tuple[str, ...]
    delimiter: str | None
    encoding: str | None
    key: tuple[str, ...] = ()
    tables: tuple[pl.LazyFrame, ...] = ()
