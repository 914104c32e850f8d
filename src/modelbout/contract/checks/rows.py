"""Check ``rows``: the table has as many rows as it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.config.yaml_tree import scalar_value
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, refuse, refuse_at

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Table
    from modelbout.contract.model import Rule


@dataclass(frozen=True)
class Height:
    """The allowed numbers of rows; ``max`` None = open."""

    min: int = 1
    max: int | None = None


def read(node: Node, _context: Context) -> Height:
    """Read ``{min: 1000, max: 2000}``, either or both."""
    if node.kind != "mapping" or not node.entries:
        raise refuse(node, "found no range", "a mapping with `min`, `max` or both", "Write `rows: {min: 1000}`.")
    ends: dict[str, int] = {}
    for key, value, place in node.entries:
        if key not in ("min", "max"):
            fix = did_you_mean(key, ("min", "max")).strip() or "For level or owner write `{is: {min: 1}, level: warn}`."
            raise refuse_at(place, f"unknown key {quoted(key)}", "`min`, `max`", fix)
        number = scalar_value(value) if value.kind == "scalar" and value.tag == "int" else None
        if not isinstance(number, int) or number < 0:
            raise refuse(value, "found no number of rows", "a whole number from 0")
        ends[key] = number
    height = Height(min=ends.get("min", 1), max=ends.get("max"))
    if height.max is not None and height.min > height.max:
        raise refuse(
            node, f"min {height.min:,} is above max {height.max:,}", "min up to max", "Swap them, or correct one."
        )
    return height


def measure(rule: Rule, _table: Table) -> Measure | None:
    """Count the rows that are missing or too many."""
    height = cast("Height", rule.value)

    def failed(_counts: Answers, rows: int) -> int:
        return max(height.min - rows, 0 if height.max is None else rows - height.max, 0)

    def message(missing: int, total: int) -> str:
        if total < height.min:
            return f"the table has {total:,} rows: {missing:,} fewer than the smallest allowed number, {height.min:,}"
        return f"the table has {total:,} rows: {missing:,} more than the largest allowed number, {height.max:,}"

    return Measure(
        columns=(),
        failed=failed,
        message=message,
        fix="Look whether the export was cut off or doubled, or change `rows:`.",
    )


def compare(old: Height | None, new: Height | None) -> Change:
    """Compare two ranges: a narrower one asks more."""
    before, after = old or Height(), new or Height()
    if before == after:
        return "same"
    top = float("inf")
    narrower = after.min > before.min or (top if after.max is None else after.max) < (
        top if before.max is None else before.max
    )
    return "tighter" if narrower else "looser"


CHECK: Final = Check(
    key="rows",
    scope="table",
    summary="How many rows the table has.",
    schema={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            "min": {"type": "integer", "minimum": 0, "default": 1},
            "max": {"type": "integer", "minimum": 0},
        },
    },
    read=read,
    measure=measure,
    compare=compare,
    # An empty table would keep every other rule.
    default=Height(),
    long=NO_TOLERANCE,
)
