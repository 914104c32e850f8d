"""Check ``freshness``: the newest row is young enough, and no row comes from the future."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.contract.kind import Check, Measure, always
from modelbout.contract.parts import column_in, keys_of, span_in

if TYPE_CHECKING:
    from modelbout.config.yaml_tree import Node
    from modelbout.contract.kind import Answers, Change, Context, Field, Table
    from modelbout.contract.model import Rule

# A day is what the zones of the earth are apart (UTC-12 to UTC+14): no wrong zone makes an honest row a future one.
MAX_AHEAD: Final = timedelta(days=1)
_HOURS_ONLY: Final = timedelta(days=2)


@dataclass(frozen=True)
class Fresh:
    """How old the newest value of a column may be, and how far ahead of the clock any."""

    column: str
    max_age: timedelta
    max_ahead: timedelta = MAX_AHEAD


@dataclass(frozen=True)
class _Clock:
    """Now, as the column would write it.

    Attributes:
        now: the date, or the wall clock's time without zone.
        zone: in which the column's times are read.
        assumed: whether neither table nor contract names that zone.
    """

    now: date
    zone: tzinfo
    assumed: bool

    def age(self, newest: date, moment: datetime) -> timedelta:
        """Return how old the newest value is; of two times of one name, when clocks go back, the later is meant."""
        if not isinstance(newest, datetime):
            return self.now - newest
        return moment - newest.replace(tzinfo=self.zone, fold=1)


def read(node: Node, context: Context) -> Fresh:
    """Read ``{column: t, max_age: 2 days, max_ahead: 1 hour}``."""
    keys = keys_of(node, ("column", "max_age", "max_ahead"), ("column", "max_age"))
    return Fresh(
        column=column_in(keys["column"], context, ("date", "datetime")),
        max_age=span_in(keys["max_age"]),
        max_ahead=span_in(keys["max_ahead"]) if "max_ahead" in keys else MAX_AHEAD,
    )


def measure(rule: Rule, table: Table) -> Measure | None:
    """Ask for the newest moment that is not in the future, and count the rows that are."""
    fresh = cast("Fresh", rule.value)
    field = table.fields.get(fresh.column)
    if field is None or not field.usable:
        return None
    moment = table.setting.now
    clock = _clock(field, table, moment)
    latest = clock.now + fresh.max_ahead
    value = field.value()
    ahead = value > latest
    count, newest = f"ahead:{fresh}", f"newest:{fresh}"

    def age(answers: Answers) -> timedelta | None:
        found = answers[newest]
        return None if found is None else clock.age(_naive(found, field), moment)

    def stale(answers: Answers) -> bool:
        old = age(answers)
        return old is None or old > fresh.max_age

    def failed(answers: Answers, rows: int) -> int:
        return rows if stale(answers) else int(answers[count])

    def tell(answers: Answers, rows: int) -> str:
        told = []
        old = age(answers)
        shown = quoted(field.name)
        if old is None:
            told.append(f"no row has a {shown} that is not in the future")
        elif old > fresh.max_age:
            told.append(f"the newest {shown} is {in_words(old)} old, allowed {in_words(fresh.max_age)}")
        if answers[count]:
            ahead_of = f"{in_words(fresh.max_ahead)} ahead of the clock"
            told.append(f"{answers[count]:,} of {rows:,} rows have a {shown} more than {ahead_of}")
        assumed = " (read as UTC: neither the table nor the contract names its time zone)" if clock.assumed else ""
        return f"{'; '.join(told)}{assumed}"

    return Measure(
        columns=(field.name,),
        failed=failed,
        message=lambda _failed, _total: "",
        tell=tell,
        fix="Look whether the export still runs and which time zone it writes, or change `freshness:`.",
        failing=ahead,
        counts={count: ahead.sum()},
        facts={newest: nw.when(~ahead).then(value).max()},
    )


def _clock(field: Field, table: Table, moment: datetime) -> _Clock:
    column = table.contract.column(field.name)
    named = field.zone or (column.timezone if column is not None else None)
    zone = zone_named(named)
    wall = moment.astimezone(zone).replace(tzinfo=None)
    if field.type == "date":
        return _Clock(wall.date(), zone, assumed=False)
    return _Clock(wall, zone, assumed=named is None)


def zone_named(name: str | None) -> tzinfo:
    """Return a time zone by its IANA name, or by an offset such as ``+02:00``, as some engines have it."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.strptime(name or "+00:00", "%z").tzinfo or UTC


def _naive(found: Any, field: Field) -> date:  # noqa: ANN401 -- as the engine answers
    if field.type == "date":
        return found.date() if isinstance(found, datetime) else cast("date", found)
    return cast("datetime", found).replace(tzinfo=None)


def in_words(span: timedelta) -> str:
    """Return a length of time in hours, or from two days on in days, to two digits."""
    value, unit = (span / timedelta(days=1), "day") if span >= _HOURS_ONLY else (span / timedelta(hours=1), "hour")
    text = f"{value:,.2f}".rstrip("0").removesuffix(".")
    return f"{text} {unit}" if text == "1" else f"{text} {unit}s"


def compare(old: Fresh | None, new: Fresh | None) -> Change:
    """Compare two rules on one column: younger or nearer asks more."""
    if old == new:
        return "same"
    if old is None or new is None or old.column != new.column:
        return "looser" if new is None else "tighter"
    return "tighter" if new.max_age < old.max_age or new.max_ahead < old.max_ahead else "looser"


CHECK: Final = Check(
    key="freshness",
    scope="table",
    summary="How old the newest row may be; a list.",
    schema={
        "type": "object",
        "required": ["column", "max_age"],
        "additionalProperties": False,
        "properties": {
            "column": {"type": "string", "minLength": 1},
            "max_age": {"type": "string", "description": "Such as `36 hours` or `2 days`."},
            "max_ahead": {"type": "string", "default": "1 day"},
        },
    },
    read=read,
    measure=measure,
    compare=compare,
    beyond=always,
    many=True,
)
