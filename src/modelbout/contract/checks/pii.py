"""Check ``pii``: no column holds personal data, by its name or by its values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final, cast

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import quoted
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, Sample, refuse
from modelbout.contract.parts import columns_in, keys_of, number_in
from modelbout.contract.personal import CANDIDATE, KINDS, LEAST_INTEGER, kind_of_name, kinds_in
from modelbout.contract.repeats import NAMES
from modelbout.data.engines.engine import RAW, ROW

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Field, Table
    from modelbout.contract.model import Rule
    from modelbout.errors import Level

# A second for a column of text, on one core; what one row in a thousand holds is missed once in 150 times.
MOST_ROWS: Final = 5_000
# As many as `unexpected` shows: enough to see what happened.
SHOWN_COLUMNS: Final = 10
_LOCATED: Final = 5


@dataclass(frozen=True)
class Personal:
    """Which kinds are looked for, where they may be, and from which share of the rows on they count."""

    kinds: tuple[str, ...] = tuple(KINDS)
    allow: tuple[str, ...] = ()
    min_share: float = 0.0
    level: Level | None = None


@dataclass(frozen=True)
class Suspicion:
    """What a column seems to hold: by its name (``rows`` 0), or in about so many rows."""

    column: str
    kind: str
    rows: int = 0


def read(node: Node, context: Context) -> Personal:
    """Read ``error``, ``warn`` or ``{kinds: [email, card], allow: [contact], min_share: 0.01}``."""
    if node.kind == "scalar":
        if node.text in ("error", "warn"):
            return Personal(level=cast("Level", node.text))
        raise refuse(
            node, f"found {quoted(node.text)}", "`error`, `warn`, or a mapping with `kinds`, `allow`, `min_share`"
        )
    keys = keys_of(node, ("kinds", "allow", "min_share"))
    return Personal(
        kinds=_kinds(keys["kinds"]) if "kinds" in keys else tuple(KINDS),
        allow=columns_in(keys["allow"], context) if "allow" in keys else (),
        min_share=number_in(keys["min_share"], "a share from 0 to 1", 0, 1) if "min_share" in keys else 0.0,
    )


def _kinds(node: Node) -> tuple[str, ...]:
    allowed = ", ".join(KINDS)
    if node.kind != "sequence" or not node.items:
        raise refuse(node, "found no list of kinds", allowed)
    for item in node.items:
        if item.kind != "scalar" or item.text not in KINDS:
            found = quoted(item.text) if item.kind == "scalar" else "no word"
            raise refuse(item, f"found {found}", allowed, did_you_mean(item.text, KINDS).strip())
    return tuple(dict.fromkeys(item.text for item in node.items))


def measure(rule: Rule, table: Table) -> Measure | None:
    """Judge columns by their names, count rows that may hold a value, and look closely at some of them."""
    value = cast("Personal", rule.value)
    fields = [field for field in table.fields.values() if field.name not in value.allow]
    named = _by_name(fields, value.kinds)
    masks = {field.name: mask for field in fields if (mask := _candidates(field)) is not None}
    key, count = f"pii:{value}", f"{RAW}\npii {value}"
    known = {one.column for one in named}
    among = reduce(or_, masks.values()) if masks else None

    def judge(rows: pl.DataFrame) -> Answers:
        found = [*named]
        places: set[int] = set()
        for name in masks:
            held, _ = kinds_in(_texts(rows[name]), value.kinds)
            for kind, where in held.items():
                if name not in known:
                    found.append(Suspicion(name, kind, len(where)))
                places.update(where)
        numbers = sorted(rows[ROW].to_list()[place] for place in places) if ROW in rows.columns else []
        return {key: tuple(found), f"{key} rows": tuple(numbers[:_LOCATED]), f"{key} looked at": rows.height}

    def suspected(answers: Answers, rows: int) -> tuple[Suspicion, ...]:
        if among is None:
            return named
        scale = answers[count] / max(answers[f"{key} looked at"], 1)
        found = (Suspicion(one.column, one.kind, round(one.rows * scale)) for one in answers[key])
        return tuple(one for one in found if not one.rows or one.rows > value.min_share * rows)

    return Measure(
        columns=(),
        failed=lambda answers, rows: len({one.column for one in suspected(answers, rows)}),
        message=lambda _failed, _total: "",
        tell=lambda answers, rows: _told(suspected(answers, rows), rows),
        fix="Leave the column out where the table is made, or replace it by a code that nobody can turn back. If it is "
        "something else, name it in `allow:`.",
        counts={} if among is None else {count: among.sum()},
        sample=None if among is None else Sample(tuple(masks), judge, MOST_ROWS, among, count),
        located=None if among is None else lambda answers: tuple(answers[f"{key} rows"]),
        total=0,
        level=value.level,
    )


def _by_name(fields: list[Field], kinds: tuple[str, ...]) -> tuple[Suspicion, ...]:
    named = ((field.name, kind_of_name(field.name, field.type)) for field in fields)
    return tuple(Suspicion(name, kind) for name, kind in named if kind in kinds)


def _candidates(field: Field) -> nw.Expr | None:
    """Return a mask of the rows whose value is worth a closer look; None for columns that hold no such values."""
    if field.type == "string":
        return field.value().str.contains(CANDIDATE)
    if field.type == "integer" and not field.floating:
        return field.value() >= LEAST_INTEGER
    return None


def _texts(column: pl.Series) -> list[str | int]:
    return ["" if value is None else value if isinstance(value, int) else str(value) for value in column.to_list()]


def _told(found: tuple[Suspicion, ...], rows: int) -> str:
    columns: dict[str, list[str]] = {}
    for one in found:
        how = f"{KINDS[one.kind].what}, about {one.rows:,} of {rows:,} rows" if one.rows else ""
        columns.setdefault(one.column, []).append(how or f"{KINDS[one.kind].what}, by its name")
    told = [f"{quoted(name)} ({'; '.join(hows)})" for name, hows in columns.items()]
    more = f" and {len(told) - SHOWN_COLUMNS:,} more" if len(told) > SHOWN_COLUMNS else ""
    what = "a column looks" if len(told) == 1 else f"{len(told):,} columns look"
    return f"{what} like personal data: {', '.join(told[:SHOWN_COLUMNS])}{more}"


def compare(old: Personal | None, new: Personal | None) -> Change:
    """Compare two rules: more kinds, fewer columns allowed and a smaller share ask more; a warning asks nothing."""
    before, after = (None if one is None or one.level == "warn" else one for one in (old, new))
    if before is None or after is None:
        return "same" if before is after else "tighter" if before is None else "looser"
    more = set(after.kinds) - set(before.kinds) or set(before.allow) - set(after.allow)
    if more or after.min_share < before.min_share:
        return "tighter"
    same = (set(before.kinds), set(before.allow), before.min_share) == (
        set(after.kinds),
        set(after.allow),
        after.min_share,
    )
    return "same" if same else "looser"


CHECK: Final = Check(
    key="pii",
    scope="table",
    summary="Whether columns may hold personal data: `error` or `warn` when one seems to.",
    schema={
        "anyOf": [
            {"enum": ["error", "warn"]},
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": {
                    "kinds": {"type": "array", "minItems": 1, "items": {"enum": list(KINDS)}},
                    "allow": NAMES,
                    "min_share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0},
                },
            },
        ]
    },
    read=read,
    measure=measure,
    compare=compare,
    long=NO_TOLERANCE,
)
