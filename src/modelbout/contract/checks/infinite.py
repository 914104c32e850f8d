"""Check ``infinite``: a number column holds finite numbers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.contract.flags import compare_flags, read_flag
from modelbout.contract.kind import Check, Measure, field_of, of_rows

if TYPE_CHECKING:
    from modelbout.contract.kind import Answers, Change, Table
    from modelbout.contract.model import Rule


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows that are neither finite nor NaN."""
    field = field_of(rule, table)
    if rule.value is True or field is None or not field.floating:
        return None
    wild, nan = f"infinite:{field.name}", f"nan:{field.name}"
    column = nw.col(field.name)

    def failed(counts: Answers, _rows: int) -> int:
        return int(counts[wild] - counts[nan])

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=of_rows(f"of {quoted(field.name)} are infinite"),
        fix="Look for a division by zero where the column is made, or write `infinite: true` if it is meant.",
        counts={wild: (~column.is_finite()).sum(), nan: column.is_nan().sum()},
        failing=field.real(~column.is_finite()),
    )


def compare(old: bool | None, new: bool | None) -> Change:  # noqa: FBT001 -- called by position, like every compare
    """Compare: to forbid infinities asks more."""
    return compare_flags(old is False, new is False)


CHECK: Final = Check(
    key="infinite",
    scope="column",
    summary="Whether infinite numbers are allowed.",
    schema={"type": "boolean", "default": False},
    read=read_flag,
    measure=measure,
    compare=compare,
    types=frozenset({"number"}),
    default=False,
)
