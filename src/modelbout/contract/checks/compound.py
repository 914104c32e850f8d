"""Check ``compound``: the values of some columns together are unique."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.contract.kind import Check, Key, Measure, of_rows, refuse

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule

# Ours: a key of more columns is the whole row.
MAX_COLUMNS: Final = 16


def read(node: Node, context: Context) -> tuple[str, ...]:
    """Read a list of columns that the contract names, each once."""
    allowed = "a list of columns such as [store, day]"
    if node.kind != "sequence" or any(item.kind != "scalar" for item in node.items):
        raise refuse(node, "found no list of columns", allowed, "Write `unique: [[store, day]]`: a list of lists.")
    if not 1 <= len(node.items) <= MAX_COLUMNS:
        raise refuse(node, f"a key of {len(node.items)} columns", f"1 to {MAX_COLUMNS} columns")
    for number, item in enumerate(node.items):
        if item.text not in context.types:
            fix = did_you_mean(item.text, context.types).strip() or "Name it below `columns:` first."
            raise refuse(item, f"{quoted(item.text)} is no column of this contract", "a column named below", fix)
        if item.text in {other.text for other in node.items[:number]}:
            raise refuse(item, f"{quoted(item.text)} stands twice in this key", "each column once", "Remove one.")
    return tuple(item.text for item in node.items)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows whose key stood in an earlier row; a row that lacks a part of its key does not fail."""
    keys = cast("tuple[str, ...]", rule.value)
    fields = tuple(table.fields[key] for key in keys if key in table.fields and table.fields[key].usable)
    if len(fields) < len(keys):
        return None
    shown = ", ".join(quoted(key) for key in keys)
    return Measure(
        columns=keys,
        message=of_rows(f"repeat an earlier key ({shown})"),
        fix="Remove the repeated rows, or add the column that tells them apart to the key.",
        key=Key(fields),
    )


def compare(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Change:
    """Compare two keys: fewer columns ask more."""
    if old is None or new is None:
        return "same" if old is new else "tighter" if old is None else "looser"
    if set(old) == set(new):
        return "same"
    return "looser" if set(old) < set(new) else "tighter"


CHECK: Final = Check(
    key="unique",
    scope="table",
    summary="Columns whose values together stand in one row only; a list of lists.",
    schema={"type": "array", "minItems": 1, "maxItems": MAX_COLUMNS, "items": {"type": "string"}},
    read=read,
    measure=measure,
    compare=compare,
    many=True,
)
