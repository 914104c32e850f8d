"""Check ``values``: nothing but these values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.kind import Check, Measure, field_of, of_rows, refuse
from modelbout.contract.literals import read_literal
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.literals import Literal
    from modelbout.contract.model import Rule

# Ours: the 3,144 counties of the United States fit; a longer list is a table of its own, not a rule to review.
MAX_VALUES: Final = 5_000


def read(node: Node, context: Context) -> tuple[Literal, ...]:
    """Read a list of values of the column's type, each once."""
    if node.kind != "sequence":
        raise refuse(node, "found no list", "a list of the allowed values", "Write `values: [first, second]`.")
    if not 1 <= len(node.items) <= MAX_VALUES:
        raise refuse(node, f"a list of {len(node.items):,} values", f"1 to {MAX_VALUES:,} values")
    values: dict[Literal, None] = {}
    problems: list[Problem] = []
    for item in node.items:
        try:
            value = read_literal(item, context.type or "string")
        except ConfigError as error:
            problems += error.problems
            continue
        if value in values:
            problems.append(Problem(f"{quoted(item.text)} stands twice", "", "Remove one of them.", item.place))
        values[value] = None
    if problems:
        raise ConfigError(*problems)
    return tuple(values)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the values that are not on the list; a row without a value does not fail."""
    field = field_of(rule, table)
    if field is None:
        return None
    allowed = cast("tuple[Literal, ...]", rule.value)
    outside = field.real(~field.value().is_in(list(allowed)))
    return Measure(
        columns=(field.name,),
        failing=outside,
        different=field.value(),
        message=_message(f"of {quoted(field.name)} are none of the {len(allowed):,} allowed values", rule.tolerance),
        fix="Look for another spelling (case, spaces), or add the value here if it is right.",
    )


def _message(what: str, tolerance: float) -> Callable[[int, int], str]:
    """Return the message, with the share and what is tolerated when new values may take some of the rows."""
    counted = of_rows(what)
    if not tolerance:
        return counted
    allowed = f"at most {tolerance:.2%}" if tolerance < 1 else f"at most {tolerance:,.0f} rows"
    return lambda failed, total: f"{counted(failed, total)}: {failed / total:.2%}, {allowed} may hold others"


def compare(old: tuple[Any, ...] | None, new: tuple[Any, ...] | None) -> Change:
    """Compare two lists: one that lacks a value of the other asks more."""
    if old is None or new is None:
        return "same" if old is new else "tighter" if old is None else "looser"
    if set(old) == set(new):
        return "same"
    return "looser" if set(old) < set(new) else "tighter"


CHECK: Final = Check(
    key="values",
    scope="column",
    summary="The allowed values, all of them; with a `tolerance`, so many rows may hold others.",
    schema={
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_VALUES,
        "uniqueItems": True,
        "items": {"type": ["string", "number", "boolean"]},
    },
    read=read,
    measure=measure,
    compare=compare,
)
