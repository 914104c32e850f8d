"""Check ``expression``: a comparison between columns holds in every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.condition import read_condition
from modelbout.contract.expressions import MAX_LENGTH
from modelbout.contract.kind import Check, Measure, of_rows

if TYPE_CHECKING:
    from modelbout.contract.condition import Condition
    from modelbout.contract.kind import Change, Table
    from modelbout.contract.model import Rule


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows for which it is false; one with a missing operand is neither true nor false."""
    condition = cast("Condition", rule.value)
    holds = condition.mask(table.fields)
    if holds is None:
        return None
    shown = quoted(rule.name) if rule.name else quoted(condition.text)
    return Measure(
        columns=condition.term.columns(),
        failing=~holds,
        message=of_rows(f"break the rule {shown}"),
        fix="Look at these rows; if they are right, mend the expression or give it a `tolerance:`.",
    )


def compare(old: Condition | None, new: Condition | None) -> Change:
    """Compare two rules: another text may refuse what the old one allowed."""
    if old == new:
        return "same"
    return "looser" if new is None else "tighter"


CHECK: Final = Check(
    key="expressions",
    scope="table",
    summary="Comparisons between columns that hold in every row; a list.",
    schema={"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    read=read_condition,
    measure=measure,
    compare=compare,
    main="expr",
    many=True,
)
