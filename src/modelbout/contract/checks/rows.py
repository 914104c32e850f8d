"""Check ``rows``: the table has as many rows as it should."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, refuse
from modelbout.contract.parts import count_in, keys_of, number_in

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Table
    from modelbout.contract.model import Rule
    from modelbout.errors import Level


@dataclass(frozen=True)
class Share:
    """The allowed number of rows as multiples of the champion's; ``max`` None = open."""

    min: float = 0.0
    max: float | None = None


@dataclass(frozen=True)
class Height:
    """The allowed numbers of rows; ``max`` None = open, ``reference`` None = whatever the champion had."""

    min: int = 1
    max: int | None = None
    reference: Share | None = None


def read(node: Node, _context: Context) -> Height:
    """Read ``{min: 1000, max: 2000, reference: {min: 0.5, max: 2}}``, any of them."""
    if node.kind != "mapping" or not node.entries:
        allowed = "a mapping with `min`, `max`, `reference` or several"
        raise refuse(node, "found no range", allowed, "Write `rows: {min: 1000}`.")
    keys = keys_of(node, ("min", "max", "reference"))
    ends = {key: count_in(keys[key], "a whole number of rows from 0") for key in ("min", "max") if key in keys}
    height = Height(
        min=ends.get("min", 1),
        max=ends.get("max"),
        reference=_share(keys["reference"]) if "reference" in keys else None,
    )
    _in_order(node, height)
    return height


def _share(node: Node) -> Share:
    keys = keys_of(node, ("min", "max"))
    if not keys:
        raise refuse(node, "found no range", "`min`, `max` or both", "Write `reference: {min: 0.5, max: 2}`.")
    ends = {key: number_in(value, "a multiple such as 0.5, from 0", 0) for key, value in keys.items()}
    share = Share(min=ends.get("min", 0.0), max=ends.get("max"))
    _in_order(node, share)
    return share


def _in_order(node: Node, ends: Height | Share) -> None:
    if ends.max is not None and ends.min > ends.max:
        found = f"min {ends.min:,} is above max {ends.max:,}"
        raise refuse(node, found, "min up to max", "Swap them, or correct one.")


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows that are missing or too many."""
    height = cast("Height", rule.value)
    known = table.setting.reference_rows
    least, most = _limits(height, known)

    def failed(_counts: Answers, rows: int) -> int:
        wrong = max(least - rows, 0 if most is None else rows - most, 0)
        # That nobody could compare is told once: a rule that was not held is no rule that holds.
        return wrong or int(height.reference is not None and known is None)

    def message(missing: int, total: int) -> str:
        beside = f" (the champion's had {known:,})" if height.reference is not None and known is not None else ""
        if total < least:
            return f"the table has {total:,} rows: {missing:,} fewer than the smallest allowed, {least:,}{beside}"
        if most is not None and total > most:
            return f"the table has {total:,} rows: {missing:,} more than the largest allowed, {most:,}{beside}"
        return f"the table's {total:,} rows were not compared with the champion's: there is none that could be read"

    def grade(_counts: Answers, rows: int) -> Level | None:
        return "warn" if rows >= least and (most is None or rows <= most) else None

    return Measure(
        columns=(),
        failed=failed,
        message=message,
        fix="Look whether the export was cut off or doubled, or change `rows:`. The first champion ends a warning.",
        grade=grade,
    )


def _limits(height: Height, known: int | None) -> tuple[int, int | None]:
    if height.reference is None or known is None:
        return height.min, height.max
    # To 9 digits, as 1.1 * 10 is 11.000000000000002 in binary.
    least = max(height.min, math.ceil(round(height.reference.min * known, 9)))
    if height.reference.max is None:
        return least, height.max
    most = math.floor(round(height.reference.max * known, 9))
    return least, most if height.max is None else min(most, height.max)


def compare(old: Height | None, new: Height | None) -> Change:
    """Compare two ranges: a narrower one asks more."""
    before, after = old or Height(), new or Height()
    if before == after:
        return "same"
    shares = before.reference or Share(), after.reference or Share()
    return "tighter" if _narrower(before, after) or _narrower(*shares) else "looser"


def _narrower(before: Height | Share, after: Height | Share) -> bool:
    top = math.inf
    return after.min > before.min or (top if after.max is None else after.max) < (
        top if before.max is None else before.max
    )


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
            "reference": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "description": "As multiples of the champion's number of rows.",
                "properties": {"min": {"type": "number", "minimum": 0}, "max": {"type": "number", "minimum": 0}},
            },
        },
    },
    read=read,
    measure=measure,
    compare=compare,
    beyond=lambda height: height.reference is not None,
    # An empty table would keep every other rule.
    default=Height(),
    long=NO_TOLERANCE,
)
