"""The parts of a rule that is written as a mapping: its keys, columns, numbers and lengths of time."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import listed, quoted
from modelbout.config.yaml_tree import scalar_value
from modelbout.contract.kind import refuse, refuse_at

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Context
    from modelbout.manifest import ColumnType

_UNITS: Final[Mapping[str, timedelta]] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_SPAN: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?(minute|hour|day|week)s?")


def keys_of(node: Node, known: Sequence[str], needed: Sequence[str] = ()) -> dict[str, Node]:
    """Return the values of a mapping by their keys.

    Raises:
        ConfigError: it is none, has an unknown key, or lacks one that is needed.
    """
    allowed = listed(tuple(f"`{key}`" for key in known), "and")
    if node.kind != "mapping":
        raise refuse(node, "found no mapping", f"a mapping with {allowed}", "Write `{key: value}`.")
    for key, _, place in node.entries:
        if key not in known:
            fix = did_you_mean(key, known).strip() or "Remove it."
            raise refuse_at(place, f"unknown key {quoted(key)}", allowed, fix)
    for key in needed:
        if node.get(key) is None:
            raise refuse(node, f"the key `{key}` is missing", "", f"Add `{key}:`.")
    return {key: value for key, value, _ in node.entries}


def column_in(node: Node, context: Context, types: Collection[ColumnType] = ()) -> str:
    """Return the name of a column of the contract.

    Args:
        node: where it stands.
        context: the columns of the contract.
        types: those that the rule is for; empty = all.

    Raises:
        ConfigError: the contract has no such column, or it is of another type.
    """
    if node.kind != "scalar":
        raise refuse(node, "found no column", "the name of a column", "Name one column.")
    if node.text not in context.types:
        fix = did_you_mean(node.text, context.types).strip() or "Name it below `columns:` first."
        raise refuse(node, f"{quoted(node.text)} is no column of this contract", "a column named below", fix)
    kind = context.types[node.text]
    if types and kind not in types:
        wanted = listed(tuple(sorted(types)))
        raise refuse(node, f"column {quoted(node.text)} is {kind}", f"a column of type {wanted}", "Name another one.")
    return node.text


def columns_in(node: Node, context: Context) -> tuple[str, ...]:
    """Return a list of columns of the contract, each once.

    Raises:
        ConfigError: it is no such list.
    """
    if node.kind != "sequence" or not node.items:
        raise refuse(node, "found no list of columns", "a list of columns such as [store, day]", "Name them in [ ].")
    names: list[str] = []
    for item in node.items:
        name = column_in(item, context)
        if name in names:
            raise refuse(item, f"{quoted(name)} stands twice", "each column once", "Remove one.")
        names.append(name)
    return tuple(names)


def number_in(node: Node, allowed: str, least: float, most: float = math.inf) -> float:
    """Return a finite number from ``least`` to ``most``.

    Raises:
        ConfigError: it is none.
    """
    value = scalar_value(node) if node.kind == "scalar" and node.tag in ("int", "float") else None
    if isinstance(value, int | float) and math.isfinite(value) and least <= value <= most:
        return value
    raise refuse(node, f"found {_shown(node)}", allowed)


def count_in(node: Node, allowed: str, least: int = 0) -> int:
    """Return a whole number from ``least``.

    Raises:
        ConfigError: it is none.
    """
    value = scalar_value(node) if node.kind == "scalar" and node.tag == "int" else None
    if isinstance(value, int) and value >= least:
        return value
    raise refuse(node, f"found {_shown(node)}", allowed)


def tolerance_in(node: Node) -> float:
    """Return how many rows may fail: a share of all rows below 1, or a whole number of rows.

    Raises:
        ConfigError: it is neither.
    """
    value = scalar_value(node) if node.kind == "scalar" and node.tag in ("int", "float") else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, float) and math.isfinite(value) and 0 <= value < 1:
        return value
    fix = "0.01 allows one row in a hundred, 5 allows five rows."
    raise refuse(node, "this tolerance is not understood", "a share below 1, or a whole number of rows", fix)


def span_in(node: Node) -> timedelta:
    """Return a length of time such as ``2 days``; months and years are refused, as they have no one length.

    Raises:
        ConfigError: it is none.
    """
    found = _SPAN.fullmatch(node.text.strip()) if node.kind == "scalar" else None
    if found is None:
        raise refuse(node, f"found {_shown(node)}", "a number of minutes, hours, days or weeks such as `2 days`")
    return float(found[1]) * _UNITS[found[2]]


def _shown(node: Node) -> str:
    return quoted(node.text) if node.kind == "scalar" else f"a {'list' if node.kind == 'sequence' else 'mapping'}"
