"""From the tree of a rule to one narwhals expression; missing operands make the answer unknown, never a failure."""

from __future__ import annotations

from datetime import datetime, time
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.contract.expressions import Term
    from modelbout.contract.kind import Field

_OPERATORS: Final[Mapping[str, Callable[[nw.Expr, nw.Expr], nw.Expr]]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    # What is divided by nothing is unknown, on every engine.
    "/": lambda left, right: left / nw.when(right != 0.0).then(right),
    "and": and_,
    "or": or_,
}
_FUNCTIONS: Final[Mapping[str, Callable[[nw.Expr], nw.Expr]]] = {
    "abs": lambda value: value.abs(),
    "round": lambda value: value.round(0),
    "len": lambda value: value.str.len_chars().cast(nw.Float64),
    "lower": lambda value: value.str.to_lowercase(),
    "upper": lambda value: value.str.to_uppercase(),
    "strip": lambda value: value.str.strip_chars(),
    "year": lambda value: value.dt.year().cast(nw.Float64),
    "month": lambda value: value.dt.month().cast(nw.Float64),
    "day": lambda value: value.dt.day().cast(nw.Float64),
    "weekday": lambda value: value.dt.weekday().cast(nw.Float64),
    "hour": lambda value: value.dt.hour().cast(nw.Float64),
    "negative": lambda value: -value,
    "not": lambda value: ~value,
    "is null": lambda value: value.is_null(),
}


def to_expression(term: Term, fields: Mapping[str, Field]) -> nw.Expr:
    """Return the term as an expression over the table's columns.

    Numbers are 64-bit floats, so that no small integer type can wrap round; NaN counts as missing.
    """
    match term.op:
        case "column":
            return _column(fields[str(term.value)])
        case "literal":
            return nw.lit(term.value)
        case "in":
            sought, *allowed = term.args
            return to_expression(sought, fields).is_in(_same([item.value for item in allowed], sought.kind))
        case "between":
            value, low, high = (to_expression(arg, fields) for arg in term.args)
            return (value >= low) & (value <= high)
    parts = [to_expression(arg, fields) for arg in term.args]
    return _FUNCTIONS[term.op](parts[0]) if len(parts) == 1 else reduce(_OPERATORS[term.op], parts)


def _column(field: Field) -> nw.Expr:
    value = field.value()
    if field.declared not in ("integer", "number"):
        return value
    if field.floating:
        return nw.when(~nw.col(field.name).is_nan()).then(value.cast(nw.Float64))
    return value.cast(nw.Float64)


def _same(values: list[Any], kind: str) -> list[Any]:
    """Return the values as one type: a day among moments is its midnight."""
    if kind == "datetime":
        return [value if isinstance(value, datetime) else datetime.combine(value, time()) for value in values]
    return values
