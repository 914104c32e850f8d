"""Check ``aggregates``: a mean, a quantile, a share of the column lies within bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args

import narwhals as nw

from modelbout.config.wording import listed, quoted
from modelbout.contract.bounds import BOUND_SCHEMA, ORDERED
from modelbout.contract.kind import NO_TOLERANCE, Check, Measure, field_of, refuse
from modelbout.contract.literals import read_literal, shown
from modelbout.contract.parts import keys_of, number_in
from modelbout.contract.spans import Span, compare_spans, span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Field, Schema, Table
    from modelbout.contract.literals import Literal as Value
    from modelbout.contract.model import Rule

Kind = Literal["mean", "sum", "std", "median", "quantile", "share"]

KINDS: Final = get_args(Kind)
# Of fewer values an aggregate says something of a single row.
SHOWN_FROM: Final = 10
# Engines add in different orders: 1e8 numbers, added one by one, are off by about 1e4 units in the last place.
_SLACK: Final = 1e-9
_MEDIAN: Final = 0.5


@dataclass(frozen=True)
class Aggregate:
    """What is worked out and where it lies.

    Attributes:
        kind: which aggregate.
        span: where it lies.
        at: which quantile, from 0 (the smallest value) to 1 (the largest).
        of: which value's share.
    """

    kind: Kind
    span: Span
    at: float | None = None
    of: Value | None = None

    def __str__(self) -> str:
        """Return the aggregate's name, as in ``0.95 quantile``."""
        return f"{shown(self.at)} quantile" if self.kind == "quantile" else self.kind


def read(node: Node, context: Context) -> Aggregate:
    """Read one aggregate such as ``{mean: {min: 20, max: 40}}``."""
    found = list(keys_of(node, KINDS).items())
    if len(found) != 1:
        allowed = f"one of {listed(tuple(f'`{kind}`' for kind in KINDS))} in each item of the list"
        raise refuse(node, f"{len(found)} aggregates in one rule", allowed, "Write each behind a `-` of its own.")
    ((name, value),) = found
    kind = cast("Kind", name)
    _refuse_type(node, kind, context)
    more = {"quantile": ("at",), "share": ("of",)}.get(kind, ())
    keys = keys_of(value, (*more, "min", "max"), more)
    at = number_in(keys["at"], "a number from 0 to 1", 0, 1) if "at" in keys else None
    return Aggregate(
        kind=kind,
        span=span_of(value, keys, _end(kind, context)),
        at=_MEDIAN if kind == "median" else at,
        of=read_literal(keys["of"], context.type or "string") if "of" in keys else None,
    )


def _refuse_type(node: Node, kind: Kind, context: Context) -> None:
    numbers = frozenset({"integer", "number"})
    types = {"share": None, "median": ORDERED, "quantile": ORDERED}.get(kind, numbers)
    if types is not None and context.type not in types:
        found = f"`{kind}` is for {listed(tuple(sorted(types)))} columns; this one is {context.type}"
        raise refuse(node, found, "", "Remove it, or correct `type`.")


def _end(kind: Kind, context: Context) -> Callable[[Node], Any]:
    if kind == "share":
        return lambda node: number_in(node, "a share from 0 to 1", 0, 1)
    # The mean of whole numbers is none.
    own = "number" if context.type in (None, "integer") else context.type
    return lambda node: read_literal(node, own)


def measure(rule: Rule, table: Table) -> Measure | None:
    """Work the aggregate out over the values that are there; without any it fails."""
    field = field_of(rule, table)
    if field is None:
        return None
    aggregate = cast("Aggregate", rule.value)
    held = _moment(field, aggregate) if aggregate.at is None and aggregate.of is None else _count(field, aggregate)
    present = f"present:{field.name}"

    def failed(answers: Answers, _rows: int) -> int:
        return int(not answers[present] or held.broken(answers, answers[present]))

    def tell(answers: Answers, _rows: int) -> str:
        number = answers[present]
        return held.tell(answers, number) if number else f"no row has a value of {quoted(field.name)}: no {aggregate}"

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=lambda *_: "",
        tell=tell,
        fix="Compare the column with that of an earlier table: another unit, rows of one group only, a default that "
        "fills gaps? If the new values are right, move the bounds.",
        counts={present: field.present().sum(), **held.counts},
        facts=held.facts,
        # No row fails.
        total=0,
    )


@dataclass(frozen=True)
class _Held:
    """How one aggregate is asked for and judged, from the answers and the number of values."""

    broken: Callable[[Answers, int], bool]
    tell: Callable[[Answers, int], str]
    counts: Mapping[str, nw.Expr]
    facts: Mapping[str, nw.Expr]


def _moment(field: Field, aggregate: Aggregate) -> _Held:
    """Judge a mean, a sum or a standard deviation (of a sample, with n - 1), in 64-bit floats."""
    name = f"{aggregate.kind}:{field.name}"
    values = nw.when(field.present()).then(field.value().cast(nw.Float64))
    worked = {"mean": values.mean(), "sum": values.sum(), "std": values.std(ddof=1)}[aggregate.kind]
    slack = Span(*(_wider(end, sign) for end, sign in ((aggregate.span.min, -1), (aggregate.span.max, 1))))

    def measured(answers: Answers) -> float:
        return float("nan") if answers[name] is None else float(answers[name])

    def tell(answers: Answers, number: int) -> str:
        about, found = f"the {aggregate} of {quoted(field.name)}", measured(answers)
        if not math.isfinite(found):
            return f"{about} over {number:,} values is no finite number, so not {aggregate.span}"
        told = f" {found:.6g}" if number >= SHOWN_FROM else ""
        return f"{about} over {number:,} values is{told}{',' if told else ''} not {aggregate.span}"

    return _Held(
        broken=lambda answers, _number: not (math.isfinite(measured(answers)) and slack.holds(measured(answers))),
        tell=tell,
        counts={},
        facts={name: worked},
    )


def _wider(end: float | None, sign: int) -> float | None:
    return None if end is None else end + sign * _SLACK * abs(end)


def _count(field: Field, aggregate: Aggregate) -> _Held:
    return _share(field, aggregate) if aggregate.kind == "share" else _quantile(field, aggregate)


def _quantile(field: Field, aggregate: Aggregate) -> _Held:
    """Judge the k-th smallest of n values, k = n * at rounded up (Hyndman and Fan 1996, type 1), by counting.

    It lies at or above ``min`` when fewer than k values are smaller, at or below ``max`` when no more than n - k values
    are larger: no engine has to sort, all agree, and no value is shown.
    """
    span, value = aggregate.span, field.value()
    below, above = f"below:{field.name}:{span.min!r}", f"above:{field.name}:{span.max!r}"
    counts: dict[str, nw.Expr] = {}
    if span.min is not None:
        counts[below] = field.real(value < span.min).sum()
    if span.max is not None:
        counts[above] = field.real(value > span.max).sum()

    def beyond(answers: Answers, number: int) -> tuple[str, Any, int, int] | None:
        # To 6 digits, as 0.07 * 100 is 7.000000000000001 in binary.
        rank = max(1, math.ceil(round((aggregate.at or 0) * number, 6)))
        if below in counts and answers[below] > rank - 1:
            return "below", span.min, answers[below], rank - 1
        if above in counts and answers[above] > number - rank:
            return "above", span.max, answers[above], number - rank
        return None

    def tell(answers: Answers, number: int) -> str:
        side, bound, found, allowed = beyond(answers, number) or ("", None, 0, 0)
        lying = f"{found:,} of {number:,} values lie {side} {shown(bound)}"
        return f"the {aggregate} of {quoted(field.name)} lies {side} {shown(bound)}: {lying}, at most {allowed:,} may"

    return _Held(lambda answers, number: beyond(answers, number) is not None, tell, counts, {})


def _share(field: Field, aggregate: Aggregate) -> _Held:
    """Judge the share of one value among the values that are there."""
    name = f"equal:{field.name}:{aggregate.of!r}"
    span = aggregate.span

    def broken(answers: Answers, number: int) -> bool:
        # To 6 digits of a row, as 0.29 * 100 is 28.999999999999996 in binary.
        least = 0 if span.min is None else round(span.min * number, 6)
        most = number if span.max is None else round(span.max * number, 6)
        return not least <= answers[name] <= most

    def tell(answers: Answers, number: int) -> str:
        part = f"{answers[name]:,} of {number:,} values of {quoted(field.name)}"
        ends = Span(*(None if end is None else 100 * end for end in (span.min, span.max)))
        return f"{part} are {quoted(shown(aggregate.of))}: {answers[name] / number:.2%}, not {ends} %"

    return _Held(broken, tell, {name: field.real(field.value() == aggregate.of).sum()}, {})


def compare(old: Aggregate | None, new: Aggregate | None) -> Change:
    """Compare two aggregates: of the same one a narrower range asks more."""
    if old is None or new is None:
        return "same" if old is new else "tighter" if old is None else "looser"
    if (old.kind, old.at, old.of) != (new.kind, new.at, new.of):
        return "tighter"
    return compare_spans(old.span, new.span)


def _schema(kind: Kind) -> Schema:
    end: Schema = {"type": "number"}
    if kind in ("median", "quantile"):
        end = BOUND_SCHEMA
    elif kind == "share":
        end = {"type": "number", "minimum": 0, "maximum": 1}
    more: Schema = {}
    if kind == "quantile":
        more = {"at": {"type": "number", "minimum": 0, "maximum": 1}}
    elif kind == "share":
        more = {"of": {"type": ["string", "number", "boolean"]}}
    inner: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {**more, "min": end, "max": end},
        "required": list(more),
        "minProperties": 1 + len(more),
    }
    return {"type": "object", "additionalProperties": False, "properties": {kind: inner}, "required": [kind]}


CHECK: Final = Check(
    key="aggregates",
    scope="column",
    summary="Aggregates of the column that lie within bounds; a list.",
    schema={"anyOf": [_schema(kind) for kind in KINDS]},
    read=read,
    measure=measure,
    compare=compare,
    long=NO_TOLERANCE,
    many=True,
)
