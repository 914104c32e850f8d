"""Check ``requires``: where one comparison holds, another one holds as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.condition import read_condition
from modelbout.contract.expressions import MAX_LENGTH
from modelbout.contract.kind import Check, Measure, of_rows
from modelbout.contract.parts import keys_of

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.condition import Condition
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule


@dataclass(frozen=True)
class Requirement:
    """Two comparisons: the second is asked of the rows for which the first holds."""

    when: Condition
    then: Condition


def read(node: Node, context: Context) -> Requirement:
    """Read ``{when: 'status == "open"', then: "due is not null"}``."""
    keys = keys_of(node, ("when", "then"), ("when", "then"))
    return Requirement(read_condition(keys["when"], context), read_condition(keys["then"], context))


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows for which the first is true and the second is false; what is unknown does not fail."""
    value = cast("Requirement", rule.value)
    when, then = value.when.mask(table.fields), value.then.mask(table.fields)
    if when is None or then is None:
        return None
    shown = quoted(rule.name) if rule.name else f"{quoted(value.then.text)} where {quoted(value.when.text)}"
    return Measure(
        columns=tuple(dict.fromkeys((*value.when.term.columns(), *value.then.term.columns()))),
        failing=when & ~then,
        message=of_rows(f"break the requirement {shown}"),
        fix="Look at these rows; if they are right, mend `when:` or `then:`, or give the rule a `tolerance:`.",
    )


def compare(old: Requirement | None, new: Requirement | None) -> Change:
    """Compare two requirements: another text may refuse what the old one allowed."""
    if old == new:
        return "same"
    return "looser" if new is None else "tighter"


_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH}
CHECK: Final = Check(
    key="requires",
    scope="table",
    summary="What must hold in the rows for which a comparison holds; a list.",
    schema={
        "type": "object",
        "required": ["when", "then"],
        "additionalProperties": False,
        "properties": {"when": _TEXT, "then": _TEXT},
    },
    read=read,
    measure=measure,
    compare=compare,
    many=True,
)
