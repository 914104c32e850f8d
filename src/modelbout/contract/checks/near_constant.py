"""Check ``near_constant``: no single value fills the column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.config.yaml_tree import scalar_value
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, field_of, refuse
from modelbout.data.engines.engine import RAW

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Table
    from modelbout.contract.model import Rule


def read(node: Node, _context: Context) -> float:
    """Read a share above 0 and up to 1."""
    value = scalar_value(node) if node.kind == "scalar" and node.tag in ("int", "float") else None
    if isinstance(value, int | float) and 0 < value <= 1:
        return float(value)
    found = f"found {quoted(node.text)}" if node.kind == "scalar" else "found no share"
    fix = "Write 1 to refuse a constant column, 0.99 to refuse one that is nearly constant."
    raise refuse(node, found, "a share above 0, up to 1", fix)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows of the most frequent value among the rows that have one; none at all fails too."""
    field = field_of(rule, table)
    if field is None:
        return None
    share = cast("float", rule.value)
    times, present, most = f"{RAW}\ntimes", f"{RAW}\npresent {field.name}", f"{RAW}\nmost {field.name}"

    def query(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        groups = frame.filter(field.present()).group_by(field.name).agg(nw.len().alias(times))
        return groups.select(nw.col(times).sum().alias(present), nw.col(times).max().alias(most))

    def failed(answers: Answers, rows: int) -> int:
        # To 6 digits, as 0.29 * 100 is 28.999999999999996 in binary.
        if answers[present] and answers[most] < round(share * answers[present], 6):
            return 0
        return int(answers[most]) or max(rows, 1)

    def tell(answers: Answers, _rows: int) -> str:
        shown = quoted(field.name)
        if not answers[present]:
            return f"no row has a value of {shown}"
        if answers[most] == answers[present]:
            return f"{shown} has one and the same value in all {answers[present]:,} rows that have one"
        part = f"{answers[most] / answers[present]:.2%} of the {answers[present]:,} rows"
        return f"one value takes {part} that have {shown}; less than {share:.2%} is allowed"

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=lambda *_: "",
        tell=tell,
        fix="Look whether the column is still filled where it is made; a model learns nothing from it as it is.",
        query=query,
    )


def compare(old: float | None, new: float | None) -> Change:
    """Compare two shares: to refuse a smaller one asks more."""
    if old == new:
        return "same"
    return "tighter" if old is None or (new is not None and new < old) else "looser"


CHECK: Final = Check(
    key="near_constant",
    scope="column",
    summary="From which share of one value on the column is refused as nearly constant; 1 refuses a constant one.",
    schema={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    read=read,
    measure=measure,
    compare=compare,
    # The share is a tolerance already.
    long=NO_TOLERANCE,
)
