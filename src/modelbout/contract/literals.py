"""Values in the contract's text: each read as the type of the column that it is about."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from modelbout.config.wording import quoted
from modelbout.config.yaml_tree import scalar_value
from modelbout.contract.kind import refuse

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.manifest import ColumnType

Literal: TypeAlias = int | float | str | bool | date | datetime

# Signed 64-bit integers, which every engine has; a column of larger ones is a string or a number.
MAX_INTEGER: Final = 2**63 - 1
MIN_INTEGER: Final = -(2**63)

_WORDS: Final[dict[str, str]] = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "`true` or `false`",
    "date": "a date such as 2026-03-31",
    "datetime": "a date or a time such as 2026-03-31T14:30:00, without offset: in the column's own time zone",
}


def read_literal(node: Node, kind: ColumnType) -> Literal:
    """Return a scalar as a value of the column's type.

    Raises:
        ConfigError: it is none, or a number that no engine could hold.
    """
    allowed = f"{_WORDS[kind]}, as the column's type is {kind}"
    if node.kind != "scalar":
        raise refuse(node, f"found a {'list' if node.kind == 'sequence' else 'mapping'}", allowed)
    if node.tag == "null":
        fix = "Missing values are the business of `nulls`: write the share that may be missing there."
        raise refuse(node, "found no value", allowed, fix)
    value: Literal | None
    match kind:
        case "integer" | "number":
            value = _number(node, whole=kind == "integer")
        case "string":
            return _text(node, allowed)
        case "boolean":
            value = node.text.casefold() == "true" if node.tag == "bool" else None
        case "date":
            value = read_date(node.text)
        case "datetime":
            value = read_datetime(node.text)
    if value is None:
        raise refuse(node, f"found {quoted(node.text)}", allowed)
    return value


def _number(node: Node, *, whole: bool) -> int | float | None:
    if node.tag not in ("int", "float"):
        return None
    value = scalar_value(node)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if not whole:
        return float(value)
    return int(value) if value == int(value) and MIN_INTEGER <= value <= MAX_INTEGER else None


def shown(value: object) -> str:
    """Return a value of the contract as its author would write it: 100 rather than 100.0."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _text(node: Node, allowed: str) -> str:
    if node.tag == "bool":
        raise refuse(node, f"found {quoted(node.text)}, which YAML reads as true or false", allowed, "Quote it.")
    # A plain 0 or 1.50 is the text that stands in the file: what its author sees is what is meant.
    return node.text


def read_date(text: str) -> date | None:
    """Return an ISO 8601 calendar date, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_datetime(text: str) -> datetime | None:
    """Return an ISO 8601 moment without offset (a date is its midnight), or None."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo is None else None
