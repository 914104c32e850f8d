"""What the two ends of a range have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from modelbout.config.wording import quoted
from modelbout.contract.kind import Measure, field_of, of_rows
from modelbout.contract.literals import read_literal, shown

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Schema, Table
    from modelbout.contract.literals import Literal as Value
    from modelbout.contract.model import Rule
    from modelbout.manifest import ColumnType

End = Literal["min", "max"]

ORDERED: Final[frozenset[ColumnType]] = frozenset({"integer", "number", "date", "datetime"})
BOUND_SCHEMA: Final[Schema] = {
    "anyOf": [{"type": "number"}, {"type": "string", "description": "A date or a time, ISO 8601."}]
}


def read_bound(node: Node, context: Context) -> Value:
    """Read the end of a range as the column's type.

    Raises:
        ConfigError: it is no value of that type.
    """
    return read_literal(node, context.type or "number")


def measure_bound(rule: Rule, table: Table, end: End) -> Measure | None:
    """Count the values beyond one end of the range; a row without a value (null, NaN) does not fail."""
    field = field_of(rule, table)
    if field is None:
        return None
    bound: Any = rule.value
    value = field.value()
    # Only the upper end needs the NaN rule: no engine holds NaN for smaller than a number.
    beyond = value < bound if end == "min" else field.real(value > bound)
    side = "below" if end == "min" else "above"
    return Measure(
        columns=(field.name,),
        failing=beyond,
        message=of_rows(f"of {quoted(field.name)} are {side} {shown(bound)}"),
        fix=f"Mend the rows, or move `{end}:` if such values are right.",
    )


def compare_bounds(old: float | None, new: float | None, end: End) -> Change:
    """Compare two ends of the same type; None = open."""
    if old == new:
        return "same"
    if old is None or new is None:
        return "tighter" if old is None else "looser"
    return "tighter" if (new > old) == (end == "min") else "looser"
