"""From an ODCS contract to the draft of one of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import Draft, bound
from modelbout.contract.exchange.formats.odcs.quality import ask_of_column, ask_of_table, read_quality
from modelbout.contract.exchange.source import ABOUT, Keys, mapping_of, only, read_source, value_of
from modelbout.contract.exchange.types import sql_type
from modelbout.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.exchange.draft import DraftColumn
    from modelbout.manifest import ColumnType

TITLE: Final = "ODCS"

TYPES: Final[Mapping[str, ColumnType]] = {
    "string": "string",
    "date": "date",
    "timestamp": "datetime",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
}
FORMATS: Final = {
    "email": "email",
    "uuid": "uuid",
    "uri": "url",
    "hostname": "hostname",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
}
# Java's DateTimeFormatter and strftime, the parts that say the same.
JAVA: Final = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_UNITS: Final = {
    "d": "days",
    "day": "days",
    "days": "days",
    "h": "hours",
    "hr": "hours",
    "hour": "hours",
    "hours": "hours",
    "m": "minutes",
    "min": "minutes",
    "minute": "minutes",
    "minutes": "minutes",
    "w": "weeks",
    "week": "weeks",
    "weeks": "weeks",
}


def read(text: str, shown: str, table: str | None) -> Draft:
    """Read one object of the ``schema`` of an ODCS contract."""
    root = mapping_of(read_source(text, shown), "ODCS contract")
    version = root.get("apiVersion")
    if version is not None and not re.match(r"v?3\.", version.text):
        fix = "Bring the contract to version 3 first."
        raise ConfigError(Problem(f"this is version {quoted(version.text)} of ODCS", "v3", fix, version.place))
    draft = Draft(TITLE, shown)
    keys = Keys(root, draft.losses.append)
    keys.take("apiVersion", "kind")
    objects = keys.items("schema")
    named = [(label.text if (label := item.get("name")) else "", item) for item in objects]
    chosen = only(named, table, "objects in `schema`", root)
    for name, item in named:
        if item is not chosen:
            draft.lose(
                item.place, f"the object {quoted(name)}", "a contract is about one table", "Import it by itself."
            )
    _object(draft, Keys(mapping_of(chosen, "object"), draft.losses.append), keys)
    for item in keys.items("slaProperties"):
        _service(draft, Keys(mapping_of(item, "slaProperties"), draft.losses.append))
    keys.done(ABOUT)
    return draft


def _object(draft: Draft, keys: Keys, contract: Keys) -> None:
    keys.take("name", "logicalType")
    about = contract.mapping("description")
    draft.description = keys.text("description") or (about.text("purpose") if about is not None else "")
    if about is not None:
        about.done(ABOUT)
    primary: list[tuple[float, DraftColumn]] = []
    for item in keys.items("properties"):
        _property(draft, item, primary)
    _key(draft, [column for _, column in sorted(primary, key=lambda pair: pair[0])])
    for item in keys.items("quality"):
        quality = read_quality(draft, item)
        if quality is not None:
            ask_of_table(draft, quality)
    keys.done(ABOUT)


def _key(draft: Draft, columns: list[DraftColumn]) -> None:
    for column in columns:
        if not column.no_nulls():
            column.rules = [rule for rule in column.rules if rule.key != "nulls"]
            column.ask("nulls", 0, column.place)
    if len(columns) == 1:
        columns[0].ask("unique", value=True, place=columns[0].place)
    elif columns:
        draft.ask("unique", [column.name for column in columns], columns[0].place)


def _property(draft: Draft, node: Node, primary: list[tuple[float, DraftColumn]]) -> None:
    keys = Keys(mapping_of(node, "property"), draft.losses.append)
    name = keys.text("name")
    column = draft.column(name, _type(draft, name, keys), node.place)
    if column is None:
        return
    # A property that is described is one that is there; others may be there too.
    column.ask("required", value=True, place=node.place)
    description = keys.text("description") or keys.text("businessName")
    if description:
        column.ask("description", description, node.place)
    required, unique = keys.take("required"), keys.take("unique")
    if required is not None and value_of(required) is True:
        column.ask("nulls", 0, required.place)
    if unique is not None and value_of(unique) is True:
        column.ask("unique", value=True, place=unique.place)
    position = keys.number("primaryKeyPosition")
    if keys.flag("primaryKey"):
        primary.append((position or 0, column))
    _options(draft, column, keys.mapping("logicalTypeOptions"))
    _rules(draft, column, keys)
    for key, value, place in keys.left():
        # A flag that is off, and the default of a position, say nothing.
        if value_of(value) is not False and value_of(value) != -1:
            draft.lose(place, f"{quoted(key)} of {quoted(name)}", ABOUT)


def _rules(draft: Draft, column: DraftColumn, keys: Keys) -> None:
    for item in keys.items("relationships"):
        _relationship(draft, column, Keys(mapping_of(item, "relationship"), draft.losses.append))
    for item in keys.items("quality"):
        quality = read_quality(draft, item)
        if quality is not None:
            ask_of_column(draft, column, quality)


def _type(draft: Draft, name: str, keys: Keys) -> ColumnType:
    logical, physical = keys.take("logicalType"), keys.take("physicalType")
    if logical is not None and logical.text in TYPES:
        if physical is not None and sql_type(physical.text) != TYPES[logical.text]:
            what = f"the physical type {quoted(physical.text)} of {quoted(name)}"
            draft.lose(physical.place, what, "Modelbout holds to the logical type")
        return TYPES[logical.text]
    known = sql_type(physical.text) if physical is not None and logical is None else None
    if known is None:
        node = logical or physical or keys.node
        what = f"the type {quoted(node.text)} of {quoted(name)}" if node.text else f"the type of {quoted(name)}"
        draft.lose(node.place, what, "Modelbout has none like it; written as string", "Correct `type:`.")
    return known or "string"


def _options(draft: Draft, column: DraftColumn, keys: Keys | None) -> None:
    if keys is None:
        return
    for end in ("min", "max"):
        value, other = keys.take(f"{end}imum"), keys.take(f"exclusive{end.capitalize()}imum")
        # In some 3.0 files the exclusive end is a flag beside the other.
        strict = other is not None and value_of(other) is True
        if value is not None:
            bound(draft, column, end, value_of(value), value.place, strict=strict)
        if other is not None and not isinstance(value_of(other), bool):
            bound(draft, column, end, value_of(other), other.place, strict=True)
    lengths = {end: keys.take(f"{end}Length") for end in ("min", "max")}
    given: dict[str, Any] = {end: value_of(node) for end, node in lengths.items() if node is not None}
    if given:
        column.ask("length", given, next(node.place for node in lengths.values() if node is not None))
    pattern = keys.take("pattern")
    if pattern is not None:
        draft.pattern(column, pattern.text, pattern.place, "ecma", "search")
    _format(draft, column, keys)
    zone = keys.take("defaultTimezone")
    keys.take("timezone")
    if zone is not None:
        column.ask("timezone", zone.text, zone.place)
    keys.done()


def _format(draft: Draft, column: DraftColumn, keys: Keys) -> None:
    node = keys.take("format")
    if node is None:
        return
    if column.type in ("date", "datetime"):
        parts = re.findall(r"[A-Za-z]+|'[^']*'|[^A-Za-z']+", node.text)
        made = [JAVA.get(part, part.strip("'").replace("%", "%%")) for part in parts]
        if all(part in JAVA or not part[0].isalpha() for part in parts):
            if "".join(made) not in ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"):
                column.ask("format", "".join(made), node.place)
            return
    elif column.type == "string" and node.text in FORMATS:
        column.ask("format", FORMATS[node.text], node.place)
        return
    draft.lose(node.place, f"the format {quoted(node.text)} of {quoted(column.name)}", "Modelbout has none like it")


def _relationship(draft: Draft, column: DraftColumn, keys: Keys) -> None:
    target = keys.take("to")
    kind = keys.text("type") or "foreignKey"
    table, _, field = target.text.rpartition(".") if target is not None else ("", "", "")
    if not table or kind != "foreignKey":
        draft.lose(
            keys.place, f"a relationship of {quoted(column.name)}", "it is no key of one column to another table"
        )
        return
    draft.refer(column, table, field, keys.place)
    keys.done(ABOUT)


def _service(draft: Draft, keys: Keys) -> None:
    name, value, unit = keys.text("property"), keys.number("value"), _UNITS.get(keys.text("unit").casefold())
    column = keys.text("element").rpartition(".")[2]
    if name not in ("freshness", "fy") or value is None or unit is None or column not in draft.columns:
        draft.lose(keys.place, f"the service level {quoted(name)}", ABOUT)
        return
    draft.ask("freshness", {"column": column, "max_age": f"{value:g} {unit}"}, keys.place)
    why = "Modelbout's freshness also refuses rows from more than a day ahead, which ODCS does not ask"
    draft.lose(keys.place, "the sense of `freshness`", why)
    keys.done(ABOUT)
