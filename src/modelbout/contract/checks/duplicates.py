"""Check ``duplicates``: no row repeats an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.contract.kind import NO_TOLERANCE, Check, Key, Measure, of_rows, refuse
from modelbout.contract.repeats import NAMES, Allowed, comparable, compare_most, most_of, names_of, rule_schema

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Context, Table
    from modelbout.contract.model import Rule


@dataclass(frozen=True)
class Duplicates(Allowed):
    """How many rows may repeat an earlier one: in these columns (none = all), leaving out others."""

    columns: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def read(node: Node, context: Context) -> Duplicates:
    """Read ``0``, ``0.01`` or ``{max: 0.01, ignore: [id]}``."""
    most, keys = most_of(node, ("columns", "ignore"))
    if "columns" in keys and "ignore" in keys:
        raise refuse(node, "both `columns` and `ignore` are there", "one of them", "Remove one.")
    return Duplicates(most, names_of(keys, "columns", context), names_of(keys, "ignore", context))


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows that equal an earlier one; a missing value equals another."""
    value = cast("Duplicates", rule.value)
    fields = comparable(table, value.ignore)
    if value.columns:
        fields = tuple(field for field in fields if field.name in value.columns)
    if not fields or len(fields) < len(value.columns):
        return None
    where = f" in {len(fields):,} of {len(table.fields):,} columns" if len(fields) < len(table.fields) else ""
    return Measure(
        columns=value.columns,
        message=of_rows(f"repeat an earlier row{where}"),
        fix="Remove the repeated rows (a join or a second export makes them), or allow a share with `duplicates:`.",
        key=Key(fields, complete=False),
        tolerance=value.max,
    )


CHECK: Final = Check(
    key="duplicates",
    scope="table",
    summary="How many rows may repeat an earlier row, as a share or a number.",
    schema=rule_schema(columns=NAMES, ignore=NAMES),
    read=read,
    measure=measure,
    compare=compare_most,
    # The value is a tolerance already.
    long=NO_TOLERANCE,
)
