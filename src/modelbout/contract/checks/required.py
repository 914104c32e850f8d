"""Check ``required``: the column is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.catalogue import nearest
from modelbout.config.wording import quoted
from modelbout.contract.flags import compare_flags, read_flag
from modelbout.contract.kind import NO_ROWS, Check, Measure

if TYPE_CHECKING:
    from modelbout.contract.kind import Table
    from modelbout.contract.model import Rule


def measure(rule: Rule, table: Table) -> Measure | None:
    """Say that the column is not in the table; the column's other rules then have nothing to look at."""
    name = rule.column or ""
    if rule.value is False or name in table.fields:
        return None
    others = [field.name for field in table.fields.values() if field.declared is None]
    guess = nearest(name, others)
    renamed = f"The table has {quoted(guess)}: was the column renamed? " if guess else ""
    return Measure(
        columns=(name,),
        failed=lambda _counts, _rows: 1,
        message=lambda _failed, _total: f"column {quoted(name)} is not in the table; its other rules were not run",
        fix=f"{renamed}Bring the column back, or write `required: false` if tables may come without it.",
        total=1,
    )


CHECK: Final = Check(
    key="required",
    scope="column",
    summary="Whether the column must be in the table.",
    schema={"type": "boolean", "default": True},
    read=read_flag,
    measure=measure,
    compare=compare_flags,
    default=True,
    long=NO_ROWS,
)
