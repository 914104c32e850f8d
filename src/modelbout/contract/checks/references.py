"""Check ``references``: every value of the column stands in a column of another table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from modelbout.contract.foreign import Foreign, compare_foreign, measure_foreign, read_names, read_table
from modelbout.contract.kind import Check, always
from modelbout.contract.parts import keys_of

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Context, Measure, Table
    from modelbout.contract.model import Rule


def read(node: Node, _context: Context) -> Foreign:
    """Read ``{table: data/customers.csv, column: id}``."""
    keys = keys_of(node, ("table", "column"), ("table",))
    names = read_names([keys["column"]]) if "column" in keys else ()
    return Foreign((), read_table(keys["table"]), names)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows whose value the other table does not have; a row without a value does not fail."""
    return measure_foreign(rule, table, cast("Foreign", rule.value))


CHECK: Final = Check(
    key="references",
    scope="column",
    summary="Another table and its column, in which every value of this one stands.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["table"],
        "properties": {
            "table": {"type": "string", "minLength": 1, "description": "A path relative to the repository."},
            "column": {"type": "string", "minLength": 1, "description": "Default: of the same name."},
        },
    },
    read=read,
    measure=measure,
    compare=compare_foreign,
    beyond=always,
)
