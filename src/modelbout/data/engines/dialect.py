"""Which narwhals expressions mean on an engine, for every value, what they mean on Polars.

narwhals gives one language, the engines give it their own meanings: DuckDB rounds 2.5 to 3 and Polars to 2, Spark
counts Sunday as day 0, every engine has its own regular expressions. So an engine runs only what is proven equal, by
tests/integration/engines; Polars runs the rest on the same rows. What this module does not know is not proven.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# `instant` is a moment with a time zone, `count` a number of rows.
Kind = Literal["integer", "number", "string", "boolean", "date", "datetime", "instant", "count"]

EXACT_FLOAT: Final = 2**53  # every whole number up to here is exactly a double

_EQUAL: Final = frozenset({"__eq__", "__ne__"})
_ORDER: Final = frozenset({"__lt__", "__le__", "__gt__", "__ge__"})
_LOGIC: Final = frozenset({"__and__", "__or__", "__rand__", "__ror__", "__invert__"})
_COUNTED: Final = frozenset({"sum", "null_count"})
_ARITHMETIC: Final = frozenset({"__add__", "__sub__", "__mul__", "__radd__", "__rsub__", "__rmul__"})
# Texts stand in the order of their bytes on Polars, and of somebody's language in a database.
_ORDERED: Final = frozenset({"integer", "number", "date", "datetime", "count"})

# A boolean is an integer to Python, and so comes first.
_LITERALS: Final[tuple[tuple[type, Kind], ...]] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (date, "date"),
)

PARTS: Final = frozenset({"dt.year", "dt.month", "dt.day", "dt.hour", "dt.weekday"})


@dataclass(frozen=True)
class Dialect:
    """What an engine is trusted with.

    Attributes:
        words: operations beside comparisons and logic.
        moments: whether a moment in the contract is the same moment there, wherever the machine stands.
        nan_is_largest: whether NaN is larger than every number, as on Polars; else it is neither larger nor smaller.
        queries: whether it filters and groups rows into tables of its own; else it only counts.
    """

    words: frozenset[str] = frozenset()
    moments: bool = True
    nan_is_largest: bool = True
    queries: bool = True


@dataclass(frozen=True)
class Meaning:
    """What an expression is: the type of its values, one for each row or one for the table."""

    kind: Kind
    aggregate: bool = False


def meaning(expression: object, columns: Mapping[str, Kind], dialect: Dialect) -> Meaning | None:
    """Return what an expression is on this engine, or None where it may answer otherwise than on Polars.

    Args:
        expression: a narwhals expression, or a plain Python value.
        columns: the columns that the engine holds exactly as Polars does, with their types.
        dialect: what the engine is trusted with.
    """
    if not isinstance(expression, nw.Expr):
        return _literal(expression, dialect)
    found: Meaning | None = None
    for place, node in enumerate(_nodes(expression)):
        if node.name == "alias":
            continue
        if place and (found is None or found.aggregate):
            return None
        given = None if found is None else found.kind
        parts = [meaning(part, columns, dialect) for part in node.exprs]
        if any(part is None or part.aggregate for part in parts):
            return None
        kinds = [part.kind for part in parts if part is not None]
        found = _start(node, kinds, columns, dialect) if given is None else _step(node, given, kinds, dialect)
    return found


def counts_rows(expression: object) -> bool:
    """Tell whether an aggregate is a number of rows, made of operations on single rows: parts of a table add up."""
    if not isinstance(expression, nw.Expr):
        return False
    nodes = [node for node in _nodes(expression) if node.name != "alias"]
    return bool(nodes) and nodes[-1].name in {"sum", "null_count", "len"} and all(map(_single, nodes[:-1]))


def by_row(expression: nw.Expr) -> bool:
    """Tell whether an expression answers for each row from that row alone."""
    return bool(_nodes(expression)) and all(map(_single, _nodes(expression)))


def columns_in(expression: nw.Expr) -> frozenset[str]:
    """Return the columns that an expression reads."""
    own = (name for node in _nodes(expression) if node.name == "col" for name in node.kwargs["names"])
    parts = (part for node in _nodes(expression) for part in node.exprs if isinstance(part, nw.Expr))
    return frozenset(own).union(*map(columns_in, parts))


def summable(aggregate: nw.Expr) -> nw.Expr:
    """Return the same aggregate, with a sum of true and false as one of whole numbers: Spark adds up nothing else."""
    nodes = list(_nodes(aggregate))
    name = next((node.kwargs["name"] for node in reversed(nodes) if node.name == "alias"), None)
    plain = [node for node in nodes if node.name != "alias"]
    if not plain or plain[-1].name != "sum":
        return aggregate
    whole = nw.Expr(*plain[:-1]).cast(nw.Int64()).sum()
    return whole if name is None else whole.alias(name)


def label(expression: nw.Expr) -> str | None:
    """Return the name that a plain or a renamed column has in the answer; None where it is not plain to see."""
    nodes = _nodes(expression)
    named = [node.kwargs["name"] for node in nodes if node.name == "alias"]
    if named:
        return str(named[-1])
    first = nodes[0] if nodes else None
    return str(first.kwargs["names"][0]) if first is not None and _is_column(first) else None


def _nodes(expression: nw.Expr) -> Sequence[Any]:
    # narwhals shows the operations of an expression nowhere else. Without them nothing counts as proven.
    return getattr(expression, "_nodes", ())


def _single(node: Any) -> bool:  # noqa: ANN401 -- narwhals has no public name for it
    parts = (part for part in node.exprs if isinstance(part, nw.Expr))
    return str(node.kind).rpartition(".")[2] in {"ELEMENTWISE", "COL", "LITERAL"} and all(map(by_row, parts))


def _is_column(node: Any) -> bool:  # noqa: ANN401 -- as above
    return node.name == "col" and len(node.kwargs.get("names", ())) == 1


def _literal(value: object, dialect: Dialect) -> Meaning | None:
    if (isinstance(value, float) and not math.isfinite(value)) or (isinstance(value, str) and "\0" in value):
        return None
    if isinstance(value, datetime):
        return Meaning("datetime") if value.tzinfo is None and dialect.moments else None
    kind = next((kind for type_, kind in _LITERALS if isinstance(value, type_)), None)
    return None if kind is None else Meaning(kind)


def _start(
    node: Any,  # noqa: ANN401 -- as above
    kinds: list[Kind],
    columns: Mapping[str, Kind],
    dialect: Dialect,
) -> Meaning | None:
    if _is_column(node):
        kind = columns.get(node.kwargs["names"][0])
        return None if kind is None else Meaning(kind)
    match node.name:
        case "len":
            return Meaning("count", aggregate=True)
        case "lit" if node.kwargs.get("dtype") is None:
            return _literal(node.kwargs.get("value"), dialect)
        case "all_horizontal" if node.kwargs.get("ignore_nulls") is False and set(kinds) == {"boolean"}:
            return Meaning("boolean")
        case "when_then" if kinds[0] == "boolean" and len(set(kinds[1:])) == 1:
            return Meaning(kinds[1])
    return None


def _step(node: Any, kind: Kind, others: list[Kind], dialect: Dialect) -> Meaning | None:  # noqa: ANN401 -- as above
    name: str = node.name
    if name in _EQUAL | _ORDER:
        return Meaning("boolean") if _compared(node, kind, others[0], dialect) else None
    if name in _LOGIC:
        return Meaning("boolean") if {kind, *others} == {"boolean"} else None
    if name in _ARITHMETIC:
        return _calculated(kind, others, dialect)
    if name in _COUNTED:
        counted = name == "null_count" or kind in {"boolean", "count"}
        return Meaning("count", aggregate=True) if counted else None
    if name in {"min", "max"}:
        return Meaning(kind, aggregate=True) if kind in _ORDERED - {"number"} else None
    return _cast(node.kwargs.get("dtype"), kind) if name == "cast" else _word(node, kind, dialect)


def _calculated(kind: Kind, others: list[Kind], dialect: Dialect) -> Meaning | None:
    if kind == "count" and others == ["integer"]:
        return Meaning("count")
    return Meaning("number") if {kind, *others} == {"number"} and "arithmetic" in dialect.words else None


def _compared(node: Any, kind: Kind, other: Kind, dialect: Dialect) -> bool:  # noqa: ANN401 -- as above
    if not _comparable(kind, other, node.exprs[0]) or (node.name in _ORDER and kind not in _ORDERED):
        return False
    # A finite number on the right: NaN is not smaller than it anywhere.
    finite = not isinstance(node.exprs[0], nw.Expr) and node.name not in {"__gt__", "__ge__"}
    return kind != "number" or dialect.nan_is_largest or finite


def _word(node: Any, kind: Kind, dialect: Dialect) -> Meaning | None:  # noqa: ANN401 -- as above
    name: str = node.name
    moment = kind == "datetime" or (kind == "date" and name != "dt.hour")
    known: tuple[tuple[bool, Meaning], ...] = (
        (name == "is_null", Meaning("boolean")),
        (name in {"is_nan", "is_finite"} and kind == "number", Meaning("boolean")),
        (name == "is_in" and _all_comparable(kind, node.kwargs.get("other"), dialect), Meaning("boolean")),
        (name in dialect.words and name == "n_unique", Meaning("count", aggregate=True)),
        (name in dialect.words and name == "str.len_chars" and kind == "string", Meaning("integer")),
        (name in dialect.words and name in PARTS and moment, Meaning("integer")),
        (name in dialect.words and name in {"abs", "__neg__"} and kind == "number", Meaning("number")),
    )
    return next((found for right, found in known if right), None)


def _cast(target: object, kind: Kind) -> Meaning | None:
    if target in {nw.Float64, nw.Float64()} and kind in {"integer", "number"}:
        return Meaning("number")
    if target in {nw.Int64, nw.Int64()} and kind in {"integer", "boolean"}:
        return Meaning("integer")
    return Meaning("string") if target in {nw.String, nw.String()} and kind == "string" else None


def _comparable(kind: Kind, other: Kind, written: object) -> bool:
    """Tell whether two types are compared alike: an engine turns a whole number into a float by rules of its own."""
    if kind == "number" and other == "integer":
        return isinstance(written, int) and abs(written) <= EXACT_FLOAT
    return kind == other or (kind == "count" and other == "integer")


def _all_comparable(kind: Kind, values: object, dialect: Dialect) -> bool:
    if not isinstance(values, list | tuple):
        return False
    found = ((_literal(value, dialect), value) for value in values)
    return all(one is not None and _comparable(kind, one.kind, value) for one, value in found)
