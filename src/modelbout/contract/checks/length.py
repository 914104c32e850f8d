"""Check ``length``: every text has as many characters as it should."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.kind import Check, Measure, field_of, of_rows
from modelbout.contract.parts import count_in, keys_of
from modelbout.contract.spans import Span, compare_spans, span_of

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Context, Table
    from modelbout.contract.model import Rule


def read(node: Node, _context: Context) -> Span:
    """Read ``{min: 1, max: 80}``, either or both."""
    keys = keys_of(node, ("min", "max"))
    return span_of(node, keys, lambda end: count_in(end, "a whole number of characters from 0"))


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the texts that are too short or too long; a row without a value does not fail."""
    field = field_of(rule, table)
    if field is None:
        return None
    span = cast("Span", rule.value)
    length = field.value().str.len_chars()
    beyond = []
    if span.min is not None:
        beyond.append(length < span.min)
    if span.max is not None:
        beyond.append(length > span.max)
    return Measure(
        columns=(field.name,),
        failing=reduce(or_, beyond),
        message=of_rows(f"of {quoted(field.name)} do not have {span} characters"),
        fix="Look for texts that were cut off, or for blanks that fill them up; or change `length:`.",
    )


CHECK: Final = Check(
    key="length",
    scope="column",
    summary="How many characters each text has.",
    schema={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"min": {"type": "integer", "minimum": 0}, "max": {"type": "integer", "minimum": 0}},
    },
    read=read,
    measure=measure,
    compare=compare_spans,
    types=frozenset({"string"}),
)
