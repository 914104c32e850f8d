"""Check ``decimals``: no number has more digits after the point than these."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, cast

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.config.yaml_tree import scalar_value
from modelbout.contract.kind import Check, Measure, field_of, of_rows, refuse

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule

# IEEE 754 binary64: every decimal of so many digits is told from its neighbours, one of 16 is not.
MOST_DIGITS: Final = sys.float_info.dig
# From here on every double is a whole number.
_WHOLE: Final = 2.0**53
# Four units in the last place, the trace that a few additions of decimals leave (0.1 + 0.2 leaves one).
_RELATIVE: Final = 4 * sys.float_info.epsilon


def read(node: Node, _context: Context) -> int:
    """Read a number of digits."""
    value = scalar_value(node) if node.kind == "scalar" and node.tag == "int" else None
    if isinstance(value, int) and 0 <= value <= MOST_DIGITS:
        return value
    found = f"found {quoted(node.text)}" if node.kind == "scalar" else "found no number"
    raise refuse(node, found, f"a whole number of digits from 0 to {MOST_DIGITS}")


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the numbers that lie beside every decimal of so many digits; a row without a value does not fail."""
    field = field_of(rule, table)
    if field is None or field.type == "integer":
        return None
    digits = cast("int", rule.value)
    scale = 10.0**digits
    value = field.value()
    # What is larger cannot hold a further digit; NaN and infinities are not for this rule, and some engines cannot
    # round them.
    fine = nw.when((value * scale > -_WHOLE) & (value * scale < _WHOLE)).then(value)
    nearest = (fine * scale).round(0) / scale
    return Measure(
        columns=(field.name,),
        failing=(fine - nearest).abs() > _RELATIVE * fine.abs(),
        message=of_rows(f"of {quoted(field.name)} have more than {digits} digits after the point"),
        fix="Round where the column is made, or raise `decimals:`.",
    )


def compare(old: int | None, new: int | None) -> Change:
    """Compare two numbers of digits: fewer ask more."""
    if old == new:
        return "same"
    return "tighter" if old is None or (new is not None and new < old) else "looser"


CHECK: Final = Check(
    key="decimals",
    scope="column",
    summary="How many digits a number has after the point, at most.",
    schema={"type": "integer", "minimum": 0, "maximum": MOST_DIGITS},
    read=read,
    measure=measure,
    compare=compare,
    types=frozenset({"number"}),
)
