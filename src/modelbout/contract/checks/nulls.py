"""Check ``nulls``: at most this share of the rows has no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, field_of
from modelbout.contract.portions import compare_shares, of_share, read_share

if TYPE_CHECKING:
    from modelbout.contract.kind import Answers, Table
    from modelbout.contract.model import Rule


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count null, and NaN unless the column has a rule on it; an unreadable text is the business of ``type``."""
    field = field_of(rule, table)
    share = cast("float", rule.value)
    if field is None or share >= 1:
        return None
    column = table.contract.column(field.name)
    apart = column is not None and column.rule("nan") is not None
    null = nw.col(field.raw or field.name)
    counts = {f"nulls:{field.name}": null.null_count()}
    if field.floating and not apart:
        counts[f"nan:{field.name}"] = nw.col(field.name).is_nan().sum()

    def failed(found: Answers, _rows: int) -> int:
        return sum(found[name] for name in counts)

    shown = quoted(field.name)
    return Measure(
        columns=(field.name,),
        failed=failed,
        message=of_share(f"have no {shown}", share),
        fix="Mend the rows, or raise `nulls:` to the share that the model can live with.",
        counts=counts,
        failing=null.is_null() if apart else field.missing(),
        tolerance=share,
    )


CHECK: Final = Check(
    key="nulls",
    scope="column",
    summary="Largest share of rows without a value: null or NaN; null alone where the column has a `nan` rule.",
    schema={"type": "number", "minimum": 0, "maximum": 1, "default": 0},
    read=read_share,
    measure=measure,
    compare=compare_shares,
    default=0.0,
    # The share is a tolerance already.
    long=NO_TOLERANCE,
)
