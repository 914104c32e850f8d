"""Rules on rows that equal each other in some columns, whatever is missing in them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from modelbout.contract.kind import refuse
from modelbout.contract.parts import columns_in, keys_of, tolerance_in
from modelbout.data.engines.engine import RAW

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Field, Schema, Table

NAMES: Final[Schema] = {"type": "array", "minItems": 1, "items": {"type": "string"}}
MOST: Final[Schema] = {
    "description": "How many rows: a share of all below 1, or a whole number.",
    "type": "number",
    "minimum": 0,
    "default": 0,
}


@dataclass(frozen=True)
class Allowed:
    """How many rows may fail: a share of all rows below 1, or a number of rows."""

    max: float = 0


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


def rule_schema(**columns: Schema) -> Schema:
    """Return the JSON Schema of such a rule: how many rows, or a mapping with that and the given keys."""
    whole: Schema = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"max": MOST, **columns},
    }
    return {"anyOf": [{"type": "number", "minimum": 0}, whole]}


def compare_most(old: Allowed | None, new: Allowed | None) -> Change:
    """Compare two rules of one kind: fewer rows ask more, and so may other columns."""
    if old == new:
        return "same"
    if old is None or new is None:
        return "looser" if new is None else "tighter"
    if replace(old, max=0) != replace(new, max=0):
        return "tighter"
    # A share and a number of rows cannot be held against each other without a table.
    same_kind = (old.max < 1) == (new.max < 1) or 0 in (old.max, new.max)
    return "looser" if same_kind and new.max > old.max else "tighter"
