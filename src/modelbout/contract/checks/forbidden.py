"""Check ``forbidden``: the table has none of these columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.kind import NO_ROWS, Check, Measure, refuse
from modelbout.data.names import meant

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule

# Ours: the special categories of data of any law, in a few languages; a pattern stands for many names.
MAX_NAMES: Final = 500
MAX_LENGTH: Final = 200
# As many as `unexpected` shows: enough to see what happened.
SHOWN_COLUMNS: Final = 10


def read(node: Node, _context: Context) -> tuple[str, ...]:
    """Read a list of names, ``*`` and ``?`` standing for any characters."""
    if node.kind != "sequence" or not 1 <= len(node.items) <= MAX_NAMES:
        fix = 'Write `forbidden: [race, ssn, "*religion*"]`.'
        raise refuse(node, "found no list of names", f"a list of 1 to {MAX_NAMES} names of columns", fix)
    for item in node.items:
        if item.kind != "scalar" or item.tag == "null" or not item.text.strip() or len(item.text) > MAX_LENGTH:
            raise refuse(item, "found no name", f"a name of at most {MAX_LENGTH} characters", "Quote it.")
        if not item.text.strip("*? "):
            raise refuse(item, f"{quoted(item.text)} means every column", "a name", "Name what is forbidden.")
    return tuple(dict.fromkeys(item.text for item in node.items))


def measure(rule: Rule, table: Table) -> Measure | None:
    """Name the columns that must not be there."""
    found = meant(cast("tuple[str, ...]", rule.value), tuple(table.fields))
    if not found:
        return None
    names = ", ".join(quoted(name) for name in found[:SHOWN_COLUMNS])
    more = f" and {len(found) - SHOWN_COLUMNS:,} more" if len(found) > SHOWN_COLUMNS else ""
    plural = "columns that are" if len(found) > 1 else "a column that is"
    return Measure(
        columns=found,
        failed=lambda _answers, _rows: len(found),
        message=lambda _failed, _total: f"the table has {plural} forbidden: {names}{more}",
        fix="Leave them out where the table is made, so that no copy of it has them.",
        total=len(table.fields),
    )


def compare(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> Change:
    """Compare two lists: one with a name that the other lacks asks more."""
    before, after = set(old or ()), set(new or ())
    if before == after:
        return "same"
    return "tighter" if after - before else "looser"


CHECK: Final = Check(
    key="forbidden",
    scope="table",
    summary="Columns that the table must not have, by name or pattern.",
    schema={
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_NAMES,
        "items": {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    },
    read=read,
    measure=measure,
    compare=compare,
    long=NO_ROWS,
)
