"""A comparison in the contract: the text of a rule, or the rows that a rule is about (``where:``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.contract.expressions import Term, parse
from modelbout.contract.formula import to_expression
from modelbout.contract.kind import refuse
from modelbout.contract.tokens import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import narwhals as nw

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Context, Field


@dataclass(frozen=True)
class Condition:
    """A comparison as it was written and as it was understood."""

    text: str
    term: Term

    def mask(self, fields: Mapping[str, Field]) -> nw.Expr | None:
        """Return the comparison over the table's columns, None when one is gone or of another type than declared."""
        names = self.term.columns()
        if any(name not in fields or not fields[name].usable for name in names):
            return None
        return to_expression(self.term, fields)


def read_condition(node: Node, context: Context) -> Condition:
    """Read one comparison in the language of ``contract/expressions.py``.

    Raises:
        ConfigError: it is none, or names columns that the contract does not have.
    """
    if node.kind != "scalar" or node.tag == "null":
        fix = "Write the comparison in quotes."
        raise refuse(node, "found no expression", "a text such as `total >= monthly`", fix)
    try:
        return Condition(node.text, parse(node.text, context.types))
    except ExpressionError as error:
        found = f"at character {error.position + 1} of the expression: {error.found}"
        raise refuse(node, found, error.allowed, error.fix) from None
