"""Foreign keys: rows of this table name rows of another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw

from modelbout.catalogue import did_you_mean
from modelbout.config.addresses import address_problem, is_address, shown
from modelbout.config.wording import quoted
from modelbout.contract.kind import Measure, of_rows, refuse
from modelbout.contract.table import describe
from modelbout.data.engines.engine import RAW, ROW
from modelbout.data.reading import ColumnReading
from modelbout.data.table import engine_errors
from modelbout.errors import ConfigError, DataError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Field, Table
    from modelbout.contract.model import Rule
    from modelbout.data.sources import Scan

_WHOLE: Final = frozenset({"integer"})
_NUMBERS: Final = frozenset({"integer", "number"})


@dataclass(frozen=True)
class Foreign:
    """Columns that name rows of another table.

    Attributes:
        columns: the columns here; empty = the one that the rule is about.
        table: the other table: a path, glob or address, as in ``data.source``.
        keys: its columns; empty = of the same names.
    """

    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]


def read_table(node: Node) -> str:
    """Read the path or address of the other table.

    Raises:
        ConfigError: it is no text, or an address that none may have, such as one with a password.
    """
    if node.kind != "scalar" or node.tag in ("null", "bool") or not node.text.strip():
        raise refuse(node, "found no path", "a path such as data/customers.csv, relative to the repository")
    problem = address_problem(node.text, node.place) if is_address(node.text) else None
    if problem is not None:
        raise ConfigError(problem)
    return node.text


def read_names(nodes: Sequence[Node]) -> tuple[str, ...]:
    """Read the names of columns of the other table.

    Raises:
        ConfigError: one is no text.
    """
    for node in nodes:
        if node.kind != "scalar" or node.tag == "null" or not node.text:
            raise refuse(node, "found no column", "the name of a column of the other table")
    return tuple(node.text for node in nodes)


def measure_foreign(rule: Rule, table: Table, foreign: Foreign) -> Measure | None:
    """Count the rows whose key the other table does not have; a row that lacks a part of it does not fail."""
    columns = foreign.columns or (rule.column or "",)
    fields = [table.fields[name] for name in columns if name in table.fields and table.fields[name].usable]
    if len(fields) < len(columns):
        return None
    keys = foreign.keys or columns
    missing = f"{RAW}\nmissing"
    parts = [f"{RAW}\nkey {number}" for number in range(len(columns))]

    def rows(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        present = frame.filter(*(field.present() for field in fields))
        scan, others = _other(rule, table, foreign.table, list(zip(keys, fields, strict=True)))
        mine, theirs = [], []
        for part, field, other in zip(parts, fields, others, strict=True):
            one, two = _comparable(field, other)
            mine.append(one.alias(part))
            theirs.append(two.alias(part))
        with engine_errors(scan):
            held = nw.from_native(scan.lazy).filter(*(other.present() for other in others)).select(*theirs)
            return present.with_columns(*mine).join(held, on=parts, how="anti")

    def failed(answers: Answers, _rows: int) -> int:
        return int(answers[missing])

    here = ", ".join(quoted(name) for name in columns)
    there = f"{', '.join(quoted(key) for key in keys)} of {quoted(shown(foreign.table))}"
    return Measure(
        columns=columns,
        failed=failed,
        message=of_rows(f"have {'a key ' if len(columns) > 1 else ''}{here} that is not in {there}"),
        fix="Bring the missing rows into that table, or take these out. A key that is written another way (blanks, "
        "case, leading zeros) is another key.",
        query=lambda frame: rows(frame).select(nw.len().alias(missing)),
        rows=lambda frame: rows(frame).select(ROW),
    )


def _other(rule: Rule, table: Table, path: str, pairs: list[tuple[str, Field]]) -> tuple[Scan, list[Field]]:
    """Open the other table with the types that this one's columns have, and return it with its keys."""
    named = quoted(shown(path))
    if table.setting.open is None:
        raise DataError(Problem(f"{named} cannot be opened here", fix="Run `modelbout validate`.", place=rule.place))
    zones = {field.name: field.declared_zone for _, field in pairs}
    reading = [ColumnReading(key, field.declared or "string", timezone=zones[field.name]) for key, field in pairs]
    try:
        opened = table.setting.open(path, tuple(reading))
        # Two tables are joined by Polars, whatever holds them.
        scan = opened.exact or opened
        with engine_errors(scan):
            schema = nw.from_native(scan.lazy).collect_schema()
    except (ConfigError, DataError) as error:
        told = (f"{named} cannot be opened: {problem.found}" for problem in error.problems)
        problems = zip(told, error.problems, strict=True)
        raise type(error)(*(Problem(one, old.allowed, old.fix, rule.place) for one, old in problems)) from None
    faults, others = [], []
    for one in reading:
        if one.name not in scan.columns:
            found = f"{named} has no column {quoted(one.name)}.{did_you_mean(one.name, scan.columns)}"
            faults.append(Problem(found, fix="Correct the name.", place=rule.place))
            continue
        other = describe(one.name, schema[one.name], one.type, zone=one.timezone)
        others.append(other)
        if not other.usable:
            found = f"column {quoted(one.name)} of {named} is stored as {other.stored}, not as {one.type}"
            faults.append(Problem(found, fix="Write both tables with the same type.", place=rule.place))
    if faults:
        raise DataError(*faults)
    return scan, others


def _comparable(one: Field, two: Field) -> tuple[nw.Expr, nw.Expr]:
    """Return both sides of a key as one type: whole numbers as such when both are stored so, else as floats."""
    types = {one.type, two.type}
    if types <= _WHOLE:
        return nw.col(one.name).cast(nw.Int64), nw.col(two.name).cast(nw.Int64)
    if types <= _NUMBERS:
        return one.value().cast(nw.Float64), two.value().cast(nw.Float64)
    return one.value(), two.value()


def compare_foreign(old: Foreign | None, new: Foreign | None) -> Change:
    """Compare two foreign keys: another table or other columns may not have what the old ones had."""
    if old == new:
        return "same"
    return "looser" if new is None else "tighter"
