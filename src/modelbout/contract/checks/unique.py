"""Check ``unique``: no value of the column stands in two rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.config.wording import quoted
from modelbout.contract.flags import compare_flags, read_flag
from modelbout.contract.kind import Check, Key, Measure, field_of, of_rows

if TYPE_CHECKING:
    from modelbout.contract.kind import Table
    from modelbout.contract.model import Rule


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows whose value stood in an earlier row; rows without a value do not fail."""
    field = field_of(rule, table)
    if rule.value is False or field is None:
        return None
    return Measure(
        columns=(field.name,),
        message=of_rows(f"repeat an earlier {quoted(field.name)}"),
        fix="Remove the repeated rows, or name the columns that are unique together below `table:` as `unique:`.",
        key=Key((field,)),
    )


CHECK: Final = Check(
    key="unique",
    scope="column",
    summary="Whether every value stands in one row only.",
    schema={"type": "boolean", "default": False},
    read=read_flag,
    measure=measure,
    compare=compare_flags,
)
