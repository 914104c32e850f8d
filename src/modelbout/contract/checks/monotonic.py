"""Check ``monotonic``: in the order of the file the values never fall, or never rise."""

from __future__ import annotations

from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

import narwhals as nw

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.contract.bounds import ORDERED
from modelbout.contract.kind import Check, Measure, field_of, refuse
from modelbout.contract.parts import columns_in, keys_of
from modelbout.data.engines.engine import RAW, ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Field, Table
    from modelbout.contract.model import Rule

Direction = Literal["increasing", "strictly_increasing", "decreasing", "strictly_decreasing"]

DIRECTIONS: Final = get_args(Direction)
_BEFORE: Final = f"{RAW}\nbefore"
# How a value that fails lies to the one before it.
_BROKEN: Final[Mapping[Direction, tuple[Callable[[nw.Expr, nw.Expr], nw.Expr], str]]] = {
    "increasing": (lt, "lower than"),
    "strictly_increasing": (le, "not above"),
    "decreasing": (gt, "higher than"),
    "strictly_decreasing": (ge, "not below"),
}


@dataclass(frozen=True)
class Order:
    """Which way the values go, and the columns within whose equal values they do; none = in the whole table."""

    direction: Direction
    by: tuple[str, ...] = ()


def read(node: Node, context: Context) -> Order:
    """Read ``increasing``, or ``{order: increasing, by: [store]}``."""
    if node.kind == "scalar":
        return Order(_direction(node))
    keys = keys_of(node, ("order", "by"), ("order",))
    return Order(_direction(keys["order"]), columns_in(keys["by"], context) if "by" in keys else ())


def _direction(node: Node) -> Direction:
    if node.kind == "scalar" and node.text in DIRECTIONS:
        return cast("Direction", node.text)
    found = f"found {quoted(node.text)}" if node.kind == "scalar" else "found no word"
    raise refuse(node, found, ", ".join(DIRECTIONS), did_you_mean(node.text, DIRECTIONS).strip())


def measure(rule: Rule, table: Table) -> Measure | None:
    """Count the values on the wrong side of the one before; rows without a value or a group are passed over."""
    field = field_of(rule, table)
    order = cast("Order", rule.value)
    groups = [table.fields[name] for name in order.by if name in table.fields and table.fields[name].usable]
    if field is None or len(groups) < len(order.by):
        return None
    compared, words = _BROKEN[order.direction]
    shown, failing = quoted(field.name), f"{RAW}\nfailing"
    within = f" of the same {', '.join(quoted(name) for name in order.by)}" if order.by else ""

    def rows(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        value = _instant(field)
        present = frame.filter(*(one.present() for one in (field, *groups)))
        window = value.shift(1).over(*order.by, order_by=ROW) if order.by else value.shift(1).over(order_by=ROW)
        return present.with_columns(window.alias(_BEFORE)).filter(compared(value, nw.col(_BEFORE))).select(ROW)

    def failed(answers: Answers, rows: int) -> int:
        return int(answers.get(failing, max(rows, 1)))

    def tell(answers: Answers, rows: int) -> str:
        if failing not in answers:
            return f"whether {shown} is {order.direction} cannot be told: the rows of this table have no order"
        return f"{answers[failing]:,} of {rows:,} rows have a {shown} {words} that of the row before{within}"

    return Measure(
        columns=(field.name, *order.by),
        failed=failed,
        message=lambda *_: "",
        tell=tell,
        fix=f"Sort the table by {shown} where it is written, or look for rows that were added at the wrong place. "
        "A table of a database has no order: hold an export of it, with the order written into the query.",
        query=lambda frame: rows(frame).select(nw.len().alias(failing)),
        ordered=True,
        rows=rows,
    )


def _instant(field: Field) -> nw.Expr:
    """Return the column as it is ordered: of moments with a zone not the wall clock, which is put back in autumn."""
    return nw.col(field.name) if field.zone is not None and field.cast is None else field.value()


def compare(old: Order | None, new: Order | None) -> Change:
    """Compare two orders: a strict one asks more; another direction or other groups may refuse what was fine."""
    if old == new:
        return "same"
    if old is None or new is None:
        return "tighter" if old is None else "looser"
    return "looser" if old.by == new.by and old.direction == f"strictly_{new.direction}" else "tighter"


CHECK: Final = Check(
    key="monotonic",
    scope="column",
    summary="Which way the values go in the order of the file; `by` columns: within their equal values.",
    schema={
        "anyOf": [
            {"enum": list(DIRECTIONS)},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["order"],
                "properties": {
                    "order": {"enum": list(DIRECTIONS)},
                    "by": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}},
                },
            },
        ]
    },
    read=read,
    measure=measure,
    compare=compare,
    types=ORDERED,
)
