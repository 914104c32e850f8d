"""TensorFlow Data Validation: the text of a ``tensorflow.metadata.v0.Schema``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, cast

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import Draft, DraftColumn, ref
from modelbout.contract.exchange.form import Exported, Format
from modelbout.contract.exchange.outgoing import Outgoing
from modelbout.contract.exchange.pbtxt import Field, Message, Word, parse_pbtxt, pbtxt
from modelbout.contract.exchange.source import ABOUT, NO_RULE
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.contract.model import Column, Contract
    from modelbout.errors import Place
    from modelbout.manifest import ColumnType

TITLE: Final = "TFDV"

_DOMAINS: Final = ("domain", "string_domain", "int_domain", "float_domain", "bool_domain", "time_domain", "url_domain")
_READ: Final = (
    "name",
    "type",
    "presence",
    "value_count",
    "shape",
    "unique_constraints",
    "distribution_constraints",
    "deprecated",
    "lifecycle_stage",
    "annotation",
    *_DOMAINS,
)
# Stages in which TFDV looks at no value of a feature.
_ASLEEP: Final = ("PLANNED", "ALPHA", "DEPRECATED", "DEBUG_ONLY", "DISABLED")


def read(text: str, shown: str, table: str | None) -> Draft:
    """Read a schema; ``table`` is of no use, a file holds one."""
    del table
    root = parse_pbtxt(text, shown)
    draft = Draft(TITLE, shown)
    features = root.all("feature")
    if not features:
        fix = "Is this the right file, and the right --from?"
        raise ConfigError(Problem("this schema has no feature", "", fix, root.place))
    shared = {_name(one): one for one in root.fields if one.name.endswith("_domain")}
    used = {feature.value.last("domain") for feature in features if isinstance(feature.value, Message)}
    for one in root.fields:
        match one.name:
            case "feature":
                _feature(draft, one, shared)
            case "string_domain" | "int_domain" | "float_domain":
                if _name(one) not in used:
                    draft.lose(one.place, f"the domain {quoted(_name(one))}", "no feature is of it")
            case "dataset_constraints":
                _dataset(draft, one)
            case _:
                draft.lose(one.place, quoted(one.name), NO_RULE)
    # A feature that the schema does not name is an anomaly to TFDV.
    draft.ask("unexpected", "error", root.place)
    return draft


def _name(one: Field) -> str:
    return str(one.value.last("name") or "") if isinstance(one.value, Message) else ""


def _dataset(draft: Draft, one: Field) -> None:
    ends: dict[str, Any] = {"min": 0}
    for part in one.value.fields if isinstance(one.value, Message) else ():
        if part.name in ("min_examples_count", "max_examples_count"):
            ends[part.name[:3]] = part.value
        else:
            draft.lose(part.place, quoted(part.name), "see `rows: {reference: ...}` and drift in Modelbout")
    draft.ask("rows", ends, one.place)


def _feature(draft: Draft, one: Field, shared: dict[str, Field]) -> None:
    feature = one.value if isinstance(one.value, Message) else Message(one.place)
    name, stored = str(feature.last("name") or ""), str(feature.last("type") or "TYPE_UNKNOWN")
    stage = str(feature.last("lifecycle_stage") or "")
    if stored == "STRUCT" or stage in _ASLEEP or feature.last("deprecated") is True:
        why = "a contract has no structures" if stored == "STRUCT" else "TFDV does not look at it in this stage"
        draft.lose(one.place, f"the feature {quoted(name)}", why, "Name it in the contract if it is in the table.")
        return
    column = draft.column(name, _type(draft, feature, stored, one), one.place)
    if column is None:
        return
    _presence(draft, column, feature, one.place)
    _unique(draft, column, feature)
    for part in feature.fields:
        if part.name in _DOMAINS:
            _domain(draft, column, part, shared, _mass(feature))
        elif part.name in ("value_count", "shape") and not _single(part.value):
            draft.lose(part.place, f"{quoted(part.name)} of {quoted(name)}", "a column has one value a row")
        elif part.name == "annotation":
            draft.lose(part.place, f"`annotation` of {quoted(name)}", ABOUT)
        elif part.name not in _READ:
            draft.lose(part.place, f"{quoted(part.name)} of {quoted(name)}", NO_RULE)


def _type(draft: Draft, feature: Message, stored: str, one: Field) -> ColumnType:
    if feature.last("bool_domain") is not None:
        return "boolean"
    time = feature.last("time_domain")
    if isinstance(time, Message) and time.last("string_format"):
        form = str(time.last("string_format"))
        return "datetime" if _timed(form) else "date"
    kinds: dict[str, ColumnType] = {"BYTES": "string", "INT": "integer", "FLOAT": "number"}
    if stored not in kinds:
        what = f"the type of {quoted(str(feature.last('name')))}"
        draft.lose(one.place, what, "the schema does not say it; written as string", "Correct `type:`.")
    return kinds.get(stored, "string")


def _timed(form: str) -> bool:
    """Tell whether a strftime format writes a time of day."""
    return any(part in form for part in ("%H", "%I", "%M", "%S", "%T", "%s"))


def _presence(draft: Draft, column: DraftColumn, feature: Message, place: Place) -> None:
    found = feature.last("presence")
    presence = found if isinstance(found, Message) else Message(place)
    least, count = presence.last("min_fraction") or 0, presence.last("min_count") or 0
    share = round(1 - float(least), 12) if isinstance(least, int | float) else 1
    column.ask("nulls", min(max(share, 0), 1), place)
    column.ask("required", bool(least or count), place)
    if isinstance(count, int) and count > 1:
        draft.lose(place, f"`min_count` of {quoted(column.name)}", "`nulls` is a share, not a number of rows")
    elif count == 1 and not least:
        draft.lose(place, f"`min_count: 1` of {quoted(column.name)}", "Modelbout asks for no least number of values")


def _single(value: object) -> bool:
    """Tell whether a value_count or shape says one value a row."""
    if not isinstance(value, Message):
        return False
    if value.all("dim"):
        sizes = [one.value.last("size") for one in value.all("dim") if isinstance(one.value, Message)]
        return sizes == [1]
    if not value.fields:
        return True
    return value.last("max") == 1 or (value.last("min") == 1 and value.last("max") == 1)


def _unique(draft: Draft, column: DraftColumn, feature: Message) -> None:
    for part in feature.all("unique_constraints"):
        why = "TFDV counts how many different values there are; Modelbout's `unique` that each stands in one row"
        draft.lose(part.place, f"`unique_constraints` of {quoted(column.name)}", why)


def _mass(feature: Message) -> dict[str, Any]:
    """Return the tolerance for values outside of the domain: a share of the values that are there."""
    found = feature.last("distribution_constraints")
    mass = found.last("min_domain_mass") if isinstance(found, Message) else None
    if not isinstance(mass, int | float) or not 0 < mass < 1:
        return {}
    return {"tolerance": round(1 - mass, 12)}


def _domain(draft: Draft, column: DraftColumn, part: Field, shared: dict[str, Field], extras: dict[str, Any]) -> None:
    if part.name == "domain":
        target = shared.get(str(part.value))
        if target is None:
            draft.lose(part.place, f"the domain of {quoted(column.name)}", "the schema does not have it")
            return
        part = Field(target.name, part.place, target.value)
    if not isinstance(part.value, Message):
        return
    if extras and not column.no_nulls():
        extras = {**extras, "where": f"{ref(column.name)} is not null"}
    if extras and part.value.all("min") and part.value.all("max"):
        why = "Modelbout tolerates the share at each end by itself"
        draft.lose(part.place, f"a part of `min_domain_mass` of {quoted(column.name)}", why)
    for one in part.value.fields:
        _constraint(draft, column, part, one, extras)
    if part.name == "string_domain":
        values = [one.value for one in part.value.all("value")]
        column.ask("values", [str(value) for value in values], part.place, **extras)
    if part.name == "url_domain":
        column.ask("format", "url", part.place)
    if part.name == "float_domain" and part.value.last("disallow_inf") is True:
        column.ask("infinite", value=False, place=part.place)


def _constraint(draft: Draft, column: DraftColumn, part: Field, one: Field, extras: dict[str, Any]) -> None:
    """Ask for one field of a domain, or tell why not."""
    match part.name, one.name:
        case _, "name" | "disallow_inf" | "is_categorical":
            return
        case "string_domain", "value":
            return
        case "int_domain" | "float_domain", "min" | "max" if isinstance(one.value, int | float):
            if math.isfinite(one.value):
                column.ask(one.name, one.value, one.place, **extras)
        case "float_domain", "disallow_nan":
            if one.value is True:
                column.ask("nan", 0, one.place)
        case "time_domain", "string_format":
            if one.value not in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"):
                column.ask("format", str(one.value), one.place)
        case _:
            draft.lose(one.place, f"{quoted(one.name)} of {quoted(column.name)}", NO_RULE)


_Pairs = list[tuple[str, object]]


def write(contract: Contract, name: str) -> Exported:
    """Write a schema that ``text_format`` reads as a ``tensorflow.metadata.v0.Schema``."""
    del name
    out = Outgoing(contract, TITLE)
    out.keep("format")
    schema: _Pairs = [("feature", list(_written(out, column))) for column in contract.columns]
    heights = out.take(contract.table, "rows")
    for rule in heights:
        height: Any = rule.value
        if height.reference is not None:
            out.lose_part(rule, "reference", "TFDV compares with the statistics of an earlier version by a threshold")
        ends: _Pairs = [("min_examples_count", height.min)]
        if height.max is not None:
            ends.append(("max_examples_count", height.max))
        schema.append(("dataset_constraints", ends))
    unexpected = out.take(contract.table, "unexpected")
    if not unexpected or unexpected[0].value != "error":
        place = unexpected[0].place if unexpected else contract.place
        out.lose(place, "`unexpected`", "to TFDV each column that the schema does not name is an anomaly")
    return out.finish("# proto-file: tensorflow_metadata/proto/v0/schema.proto\n" + pbtxt(schema))


def _written(out: Outgoing, column: Column) -> Iterator[tuple[str, object]]:
    stored = {"integer": "INT", "boolean": "INT", "number": "FLOAT"}.get(column.type, "BYTES")
    yield "name", column.name
    yield "type", Word(stored)
    required, nulls = out.one(column, "required"), out.one(column, "nulls")
    # A rule that lets everything through is not handed out.
    fraction = 0.0 if nulls is None else round(1 - float(cast("float", nulls.value)), 12)
    if required is not None and fraction == 0:
        out.lose_rule(required, "TFDV asks for a column only where it asks for values in it")
    if required is None and fraction > 0:
        out.lose(column.place, "`required: false`", "TFDV asks for a column of which some values must be there")
    if fraction:
        yield "presence", [("min_fraction", fraction)]
    yield "value_count", [("min", 1), ("max", 1)] if fraction == 1 else [("max", 1)]
    yield from _domain_of(out, column)


def _domain_of(out: Outgoing, column: Column) -> Iterator[tuple[str, object]]:
    domain, mass = _limits(out, column)
    match column.type:
        case "boolean":
            yield "bool_domain", []
        case "date" | "datetime":
            usual = "%Y-%m-%d" if column.type == "date" else "%Y-%m-%dT%H:%M:%S"
            form = column.format or usual
            if _timed(form) != (column.type == "datetime"):
                what = f"the type of {quoted(column.name)}"
                out.lose(column.place, what, "to TFDV its format alone says whether there is a time of day")
            yield "time_domain", [("string_format", form)]
        case "string" if domain:
            yield "string_domain", [("name", column.name), *domain]
        case "integer" if domain:
            yield "int_domain", [("name", column.name), *domain]
        case "number":
            domain += _finite(out, column)
            if domain:
                yield "float_domain", [("name", column.name), *domain]
    if mass:
        yield "distribution_constraints", [("min_domain_mass", mass)]


def _finite(out: Outgoing, column: Column) -> Iterator[tuple[str, object]]:
    for rule in out.take(column.rules, "nan"):
        if rule.value == 0:
            yield "disallow_nan", True
        else:
            out.lose_rule(rule, "TFDV allows NaN or does not")
    if out.one(column, "infinite") is not None:
        yield "disallow_inf", True


def _limits(out: Outgoing, column: Column) -> tuple[_Pairs, float]:
    """Return the limits of a domain, and the share of values that must lie within when that is not all of them."""
    checks = {"integer": ("min", "max"), "number": ("min", "max"), "string": ("values",)}.get(column.type, ())
    domain: _Pairs = []
    mass = 0.0
    several = sum(rule.check in checks for rule in column.rules) > 1
    for check in checks:
        rule = out.one(column, check, carries=("tolerance",))
        if rule is None:
            continue
        if rule.tolerance and (rule.tolerance >= 1 or several or _nullable(column)):
            out.lose_rule(rule, "TFDV tolerates one share for the whole domain, and of the values that are there")
            continue
        mass = round(1 - rule.tolerance, 12) if rule.tolerance else mass
        value: Any = rule.value
        domain += [("value", one) for one in value] if check == "values" else [(check, value)]
    return domain, mass


def _nullable(column: Column) -> bool:
    rule = column.rule("nulls")
    return rule is not None and rule.value != 0


FORMAT: Final = Format(title=TITLE, read=read, write=write)
