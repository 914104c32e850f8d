"""Check ``nulls``: at most this share of the rows has no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.config.yaml_tree import scalar_value
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, field_of, refuse

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Table
    from modelbout.contract.model import Rule


def read(node: Node, _context: Context) -> float:
    """Read a share from 0 to 1."""
    value = scalar_value(node) if node.kind == "scalar" and node.tag in ("int", "float") else None
    if isinstance(value, int | float) and 0 <= value <= 1:
        return float(value)
    found = quoted(node.text) if node.kind == "scalar" else f"a {'list' if node.kind == 'sequence' else 'mapping'}"
    fix = "Write 0.01 for one row in a hundred, 0 for none, 1 for as many as there are."
    raise refuse(node, f"found {found}", "a share from 0 to 1", fix)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count null and NaN; a text that cannot be read is there, and is the business of ``type``."""
    field = field_of(rule, table)
    share = cast("float", rule.value)
    if field is None or share >= 1:
        return None
    counts = {f"nulls:{field.name}": nw.col(field.raw or field.name).null_count()}
    if field.floating:
        counts[f"nan:{field.name}"] = nw.col(field.name).is_nan().sum()

    def failed(found: Answers, _rows: int) -> int:
        return sum(found[name] for name in counts)

    shown = quoted(field.name)

    def message(missing: int, total: int) -> str:
        if share == 0:
            return f"{missing:,} of {total:,} rows have no {shown}"
        return f"{missing:,} of {total:,} rows have no {shown}: {missing / total:.2%}, allowed {share:.2%}"

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=message,
        fix="Mend the rows, or raise `nulls:` to the share that the model can live with.",
        counts=counts,
        failing=field.missing(),
        tolerance=share,
    )


def compare(old: float | None, new: float | None) -> Change:
    """Compare two shares: a smaller one asks more."""
    before, after = (1.0 if share is None else share for share in (old, new))
    if before == after:
        return "same"
    return "tighter" if after < before else "looser"


CHECK: Final = Check(
    key="nulls",
    scope="column",
    summary="Largest share of rows without a value (null or NaN).",
    schema={"type": "number", "minimum": 0, "maximum": 1, "default": 0},
    read=read,
    measure=measure,
    compare=compare,
    default=0.0,
    # The share is a tolerance already.
    long=NO_TOLERANCE,
)
