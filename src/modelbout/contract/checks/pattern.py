"""Check ``pattern``: the whole text matches a regular expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from modelbout.config.wording import quoted
from modelbout.contract.formats import whole
from modelbout.contract.kind import Check, Measure, field_of, of_rows, refuse
from modelbout.errors import cause

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Change, Context, Table
    from modelbout.contract.model import Rule

# Ours: the longest e-mail pattern in common use has 430 characters; the engine's own limit is on the compiled size.
MAX_LENGTH: Final = 1_000


def read(node: Node, _context: Context) -> str:
    """Read a regular expression that the linear-time engine can compile, alone and as a whole-text match."""
    if node.kind != "scalar" or node.tag in ("null", "bool"):
        raise refuse(
            node, "found no regular expression", "a regular expression in quotes", 'Write `pattern: "[0-9]+"`.'
        )
    if not 1 <= len(node.text) <= MAX_LENGTH:
        raise refuse(node, f"a regular expression of {len(node.text):,} characters", f"1 to {MAX_LENGTH:,} characters")
    # Alone first: `a)|(b` is no expression, yet between two brackets it would become one.
    for candidate in (node.text, whole(node.text)):
        try:
            pl.Series([""]).str.contains(candidate)
        except pl.exceptions.ComputeError as error:
            said = str(error).partition("error: ")[2].partition("\n\nThis error")[0].rpartition("error: ")[2]
            raise refuse(
                node,
                f"this regular expression cannot be used: {cause(said or error, limit=120)}",
                "the syntax of the Rust crate regex, which runs in linear time",
                "Look-around and back-references are not in it: write the rule another way, or as an expression.",
            ) from None
    return node.text


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the texts that do not match as a whole; a row without a value does not fail."""
    field = field_of(rule, table)
    if field is None:
        return None
    odd = ~field.value().str.contains(whole(str(rule.value)))
    return Measure(
        columns=(field.name,),
        failing=odd,
        message=of_rows(f"of {quoted(field.name)} do not match the pattern as a whole"),
        fix="Look for spaces and line breaks at the ends, or widen the pattern if such values are right.",
    )


def compare(old: str | None, new: str | None) -> Change:
    """Compare two patterns: another one may refuse what the old one allowed."""
    if old == new:
        return "same"
    return "looser" if new is None else "tighter"


CHECK: Final = Check(
    key="pattern",
    scope="column",
    summary="A regular expression (Rust syntax) that every whole value matches.",
    schema={"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    read=read,
    measure=measure,
    compare=compare,
    types=frozenset({"string"}),
)
