"""Check ``compound_references``: the values of some columns together stand in a row of another table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from modelbout.contract.checks.compound import MAX_COLUMNS
from modelbout.contract.foreign import Foreign, compare_foreign, measure_foreign, read_names, read_table
from modelbout.contract.kind import Check, always, refuse
from modelbout.contract.parts import columns_in, keys_of

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Context, Measure, Table
    from modelbout.contract.model import Rule


def read(node: Node, context: Context) -> Foreign:
    """Read ``{columns: [store, day], table: data/days.csv, keys: [shop, date]}``."""
    keys = keys_of(node, ("columns", "table", "keys"), ("columns", "table"))
    columns = columns_in(keys["columns"], context)
    if len(columns) > MAX_COLUMNS:
        raise refuse(keys["columns"], f"a key of {len(columns)} columns", f"at most {MAX_COLUMNS} columns")
    names: tuple[str, ...] = ()
    if "keys" in keys:
        if keys["keys"].kind != "sequence" or len(keys["keys"].items) != len(columns):
            fix = "Name the other table's columns in the same order."
            raise refuse(keys["keys"], "the two keys differ in length", f"a list of {len(columns)} columns", fix)
        names = read_names(keys["keys"].items)
    return Foreign(columns, read_table(keys["table"]), names)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows whose key the other table does not have; a row that lacks a part of it does not fail."""
    return measure_foreign(rule, table, cast("Foreign", rule.value))


_NAMES: Final = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAX_COLUMNS,
    "uniqueItems": True,
    "items": {"type": "string", "minLength": 1},
}

CHECK: Final = Check(
    key="references",
    scope="table",
    summary="Columns whose values together stand in a row of another table; a list.",
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["columns", "table"],
        "properties": {
            "columns": _NAMES,
            "table": {"type": "string", "minLength": 1, "description": "A path relative to the repository."},
            "keys": {**_NAMES, "description": "The other table's columns; default: of the same names."},
        },
    },
    read=read,
    measure=measure,
    compare=compare_foreign,
    beyond=always,
    many=True,
)
