"""What a check is: how its text is read, how it is counted, how its rows are found, how two versions compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import narwhals as nw

from modelbout.data.engines.polars import POLARS
from modelbout.errors import ConfigError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.model import Contract, Rule
    from modelbout.data.engines.engine import Engine
    from modelbout.data.reading import ColumnReading
    from modelbout.data.sources import Scan
    from modelbout.errors import Level
    from modelbout.manifest import ColumnType

    # By name: whole numbers for counts, whatever the engine answers for facts.
    Answers = Mapping[str, Any]
    Query = Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]
    Schema = dict[str, Any]

CHECKS_PACKAGE: Final = "modelbout.contract.checks"

# The links to Etc/UTC in the IANA time zone database, and how engines write it.
_UTC: Final = frozenset(
    {"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal", "+00:00"}
)

LongKey = Literal["level", "tolerance", "where", "reason", "owner", "name"]
LONG_KEYS: Final[tuple[LongKey, ...]] = ("level", "tolerance", "where", "reason", "owner", "name")
# For a rule that holds or does not: no share of rows could fail it.
NO_TOLERANCE: Final[tuple[LongKey, ...]] = ("level", "where", "reason", "owner", "name")
# For a rule on the columns themselves: there are no rows to choose from.
NO_ROWS: Final[tuple[LongKey, ...]] = ("level", "reason", "owner", "name")

Change = Literal["same", "tighter", "looser"]


@dataclass(frozen=True)
class Context:
    """What a check may know while its text is read.

    Attributes:
        type: the type of the column that the rule is about; None for a rule of the table.
        types: every column of the contract with its type.
    """

    type: ColumnType | None
    types: Mapping[str, ColumnType]


@dataclass(frozen=True)
class Field:
    """A column of the table as the checks see it.

    Attributes:
        name: the column.
        declared: its type by the contract; None when the contract does not name it.
        type: the type in which the table holds it; None for one that no contract can name.
        stored: the engine's own name of that type, for messages.
        floating: whether it can hold NaN and infinities.
        zone: the time zone that its moments carry; None for those without one.
        declared_zone: the one that the contract says.
        cast: the type in which its values are compared, when not their own (categories as text, decimals as floats).
        raw: the column with the raw text from which it was read; None for a table that is typed on disk.
    """

    name: str
    declared: ColumnType | None
    type: ColumnType | None
    stored: str
    floating: bool = False
    zone: str | None = None
    declared_zone: str | None = None
    cast: nw.dtypes.DType | None = None
    raw: str | None = None

    @property
    def usable(self) -> bool:
        """Return whether the rules on values can run: the table holds the declared type, in the declared zone.

        Whole numbers may be stored as floats: pandas does so when one of them is missing.
        """
        if {self.zone, self.declared_zone}.isdisjoint({None}) and not same_zone(self.zone, self.declared_zone):
            return False
        return self.type == self.declared or {self.type, self.declared} == {"integer", "number"}

    def value(self) -> nw.Expr:
        """Return the column as it is compared; moments with a time zone as the wall clock of that zone shows them."""
        column = nw.col(self.name)
        if self.cast is not None:
            return column.cast(self.cast)
        return column.dt.replace_time_zone(None) if self.zone is not None else column

    def present(self) -> nw.Expr:
        """Return a mask of the rows that have a value which can be compared: neither null nor NaN."""
        known = ~nw.col(self.name).is_null()
        return known & ~nw.col(self.name).is_nan() if self.floating else known

    def missing(self) -> nw.Expr:
        """Return a mask of the rows without a value: null, or NaN; a text that cannot be read is no missing value."""
        null = nw.col(self.raw or self.name).is_null()
        return null | nw.col(self.name).is_nan() if self.floating else null

    def real(self, mask: nw.Expr) -> nw.Expr:
        """Return the mask without rows whose value is NaN: engines disagree whether NaN is larger than a number."""
        return mask & ~nw.col(self.name).is_nan() if self.floating else mask


def same_zone(one: str | None, other: str | None) -> bool:
    """Tell whether two names mean one time zone, as far as names can tell: UTC has several."""
    return one == other or {one, other} <= _UTC


@dataclass(frozen=True)
class Setting:
    """What a rule may ask about beside the table.

    Attributes:
        now: the moment of the check, with a time zone.
        reference_rows: rows of the champion's training table; None when there is no champion, or it is not known.
        target: the column that the model predicts, None outside of a model's repository.
        unused: columns that the model never sees: its id, what `data.exclude` and the policy name.
        open: opens another table by its path, as its file says, or with the given columns' types.
        run: runs a function of the user's on a table, in the user's own interpreter, and returns what it answers.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    reference_rows: int | None = None
    target: str | None = None
    unused: tuple[str, ...] = ()
    open: Callable[[str, tuple[ColumnReading, ...]], Scan] | None = None
    run: Callable[[str, pl.DataFrame], Answers] | None = None


@dataclass(frozen=True)
class Table:
    """The table that is checked, as far as it is known without reading its rows."""

    fields: Mapping[str, Field]
    contract: Contract
    setting: Setting = field(default_factory=Setting)
    engine: Engine = POLARS


@dataclass(frozen=True)
class Sample:
    """Rows that a rule wants to look at in memory.

    Attributes:
        columns: which columns.
        judge: turns them (with ``ROW``, where rows have numbers) into answers; they are all rows when there are no
            more than ``most``.
        most: how many rows at most; None = all of them.
        among: chooses among the rows of this mask only; ``count`` names their number.
        count: the name of that number, among the measure's counts.
    """

    columns: tuple[str, ...]
    judge: Callable[[pl.DataFrame], Answers]
    most: int | None
    among: nw.Expr | None = None
    count: str = ""


@dataclass(frozen=True)
class Measure:
    """How one rule is counted on one table.

    The simplest gives ``failing`` alone: the plan counts these rows, under the rule's ``where:`` too. With anything
    else and a ``where:``, the measure is put to a table of the rows for which it holds.

    Attributes:
        columns: the columns that a finding names.
        message: what a finding says, from the number of failures and the total.
        fix: what to do about it.
        failing: a mask of the rows that fail; null counts as false.
        different: what the failing rows hold; how many different values these are is told, and asked only when the
            rule is broken.
        failed: the number of failures, from the answers and the number of rows; None = those of ``failing``.
        tell: what a finding says, from the answers and the number of rows; replaces ``message``.
        counts: aggregates that are whole numbers, by name; rules may share one by giving it the same name.
        facts: aggregates of any type, None where there is nothing to aggregate; shared by name like ``counts``.
        key: columns whose repeated values fail; nothing else of a measure that has one says what fails.
        query: a one-row table of aggregates that are no expressions of the whole table, such as distinct compound keys.
        ordered: the query is put to the numbered table; where rows have no numbers, it has no answers.
        sample: rows to be judged in memory.
        rows: the rows that fail as a table with ``ROW``, from the numbered table; for failures that no mask tells.
        located: the first rows that fail, from the answers (of ``sample``).
        total: what failures are counted in, when not rows.
        tolerance: overrides the rule's own.
        level: overrides the rule's own.
        grade: the level by what was found, from the answers and the number of rows; None = the rule's own.
    """

    columns: tuple[str, ...]
    message: Callable[[int, int], str]
    fix: str
    failing: nw.Expr | None = None
    different: nw.Expr | None = None
    failed: Callable[[Answers, int], int] | None = None
    tell: Callable[[Answers, int], str] | None = None
    counts: Mapping[str, nw.Expr] = field(default_factory=dict)
    facts: Mapping[str, nw.Expr] = field(default_factory=dict)
    key: Key | None = None
    query: Query | None = None
    ordered: bool = False
    sample: Sample | None = None
    rows: Query | None = None
    located: Callable[[Answers], tuple[int, ...]] | None = None
    total: int | None = None
    tolerance: float | None = None
    level: Level | None = None
    grade: Callable[[Answers, int], Level | None] | None = None


def never(_value: object) -> bool:
    """Return false, whatever the rule's value."""
    return False


def always(_value: object) -> bool:
    """Return true, whatever the rule's value."""
    return True


@dataclass(frozen=True)
class Check:
    """One kind of rule; each module of ``contract/checks`` has one as ``CHECK``, and its name is the module's.

    Attributes:
        key: the key in the contract, below a column or below ``table``.
        scope: where that key may stand.
        summary: one sentence for the JSON Schema.
        schema: JSON Schema of the short form.
        read: makes the rule's value from its text, or raises ConfigError.
        measure: how it is counted; None when there is nothing to count on this table.
        compare: whether data that keep the old value (None: no rule) may break the new one.
        types: the column types that it is for; empty = all.
        default: the value that holds when the contract is silent; None = no rule.
        long: the keys that the long form allows.
        main: the key that holds the value in the long form.
        many: whether the contract lists several rules under the key.
        breaks: why a change that ``compare`` calls tighter breaks somebody.
        beyond: whether the answer of a rule with this value depends on more than the table and the contract: on the
            clock, another table, code, a champion.
    """

    key: str
    scope: Literal["column", "table"]
    summary: str
    schema: Schema
    read: Callable[[Node, Context], object]
    measure: Callable[[Rule, Table], Measure | None]
    compare: Callable[[Any, Any], Change]
    types: frozenset[ColumnType] = frozenset()
    default: object = None
    long: tuple[LongKey, ...] = LONG_KEYS
    main: str = "is"
    many: bool = False
    breaks: str = "data that kept the old rule may break this one"
    beyond: Callable[[Any], bool] = never


def of_rows(what: str) -> Callable[[int, int], str]:
    """Return a message such as ``11 of 7,043 rows cannot be read as number``."""
    return lambda failed, total: f"{failed:,} of {total:,} rows {what}"


@dataclass(frozen=True)
class Key:
    """Columns whose values together should stand in one row only; the rows that repeat an earlier one fail.

    Attributes:
        fields: the columns.
        complete: only rows with a value in each of them are compared; else null and NaN are values of their own.
    """

    fields: tuple[Field, ...]
    complete: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns' names."""
        return tuple(field.name for field in self.fields)

    def compared(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return the rows that are compared."""
        return frame.filter(*(field.present() for field in self.fields)) if self.complete else frame


def refuse(node: Node, found: str, allowed: str = "", fix: str = "") -> ConfigError:
    """Return the error that refuses a value at its place; without ``fix`` the next step is what is allowed."""
    return refuse_at(node.place, found, allowed, fix)


def refuse_at(place: Place, found: str, allowed: str = "", fix: str = "") -> ConfigError:
    """Return the error that refuses a key at its place; see ``refuse``."""
    return ConfigError(Problem(found, allowed, fix or f"Write {allowed or 'it as docs/contract.md shows'}.", place))


def field_of(rule: Rule, table: Table) -> Field | None:
    """Return the column that a column's rule is about, or None when its values cannot be looked at.

    It is absent (the ``required`` check tells) or of another type than declared (the ``type`` check tells).
    """
    found = table.fields.get(rule.column or "")
    return found if found is not None and found.usable else None
