"""Frictionless Table Schema (versions 1 and 2, JSON or YAML), alone or within a data resource or package."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import Draft, bound, missing_texts
from modelbout.contract.exchange.form import Exported, Format
from modelbout.contract.exchange.outgoing import Outgoing, whole
from modelbout.contract.exchange.source import Keys, mapping_of, only, read_source, value_of
from modelbout.contract.model import DEFAULT_MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.exchange.draft import DraftColumn
    from modelbout.contract.model import Column, Contract, Rule
    from modelbout.errors import Place
    from modelbout.manifest import ColumnType

TITLE: Final = "Frictionless Table Schema"
PROFILE: Final = "https://datapackage.org/profiles/2.0/tableschema.json"

_TYPES: Final[Mapping[str, ColumnType]] = {
    "string": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "year": "integer",
}
_FORMATS: Final = {"email": "email", "uuid": "uuid", "uri": "url"}
_TRUE: Final = ["true", "True", "TRUE", "1"]
_FALSE: Final = ["false", "False", "FALSE", "0"]
# What a table may lack and may have beside the fields: required, and unexpected (datapackage.org, fieldsMatch).
_MATCHES: Final = {
    "exact": (True, "error"),
    "equal": (True, "error"),
    "subset": (True, "allow"),
    "superset": (False, "error"),
    "partial": (False, "allow"),
}


def read(text: str, shown: str, table: str | None) -> Draft:
    """Read a schema, or that of one resource of a package."""
    root = mapping_of(read_source(text, shown), "Table Schema")
    draft = Draft(TITLE, shown)
    keys = Keys(_schema(root, draft, table), draft.losses.append)
    keys.take("$schema", "profile", "name")
    draft.description = keys.text("description") or keys.text("title")
    required, unexpected = _match(draft, keys)
    for item in keys.items("fields"):
        _field(draft, item, required=required)
    draft.ask("unexpected", unexpected, keys.place)
    missing = keys.take("missingValues")
    if missing is not None:
        _missing(draft, missing)
    primary = keys.take("primaryKey")
    if primary is not None:
        names = _names(primary)
        for name in names:
            if name in draft.columns:
                draft.columns[name].ask("nulls", 0, primary.place)
        _key(draft, names, primary.place)
    for item in keys.items("uniqueKeys"):
        _key(draft, _names(item), item.place)
    for item in keys.items("foreignKeys"):
        _reference(draft, Keys(mapping_of(item, "foreign key"), draft.losses.append))
    keys.done()
    return draft


def _schema(root: Node, draft: Draft, table: str | None) -> Node:
    """Return the schema in a file that may be a schema, a resource or a package."""
    resources = root.get("resources")
    if resources is not None:
        named = [(name.text if (name := item.get("name")) else "", item) for item in resources.items]
        root_keys = Keys(root, draft.losses.append)
        root_keys.take("resources", "$schema", "profile", "name")
        root_keys.done("a contract is about one table")
        root = only(named, table, "resource", root)
    schema = root.get("schema")
    if schema is None:
        return root
    keys = Keys(root, draft.losses.append)
    keys.take("schema", "name", "$schema", "profile", "path", "type", "scheme", "format", "mediatype")
    encoding = keys.text("encoding")
    if encoding:
        draft.read["encoding"] = encoding
    keys.done("it says how the file is stored; Modelbout reads what modelbout.yaml names")
    return mapping_of(schema, "schema (one with `fields`, in this file)")


def _match(draft: Draft, keys: Keys) -> tuple[bool, str]:
    node = keys.take("fieldsMatch")
    value = value_of(node) if node is not None else "exact"
    word = str(value[0] if isinstance(value, list) and value else value)
    place = node.place if node is not None else keys.place
    if word == "exact":
        why = "Modelbout finds columns by name, in any order"
        draft.lose(place, "the order of the fields", why)
    if word not in _MATCHES:
        draft.lose(place, f"`fieldsMatch` {quoted(word)}", "it is none of Table Schema's")
    if word == "partial":
        draft.lose(place, "that at least one field is there", "Modelbout has no such rule")
    return _MATCHES.get(word, (True, "error"))


def _names(node: Node) -> list[str]:
    return [item.text for item in (node.items if node.kind == "sequence" else (node,))]


def _missing(draft: Draft, node: Node) -> None:
    texts = []
    for item in node.items:
        value = item.get("value") if item.kind == "mapping" else item
        if item.kind == "mapping" and item.get("label") is not None:
            draft.lose(item.place, "the label of a missing value", "Modelbout has none")
        if value is not None:
            texts.append(value.text)
    missing_texts(draft, texts)


def _key(draft: Draft, names: list[str], place: Place) -> None:
    if len(names) == 1 and names[0] in draft.columns:
        draft.columns[names[0]].ask("unique", value=True, place=place)
    else:
        draft.ask("unique", names, place)


def _reference(draft: Draft, keys: Keys) -> None:
    fields, target = keys.take("fields"), keys.mapping("reference")
    names = _names(fields) if fields is not None else []
    there = target.take("fields") if target is not None else None
    table = target.text("resource") if target is not None else ""
    if len(names) != 1 or there is None or names[0] not in draft.columns or not table:
        draft.lose(keys.place, "a foreign key", "Modelbout's are of one column to another table")
        return
    draft.refer(draft.columns[names[0]], table, _names(there)[0], keys.place)


def _field(draft: Draft, node: Node, *, required: bool) -> None:
    keys = Keys(mapping_of(node, "field"), draft.losses.append)
    name = keys.text("name")
    kind = keys.text("type") or "string"
    if kind not in _TYPES:
        what = f"the type {quoted(kind)} of {quoted(name)}"
        draft.lose(node.place, what, "Modelbout has none like it; written as string", "Correct `type:`.")
    column = draft.column(name, _TYPES.get(kind, "string"), node.place)
    if column is None:
        return
    column.ask("required", required, node.place)
    description = keys.text("description") or keys.text("title")
    if description:
        column.ask("description", description, node.place)
    _format(draft, column, keys)
    for key, usual in (("trueValues", _TRUE), ("falseValues", _FALSE)):
        texts = keys.take(key)
        if texts is not None and value_of(texts) != usual:
            draft.lose(texts.place, quoted(key), "Modelbout reads true, yes, 1 and false, no, 0, in any case")
    decimal = keys.take("decimalChar")
    if decimal is not None and decimal.text != ".":
        draft.lose(decimal.place, "`decimalChar`", "Modelbout reads decimal points only")
    bare = keys.take("bareNumber")
    if bare is not None and value_of(bare) is False:
        draft.lose(bare.place, "`bareNumber: false`", "Modelbout reads bare numbers only")
    constraints = keys.mapping("constraints")
    _constraints(draft, column, constraints)
    if not column.asks("nulls"):
        column.ask("nulls", 1, node.place)
    keys.done()


def _format(draft: Draft, column: DraftColumn, keys: Keys) -> None:
    node = keys.take("format")
    if node is None or node.text == "default":
        return
    if column.type in ("date", "datetime") and "%" in node.text:
        column.ask("format", node.text, node.place)
    elif column.type == "string" and node.text in _FORMATS:
        column.ask("format", _FORMATS[node.text], node.place)
    else:
        draft.lose(node.place, f"the format {quoted(node.text)}", "Modelbout has none like it")


def _constraints(draft: Draft, column: DraftColumn, keys: Keys | None) -> None:
    if keys is None:
        return
    needed, unique = keys.take("required"), keys.take("unique")
    if needed is not None and value_of(needed) is True:
        column.ask("nulls", 0, needed.place)
    if unique is not None and value_of(unique) is True:
        column.ask("unique", value=True, place=unique.place)
    for key, end, strict in (
        ("minimum", "min", False),
        ("maximum", "max", False),
        ("exclusiveMinimum", "min", True),
        ("exclusiveMaximum", "max", True),
    ):
        node = keys.take(key)
        if node is not None:
            bound(draft, column, end, _typed(node, column), node.place, strict=strict)
    enum = keys.take("enum")
    if enum is not None:
        column.ask("values", [_typed(item, column) for item in enum.items], enum.place)
    pattern = keys.take("pattern")
    if pattern is not None:
        draft.pattern(column, pattern.text, pattern.place, "xsd", "whole")
    least, most = keys.take("minLength"), keys.take("maxLength")
    ends = {end: value_of(node) for end, node in (("min", least), ("max", most)) if node is not None}
    if ends:
        column.ask("length", ends, (least or most or keys.node).place)  # type: ignore[arg-type]  # the contract's reader refuses what is no number
    keys.done()


def _typed(node: Node, column: DraftColumn) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Return a value; one that is quoted counts as of the column's type, as Table Schema has it."""
    value = value_of(node)
    if column.type in ("integer", "number") and isinstance(value, str):
        try:
            return int(value) if column.type == "integer" else float(value)
        except ValueError:
            return value
    form = next((str(rule.value) for rule in column.rules if rule.key == "format"), None)
    if form is not None and column.type in ("date", "datetime"):
        return _iso(str(value), form, column.type)
    if column.type == "boolean" and isinstance(value, str):
        return value.casefold() == "true"
    return str(value) if column.type == "string" and not isinstance(value, bool) else value


def _iso(text: str, form: str, kind: ColumnType) -> str:
    """Return a date, written as the field writes its own, as the contract writes it; what is no such date as it is."""
    try:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 -- a contract's moments have no zone
    except ValueError:
        return text
    return moment.date().isoformat() if kind == "date" else moment.isoformat()


def write(contract: Contract, name: str) -> Exported:
    """Write a Table Schema of version 2 (frictionless-py reads it from 5.18 on)."""
    del name
    out = Outgoing(contract, TITLE)
    out.keep("table description", "description", "missing", "format")
    made: dict[str, Any] = {"$schema": PROFILE}
    if contract.description:
        made["description"] = contract.description
    made["fields"] = [_written(out, column) for column in contract.columns]
    made["fieldsMatch"] = _fields_match(out, contract)
    if contract.missing != DEFAULT_MISSING:
        made["missingValues"] = list(contract.missing)
    keys = [list(rule.value) for rule in out.take(contract.table, "compound")]  # type: ignore[call-overload]  # tuples of names
    if keys:
        made["uniqueKeys"] = keys
    foreign = [key for column in contract.columns if (key := _foreign(out, column))]
    if foreign:
        made["foreignKeys"] = foreign
    return out.finish(json.dumps(made, indent=2, ensure_ascii=False) + "\n")


def _fields_match(out: Outgoing, contract: Contract) -> str:
    asked = [rule for column in contract.columns for rule in out.take(column.rules, "required")]
    unexpected = out.take(contract.table, "unexpected")
    if unexpected and unexpected[0].value == "warn":
        out.lose_rule(unexpected[0], "Table Schema has no warnings")
    closed = bool(unexpected) and unexpected[0].value == "error"
    if len(asked) == len(contract.columns):
        return "equal" if closed else "subset"
    for rule in asked:
        out.lose_rule(rule, "Table Schema asks for all fields or for none of them")
    return "superset" if closed else "partial"


def _foreign(out: Outgoing, column: Column) -> dict[str, Any] | None:
    rule = out.one(column, "references")
    if rule is None:
        return None
    table, field = out.target(rule)
    return {"fields": [column.name], "reference": {"resource": table, "fields": [field]}}


def _written(out: Outgoing, column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"name": column.name, "type": column.type}
    rule = out.one(column, "format")
    if column.format:
        made["format"] = column.format
    elif rule is not None:
        theirs = next((name for name, ours in _FORMATS.items() if ours == rule.value), None)
        if theirs is None:
            out.lose_rule(rule, f"Table Schema has the formats {', '.join(_FORMATS)}")
        else:
            made["format"] = theirs
    if column.description:
        made["description"] = column.description
    constraints = _constrained(out, column)
    if constraints:
        made["constraints"] = constraints
    return made


def _constrained(out: Outgoing, column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {}
    nulls = out.one(column, "nulls")
    if nulls is not None and nulls.value == 0:
        made["required"] = True
    elif nulls is not None:
        out.lose_rule(nulls, "Table Schema allows missing values or does not: here it allows them all")
    if out.one(column, "unique"):
        made["unique"] = True
    for check, theirs in (("min", "minimum"), ("max", "maximum")):
        rule = out.one(column, check)
        if rule is not None and _can_say(out, rule, (rule.value,), column):
            made[theirs] = _lexical(rule.value, column)
    rule = out.one(column, "values")
    if rule is not None and _can_say(out, rule, rule.value, column):  # type: ignore[arg-type]  # a tuple
        made["enum"] = [_lexical(value, column) for value in rule.value]  # type: ignore[attr-defined]  # as above
    rule = out.one(column, "pattern")
    pattern = out.pattern(rule, "xsd", "whole") if rule is not None else None
    if pattern is not None:
        made["pattern"] = pattern
    rule = out.one(column, "length")
    for end in ("min", "max") if rule is not None else ():
        length = getattr(rule.value, end)  # type: ignore[union-attr]  # looked at above
        if length is not None:
            made[f"{end}Length"] = length
    return made


def _can_say(out: Outgoing, rule: Rule, values: tuple[object, ...], column: Column) -> bool:
    """Tell whether the field's format can write the values, such as seconds; else the rule is told as lost."""
    form = column.format
    for value in values:
        if form and isinstance(value, date) and _iso(value.strftime(form), form, column.type) != value.isoformat():
            out.lose_rule(rule, "the field writes its moments with less than this value has")
            return False
    return True


def _lexical(value: object, column: Column) -> object:
    """Return a value as the field writes its own: Frictionless reads the ends of a range by the field's format."""
    if column.format and isinstance(value, date):
        return value.strftime(column.format)
    return whole(value)


FORMAT: Final = Format(title=TITLE, read=read, write=write)
