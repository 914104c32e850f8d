"""Check ``expression``: a comparison between columns holds in every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.expressions import MAX_LENGTH, Term, parse
from modelbout.contract.formula import to_expression
from modelbout.contract.kind import Check, Measure, failures, of_rows, refuse
from modelbout.contract.tokens import ExpressionError

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule


@dataclass(frozen=True)
class Expression:
    """A rule as it was written and as it was understood."""

    text: str
    term: Term


def read(node: Node, context: Context) -> Expression:
    """Read one comparison in the language of ``contract/expressions.py``."""
    if node.kind != "scalar" or node.tag == "null":
        raise refuse(
            node, "found no expression", "a text such as `total >= monthly`", "Write the comparison in quotes."
        )
    try:
        return Expression(node.text, parse(node.text, context.types))
    except ExpressionError as error:
        found = f"at character {error.position + 1} of the expression: {error.found}"
        raise refuse(node, found, error.allowed, error.fix) from None


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the rows for which it is false; one with a missing operand is neither true nor false."""
    expression = cast("Expression", rule.value)
    columns = expression.term.columns()
    if any(name not in table.fields or not table.fields[name].usable for name in columns):
        return None
    false = ~to_expression(expression.term, table.fields)
    name = f"expression:{rule.place.key}"
    shown = quoted(rule.name) if rule.name else quoted(expression.text)
    return Measure(
        columns=columns,
        failed=failures(name),
        message=of_rows(f"break the rule {shown}"),
        fix="Look at these rows; if they are right, mend the expression or give it a `tolerance:`.",
        counts={name: false.sum()},
        failing=false,
    )


def compare(old: Expression | None, new: Expression | None) -> Change:
    """Compare two rules: another text may refuse what the old one allowed."""
    if old == new:
        return "same"
    return "looser" if new is None else "tighter"


CHECK: Final = Check(
    key="expressions",
    scope="table",
    summary="Comparisons between columns that hold in every row; a list.",
    schema={"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    read=read,
    measure=measure,
    compare=compare,
    main="expr",
    many=True,
)
