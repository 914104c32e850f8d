"""Check ``groups``: every group of a column is large enough, and those that must be there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import narwhals as nw

from modelbout.config.wording import listed, quoted
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, refuse
from modelbout.contract.literals import read_literal, shown
from modelbout.contract.parts import column_in, count_in, keys_of, number_in
from modelbout.contract.repeats import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Table
    from modelbout.contract.literals import Literal
    from modelbout.contract.model import Rule

# Ours: the countries of the earth fit; each is one aggregate of the pass over all rows.
MAX_REQUIRED: Final = 300
# Ours: enough of the contract's own names to see what is missing.
SHOWN_GROUPS: Final = 5


@dataclass(frozen=True)
class Groups:
    """How large each group of a column must be: in rows, and as a share of the rows that have a value."""

    column: str
    min_rows: int = 0
    min_share: float = 0.0
    required: tuple[Literal, ...] = ()


def read(node: Node, context: Context) -> Groups:
    """Read ``{column: gender, min_rows: 30, min_share: 0.05, required: [Female, Male]}``."""
    keys = keys_of(node, ("column", "min_rows", "min_share", "required"), ("column",))
    if len(keys) == 1:
        raise refuse(node, "nothing is asked of the groups", "`min_rows`, `min_share`, `required` or several")
    column = column_in(keys["column"], context, ("boolean", "integer", "string"))
    share = number_in(keys["min_share"], "a share from 0 to 0.5", 0, 0.5) if "min_share" in keys else 0.0
    required: tuple[Literal, ...] = ()
    if "required" in keys:
        required = _required(keys["required"], context, column)
    least = count_in(keys["min_rows"], "a whole number of rows from 1", 1) if "min_rows" in keys else 0
    return Groups(column, least, share, required)


def _required(node: Node, context: Context, column: str) -> tuple[Literal, ...]:
    if node.kind != "sequence" or not 1 <= len(node.items) <= MAX_REQUIRED:
        raise refuse(node, "found no list of groups", f"a list of 1 to {MAX_REQUIRED} values of the column")
    return tuple(dict.fromkeys(read_literal(item, context.types[column]) for item in node.items))


def measure(rule: Rule, table: Table) -> Measure | None:
    """Ask for the number and the smallest size of the groups, and for the size of each that the contract names."""
    groups = cast("Groups", rule.value)
    field = table.fields.get(groups.column)
    if field is None or not field.usable:
        return None
    key = name_of(groups)
    size, few, least, number, whole = (f"{key} {what}" for what in ("size", "few", "least", "number", "whole"))
    named = {f"group:{groups.column}:{value!r}": value for value in groups.required}

    def query(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sizes = frame.filter(field.present()).group_by(field.name).agg(nw.len().alias(size))
        column = nw.col(size)
        below = (column < max(groups.min_rows, 1)).cast(nw.Int64).sum()
        return sizes.select(
            column.min().alias(least), column.sum().alias(whole), below.alias(few), nw.len().alias(number)
        )

    def lacking(answers: Answers) -> dict[Literal, int]:
        """Return the named groups that are too small, with their sizes."""
        floor = max(groups.min_rows, 1, groups.min_share * answers[whole])
        return {value: answers[name] for name, value in named.items() if answers[name] < floor}

    def failed(answers: Answers, rows: int) -> int:
        if rows == 0:
            return 0
        absent = sum(size == 0 for size in lacking(answers).values())
        small = answers[number] > 0 and answers[least] < groups.min_share * answers[whole]
        return max(int(answers[few]), int(small)) + absent

    def tell(answers: Answers, _rows: int) -> str:
        return _told(groups, lacking(answers), (answers[number], answers[least], answers[whole], answers[few]))

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=lambda _failed, _total: "",
        tell=tell,
        fix="Collect more rows of these groups, or put small ones together; or change `groups:` if so few are enough.",
        counts={name: (field.value() == value).sum() for name, value in named.items()},
        query=query,
        # Failures are groups, and nobody counts rows in them.
        total=0,
    )


def _told(groups: Groups, lacking: Mapping[Literal, int], found: tuple[int, int, int, int]) -> str:
    number, least, whole, few = found
    asked = [f"at least {groups.min_rows:,} rows"] * (groups.min_rows > 0)
    asked += [f"{groups.min_share:.2%} of the rows"] * (groups.min_share > 0)
    told = f"{quoted(groups.column)} has {number:,} groups"
    if number and asked:
        told += f", the smallest with {least:,} of {whole:,} rows ({least / whole:.2%})"
        told += f", asked are {listed((*asked,), 'and')}"
    if few and groups.min_rows:
        told += f"; {few:,} {'group is' if few == 1 else 'groups are'} smaller than {groups.min_rows:,} rows"
    # True and false as YAML has them.
    texts = {value: str(value).lower() if isinstance(value, bool) else shown(value) for value in lacking}
    named = [f"{quoted(texts[value])} ({size:,} rows)" for value, size in lacking.items()]
    if named:
        more = f" and {len(named) - SHOWN_GROUPS:,} more" if len(named) > SHOWN_GROUPS else ""
        told += f"; too small of those that the contract names: {', '.join(named[:SHOWN_GROUPS])}{more}"
    return told


def compare(old: Groups | None, new: Groups | None) -> Change:
    """Compare two rules on one column: larger groups, or more of them, ask more."""
    if old == new:
        return "same"
    if old is None or new is None or old.column != new.column:
        return "looser" if new is None else "tighter"
    more = new.min_rows > old.min_rows or new.min_share > old.min_share or set(new.required) - set(old.required)
    return "tighter" if more else "looser"


CHECK: Final = Check(
    key="groups",
    scope="table",
    summary="How large the groups of a column must be, and which ones must be there; a list.",
    schema={
        "type": "object",
        "required": ["column"],
        "minProperties": 2,
        "additionalProperties": False,
        "properties": {
            "column": {"type": "string", "minLength": 1},
            "min_rows": {"type": "integer", "minimum": 1},
            "min_share": {"type": "number", "minimum": 0, "maximum": 0.5},
            "required": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_REQUIRED,
                "items": {"type": ["string", "number", "boolean"]},
            },
        },
    },
    read=read,
    measure=measure,
    compare=compare,
    many=True,
    long=NO_TOLERANCE,
)
