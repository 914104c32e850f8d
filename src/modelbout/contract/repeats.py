"""Rules on rows that equal each other in some columns, whatever is missing in them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from modelbout.contract.kind import refuse
from modelbout.contract.parts import columns_in, keys_of, tolerance_in
from modelbout.data.engines.engine import RAW

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Context, Field, Schema, Table

NAMES: Final[Schema] = {"type": "array", "minItems": 1, "items": {"type": "string"}}
MOST: Final[Schema] = {
    "description": "How many rows: a share of all below 1, or a whole number.",
    "type": "number",
    "minimum": 0,
    "default": 0,
}


def most_of(node: Node, known: Sequence[str]) -> tuple[float, dict[str, Node]]:
    """Return how many rows may fail, and the other keys of the rule: ``0.01`` is short for ``{max: 0.01}``.

    Raises:
        ConfigError: it is neither a number nor a mapping with the known keys.
    """
    if node.kind == "scalar":
        return tolerance_in(node), {}
    if node.kind == "sequence":
        raise refuse(node, "found a list", "a share, a number of rows, or a mapping", "Write `0` for no such row.")
    keys = keys_of(node, ("max", *known))
    return tolerance_in(keys["max"]) if "max" in keys else 0, keys


def names_of(keys: dict[str, Node], key: str, context: Context) -> tuple[str, ...]:
    """Return the columns that a key lists, none when it is absent."""
    return columns_in(keys[key], context) if key in keys else ()


def name_of(value: object) -> str:
    """Return a name for a column of a rule's own query, another for each value: no engine splits it at a dot."""
    return f"{RAW}\n{hashlib.sha256(repr(value).encode()).hexdigest()[:16]}"


def comparable(table: Table, leave: Collection[str]) -> tuple[Field, ...]:
    """Return the table's columns that can be compared, without some; lists and other nested values cannot."""
    return tuple(field for field in table.fields.values() if field.type is not None and field.name not in leave)
