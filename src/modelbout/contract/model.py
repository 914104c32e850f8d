"""The types of contract.yaml: columns and the rules on them, frozen once they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from modelbout.errors import Level, Place

if TYPE_CHECKING:
    from modelbout.contract.condition import Condition
    from modelbout.data.reading import Reading
    from modelbout.manifest import ColumnType

CONTRACT_FILE = "contract.yaml"
CONTRACT_VERSION = 1

# An empty cell of a text file is a missing value unless the contract says otherwise.
DEFAULT_MISSING = ("",)


@dataclass(frozen=True)
class Rule:
    """One rule of the contract.

    Attributes:
        check: name of the check that holds it, a module of ``contract/checks``.
        value: what the check's own ``read`` made of the text.
        place: where it stands; a default rule has the place of its column or table.
        column: the column it is about; None for a rule of the table.
        level: ``error`` fails the table, ``warn`` only tells.
        tolerance: how many rows may fail: a share of all rows when below 1, else a number of rows.
        where: which rows it is about; None = all of them.
        reason: why the rule is there, in the words of its owner.
        owner: who answers for it.
        name: what the rule is called in reports.
        stated: false for a rule that holds because the contract says nothing else.
    """

    check: str
    value: object
    place: Place
    column: str | None = None
    level: Level = "error"
    tolerance: float = 0
    where: Condition | None = None
    reason: str = ""
    owner: str = ""
    name: str = ""
    stated: bool = True


@dataclass(frozen=True)
class Column:
    """One column: how it is read and the rules on it; ``format`` and ``timezone`` are for dates in text files."""

    name: str
    type: ColumnType
    place: Place
    format: str | None = None
    timezone: str | None = None
    description: str = ""
    rules: tuple[Rule, ...] = ()

    def rule(self, check: str) -> Rule | None:
        """Return the column's rule of one check, or None."""
        return next((rule for rule in self.rules if rule.check == check), None)


@dataclass(frozen=True)
class Contract:
    """What a table promises.

    Attributes:
        columns: in the order of the file.
        table: rules on the table as a whole.
        missing: the texts that mean "no value" in a text file.
        delimiter: of a text file; None = worked out from the file.
        encoding: of a text file; None = UTF-8.
        shown: the contract's path as it stands in messages.
    """

    columns: tuple[Column, ...]
    table: tuple[Rule, ...]
    shown: str
    missing: tuple[str, ...] = DEFAULT_MISSING
    delimiter: str | None = None
    encoding: str | None = None
    description: str = ""
    place: Place = field(default_factory=Place)

    def column(self, name: str) -> Column | None:
        """Return a column by name, or None."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return every rule: those of the table, then those of each column."""
        return self.table + tuple(rule for column in self.columns for rule in column.rules)

    def reading(self) -> Reading:
        """Return how a text file under this contract is read."""
        from modelbout.data.reading import ColumnReading, Reading  # noqa: PLC0415 -- the model itself needs no data room

        return Reading(
            columns=tuple(
                ColumnReading(column.name, column.type, column.format, column.timezone) for column in self.columns
            ),
            missing=self.missing,
            delimiter=self.delimiter,
            encoding=self.encoding,
        )
