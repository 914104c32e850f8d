"""Check ``unexpected``: the table has no column that the contract does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.contract.kind import Check, Measure, refuse

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule
    from modelbout.errors import Level

ANSWERS: Final = ("error", "warn", "allow")
# Ours: enough names to see what happened; the rest is a number.
SHOWN_COLUMNS: Final = 10


def read(node: Node, _context: Context) -> str:
    """Read ``error``, ``warn`` or ``allow``."""
    if node.kind == "scalar" and node.text in ANSWERS:
        return node.text
    found = quoted(node.text) if node.kind == "scalar" else "no word"
    raise refuse(node, f"found {found}", ", ".join(ANSWERS), did_you_mean(node.text, ANSWERS).strip())


def measure(rule: Rule, table: Table) -> Measure | None:
    """Name the columns that the contract does not know."""
    unknown = tuple(name for name, field in table.fields.items() if field.declared is None)
    if rule.value == "allow" or not unknown:
        return None
    names = ", ".join(quoted(name) for name in unknown[:SHOWN_COLUMNS])
    more = f" and {len(unknown) - SHOWN_COLUMNS:,} more" if len(unknown) > SHOWN_COLUMNS else ""
    plural = "s are" if len(unknown) > 1 else " is"
    return Measure(
        columns=unknown,
        failed=lambda _counts, _rows: len(unknown),
        message=lambda failed, _total: f"{failed:,} column{plural} not in the contract: {names}{more}",
        fix="Add a line for each below `columns:`, or write `unexpected: allow` below `table:`.",
        total=len(table.fields),
        level=cast("Level", rule.value),
    )


def compare(old: str | None, new: str | None) -> Change:
    """Compare two answers: only ``error`` refuses a table."""
    before, after = old or "error", new or "error"
    if (before == "error") == (after == "error"):
        return "same"
    return "tighter" if after == "error" else "looser"


CHECK: Final = Check(
    key="unexpected",
    scope="table",
    summary="What a column means that is not named below.",
    schema={"enum": list(ANSWERS), "default": "error"},
    read=read,
    measure=measure,
    compare=compare,
    default="error",
    # The answer is the level.
    long=("reason", "owner", "name"),
)
