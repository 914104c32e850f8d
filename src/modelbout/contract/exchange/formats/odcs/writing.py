"""From a contract of ours to an ODCS contract of version 3.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from modelbout.contract.exchange.formats.odcs.reading import FORMATS, JAVA, TITLE, TYPES
from modelbout.contract.exchange.outgoing import Outgoing, dump, whole

if TYPE_CHECKING:
    from datetime import timedelta

    from modelbout.contract.checks.rows import Height
    from modelbout.contract.exchange.form import Exported
    from modelbout.contract.model import Column, Contract, Rule

VERSION: Final = "v3.1.0"
_LOGICAL: Final = {ours: theirs for theirs, ours in TYPES.items()}
_CARRIES: Final = ("level", "name", "reason")
_REFERENCE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def write(contract: Contract, name: str) -> Exported:
    """Write a contract with one object; its id, version and status are for its owner to correct."""
    out = Outgoing(contract, TITLE)
    out.keep("table description", "description", "format", "timezone")
    table: dict[str, Any] = {"name": name, "logicalType": "object"}
    if contract.description:
        table["description"] = contract.description
    table["properties"] = [_property(out, column) for column in contract.columns]
    quality = [_height(out, rule) for rule in out.take(contract.table, "rows", carries=_CARRIES)]
    quality += [
        _quality("duplicateValues", rule, {"mustBe": 0}, {"properties": list(cast("tuple[str, ...]", rule.value))})
        for rule in out.take(contract.table, "compound", carries=_CARRIES)
    ]
    if quality:
        table["quality"] = quality
    made: dict[str, Any] = {
        "apiVersion": VERSION,
        "kind": "DataContract",
        "id": name,
        "name": name,
        "version": "1.0.0",
        "status": "draft",
        "schema": [table],
    }
    services = [_service(out, rule, name) for rule in out.take(contract.table, "freshness")]
    if services:
        made["slaProperties"] = services
    return out.finish(dump(made))


def _quality(
    metric: str, rule: Rule, numbers: dict[str, Any], arguments: dict[str, Any] | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "library", "metric": metric}
    if rule.name:
        made["name"] = rule.name
    if rule.reason:
        made["description"] = rule.reason
    if arguments:
        made["arguments"] = arguments
    made |= numbers
    if rule.level == "warn":
        made["severity"] = "warning"
    return made


def _height(out: Outgoing, rule: Rule) -> dict[str, Any]:
    height = cast("Height", rule.value)
    if height.reference is not None:
        out.lose_part(rule, "reference", "ODCS knows no champion")
    if height.max is None:
        return _quality("rowCount", rule, {"mustBeGreaterOrEqualTo": height.min})
    if height.max == height.min:
        return _quality("rowCount", rule, {"mustBe": height.min})
    return _quality("rowCount", rule, {"mustBeBetween": [height.min, height.max]})


def _property(out: Outgoing, column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"name": column.name, "logicalType": _LOGICAL[column.type]}
    if column.description:
        made["description"] = column.description
    if out.one(column, "required") is None:
        out.lose(column.place, "`required: false`", "ODCS describes columns that are there")
    quality = _present(out, column, made)
    options = _options(out, column)
    if options:
        made["logicalTypeOptions"] = options
    quality += _invalid(out, column)
    for rule in out.take(column.rules, "references"):
        table, field = out.target(rule)
        if _REFERENCE.match(table) and _REFERENCE.match(field):
            made.setdefault("relationships", []).append({"to": f"{table}.{field}"})
        else:
            out.lose_rule(rule, "ODCS writes a reference as `table.column`, in letters, digits and underscores")
    if quality:
        made["quality"] = quality
    return made


def _present(out: Outgoing, column: Column, made: dict[str, Any]) -> list[dict[str, Any]]:
    """Mark a property as required and unique; a rule with a level, name or reason is one of the library instead."""
    quality: list[dict[str, Any]] = []
    for rule in out.take(column.rules, "nulls", carries=_CARRIES):
        if rule.value == 0 and not (rule.level == "warn" or rule.name or rule.reason):
            made["required"] = True
        else:
            share = round(100 * cast("float", rule.value), 10)
            numbers = {"mustBe": 0} if share == 0 else {"mustBeLessOrEqualTo": whole(share), "unit": "percent"}
            quality.append(_quality("nullValues", rule, numbers))
    for rule in out.take(column.rules, "unique", carries=_CARRIES):
        if rule.level == "warn" or rule.name or rule.reason:
            quality.append(_quality("duplicateValues", rule, {"mustBe": 0}))
        else:
            made["unique"] = True
    return quality


def _options(out: Outgoing, column: Column) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for end in ("min", "max"):
        rule = out.one(column, end)
        if rule is not None:
            options[f"{end}imum"] = whole(rule.value)
    rule = out.one(column, "length")
    for end in ("min", "max") if rule is not None else ():
        length = getattr(rule.value, end)  # type: ignore[union-attr]  # looked at above
        if length is not None:
            options[f"{end}Length"] = length
    options |= _formatted(out, column)
    plain = [rule for rule in column.rules if rule.check == "pattern" and not (rule.level == "warn" or rule.tolerance)]
    rule = next(iter(out.take(plain[:1], "pattern")), None)
    pattern = out.pattern(rule, "ecma", "search") if rule is not None else None
    if pattern is not None:
        options["pattern"] = pattern
    return options


def _formatted(out: Outgoing, column: Column) -> dict[str, Any]:
    options: dict[str, Any] = {}
    rule = out.one(column, "format")
    if rule is not None:
        theirs = next((name for name, ours in FORMATS.items() if ours == rule.value), None)
        if theirs is None:
            out.lose_rule(rule, f"ODCS has the formats {', '.join(FORMATS)}")
        else:
            options["format"] = theirs
    if column.format:
        java = _java(column.format)
        if java is None:
            out.lose(column.place, "`format`", "its parts have no like in Java's formats, which ODCS writes")
        else:
            options["format"] = java
    if column.timezone:
        options |= {"timezone": True, "defaultTimezone": column.timezone}
    return options


def _java(text: str) -> str | None:
    """Return a strftime format in Java's letters, None when one of its parts has no like there."""
    theirs = {ours: java for java, ours in JAVA.items()}
    parts = re.findall(r"%.|[^%]+", text)
    made = []
    for part in parts:
        if part.startswith("%") and part not in theirs:
            return None
        made.append(theirs.get(part) or re.sub(r"[A-Za-z]+", lambda word: f"'{word[0]}'", part))
    return "".join(made)


def _invalid(out: Outgoing, column: Column) -> list[dict[str, Any]]:
    """Return rules on values as rules of the library: of a warning level, or with a tolerance, they have to be."""
    made = []
    carries = (*_CARRIES, "tolerance")
    for rule in out.take(column.rules, "values", carries=carries):
        values = [whole(value) for value in cast("tuple[object, ...]", rule.value)]
        made.append(_quality("invalidValues", rule, _tolerated(rule), {"validValues": values}))
    for rule in out.take(column.rules, "pattern", carries=carries):
        pattern = out.pattern(rule, "ecma", "search")
        if pattern is not None:
            made.append(_quality("invalidValues", rule, _tolerated(rule), {"pattern": pattern}))
    return made


def _tolerated(rule: Rule) -> dict[str, Any]:
    if not rule.tolerance:
        return {"mustBe": 0}
    if rule.tolerance < 1:
        return {"mustBeLessOrEqualTo": whole(round(100 * rule.tolerance, 10)), "unit": "percent"}
    return {"mustBeLessOrEqualTo": int(rule.tolerance), "unit": "rows"}


def _service(out: Outgoing, rule: Rule, name: str) -> dict[str, Any]:
    value: Any = rule.value
    age = cast("timedelta", value.max_age)
    out.lose_part(rule, "max_ahead", "ODCS asks for no largest lead over the clock")
    days = age.total_seconds() / 86_400
    number, unit = (days, "d") if days == int(days) else (age.total_seconds() / 60, "min")
    return {"property": "freshness", "value": whole(number), "unit": unit, "element": f"{name}.{value.column}"}
