"""Check ``unique``: no value of the column stands in two rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.contract.flags import compare_flags, read_flag
from modelbout.contract.kind import Check, Measure, field_of, of_rows, repeated

if TYPE_CHECKING:
    from modelbout.contract.kind import Answers, Table
    from modelbout.contract.model import Rule


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows whose value stood in an earlier row; rows without a value do not fail."""
    field = field_of(rule, table)
    if rule.value is False or field is None:
        return None
    column, distinct = nw.col(field.name), f"distinct:{field.name}"
    # Texts are counted by their hashes, in half the memory. Different hashes have different texts, so a column that
    # is unique by its hashes is unique; two texts with one hash could only add a failure, which is counted exactly.
    cheap = nw.col(field.hashed) if field.hashed else column
    # Of a column that was typed on disk, these are the nulls that the check of that name counts.
    empty = {f"{'null' if field.raw else 'nulls'}:{field.name}": column.null_count()}
    if field.floating:
        empty[f"nan:{field.name}"] = column.is_nan().sum()

    def failed(counts: Answers, rows: int) -> int:
        # Among the distinct values, null is one, and NaN is one.
        absent = [counts[name] for name in empty]
        return int((rows - sum(absent)) - (counts[distinct] - sum(number > 0 for number in absent)))

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=of_rows(f"repeat an earlier {quoted(field.name)}"),
        fix="Remove the repeated rows, or name the columns that are unique together below `table:` as `unique:`.",
        counts=empty,
        distinct={distinct: cheap.n_unique()},
        exact={distinct: column.n_unique()} if field.hashed else {},
        rows=repeated((field,)),
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
