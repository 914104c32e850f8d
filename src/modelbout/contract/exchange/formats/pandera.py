"""pandera: the YAML (or JSON) of ``DataFrameSchema.to_yaml``, checks written flat or in lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from modelbout.config.wording import quoted
from modelbout.contract.exchange.draft import Draft, bound, comparison
from modelbout.contract.exchange.form import Exported, Format
from modelbout.contract.exchange.outgoing import Outgoing, dump, whole
from modelbout.contract.exchange.source import Keys, is_null, mapping_of, read_source, value_of
from modelbout.contract.exchange.types import frame_type, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.exchange.draft import DraftColumn
    from modelbout.contract.model import Column, Contract, Rule
    from modelbout.errors import Place
    from modelbout.manifest import ColumnType

TITLE: Final = "pandera"

# The storage types that say no more than ours do.
_PLAIN: Final = re.compile(r"(?:int(?:64)?|float(?:64)?|str|string.*|bool(?:ean)?|date|datetime64.*|timestamp.*)\Z")
_OPTIONS: Final = ("raise_warning", "ignore_na", "name", "title", "description", "error", "options", "value")
_NOTHING: Final = {"n_failure_cases": None, "element_wise": False, "report_duplicates": "all"}


@dataclass(frozen=True)
class _Check:
    """One check of a column: its arguments by name, its place, what our rule of it has beside its value."""

    name: str
    args: Mapping[str, Any]
    place: Place
    extras: Mapping[str, str]


def read(text: str, shown: str, table: str | None) -> Draft:
    """Read a schema; ``table`` is of no use, a file holds one."""
    del table
    root = mapping_of(read_source(text, shown), "pandera schema")
    draft = Draft(TITLE, shown)
    keys = Keys(root, draft.losses.append)
    keys.take("schema_type", "version", "api", "report_duplicates", "dataframe_library", "name")
    draft.description = keys.text("description") or keys.text("title")
    columns = keys.mapping("columns")
    entries = columns.node.entries if columns is not None else _listed(keys.items("columns"), draft)
    for name, node, place in entries:
        _column(draft, name, node, place)
    _unexpected(draft, keys)
    _unique(draft, keys)
    ordered = keys.take("ordered")
    if ordered is not None and value_of(ordered) is True:
        draft.lose(ordered.place, "`ordered`", "Modelbout finds columns by name, in any order")
    keys.done(fix="Say it in the contract by hand if it is about the rows.")
    return draft


def _listed(items: tuple[Node, ...], draft: Draft) -> Iterator[tuple[str, Node, Place]]:
    for item in items:
        name = item.get("name")
        if name is None or name.kind != "scalar":
            draft.lose(item.place, "a column", "its name is no text")
        else:
            yield name.text, item, item.place


def _unexpected(draft: Draft, keys: Keys) -> None:
    strict = keys.take("strict")
    if strict is not None and value_of(strict) is True:
        draft.ask("unexpected", "error", strict.place)
    elif strict is not None and value_of(strict) == "filter":
        draft.lose(strict.place, "`strict: filter`", "Modelbout checks a table and never changes it")


def _unique(draft: Draft, keys: Keys) -> None:
    node = keys.take("unique")
    if node is None:
        return
    names = [item.text for item in (node.items if node.kind == "sequence" else (node,))]
    draft.ask("unique", names, node.place)
    known = [draft.columns[name] for name in names if name in draft.columns]
    if not all(column.no_nulls() for column in known):
        why = "pandera takes two missing values for the same; Modelbout compares rows that have all parts of the key"
        draft.lose(node.place, "a part of `unique`", why)


def _column(draft: Draft, name: str, node: Node, place: Place) -> None:
    keys = Keys(mapping_of(node, "column"), draft.losses.append)
    if keys.flag("regex"):
        draft.lose(place, f"the columns like {quoted(name)}", "Modelbout names each column", "List them by name.")
        return
    dtype = keys.take("dtype")
    checks = list(_checks(draft, keys))
    column = draft.column(name, _type(draft, name, dtype, place, checks), place)
    if column is None:
        return
    column.ask("nulls", 1 if keys.flag("nullable") else 0, place)
    column.ask("required", keys.flag("required", default=True), place)
    description = keys.text("description") or keys.text("title")
    if description:
        column.ask("description", description, place)
    if dtype is not None:
        _dtype(column, dtype)
    unique = keys.take("unique")
    if unique is not None and value_of(unique) is True:
        column.ask("unique", value=True, place=unique.place)
        if not column.no_nulls():
            draft.lose(unique.place, "a part of `unique`", "pandera takes two missing values for a repeat")
    coerce = keys.take("coerce")
    harmless = _converted(column.type, nullable=not column.no_nulls())
    if coerce is not None and value_of(coerce) is True and not harmless:
        why = "pandera converts before it checks; Modelbout reads text files as the type says and converts no others"
        draft.lose(coerce.place, "`coerce`", why)
    for check in checks:
        _ask(draft, column, check)
    keys.take("name", "report_duplicates")
    keys.done()


def _converted(kind: ColumnType, *, nullable: bool) -> bool:
    """Tell whether pandas itself may hold such a column as another type: gaps, whole numbers, dates in a text file."""
    return kind in ("date", "datetime", "number") or (nullable and kind in ("integer", "boolean"))


def _type(draft: Draft, name: str, dtype: Node | None, place: Place, checks: list[_Check]) -> ColumnType:
    text = dtype.text.casefold() if dtype is not None else ""
    known = frame_type(text)
    if known is not None:
        if dtype is not None and not _PLAIN.match(text):
            draft.lose(dtype.place, f"the storage of {quoted(name)}", f"Modelbout's {known} has any width")
        return known
    values = [value for check in checks for value in check.args.values()]
    guess = type_of(one for value in values for one in (value if isinstance(value, list) else [value])) or "string"
    what = f"the type of {quoted(name)}" if dtype is None else f"the type {quoted(dtype.text)} of {quoted(name)}"
    why = "pandera says none" if dtype is None else "Modelbout has none like it"
    draft.lose(place if dtype is None else dtype.place, what, f"{why}; written as {guess}", "Correct `type:`.")
    return guess


def _dtype(column: DraftColumn, dtype: Node) -> None:
    """Carry over what a storage type says beside the type."""
    zone = re.search(r"\[\w+,\s*(?:tz=)?'?([A-Za-z_/+-]+)'?\]", dtype.text)
    if zone and column.type == "datetime":
        column.ask("timezone", zone[1], dtype.place)
    if dtype.text.casefold().startswith("uint"):
        column.ask("min", 0, dtype.place)


def _checks(draft: Draft, keys: Keys) -> Iterator[_Check]:
    """Yield the checks of a column: flat keys, a mapping by name, or a list with the name among the options."""
    checks = keys.take("checks")
    for name, node, place in checks.entries if checks is not None else ():
        yield from _check(draft, name, node, place)
    for item in checks.items if checks is not None else ():
        options = item.get("options")
        name_node = options.get("check_name") if options is not None else None
        if name_node is None:
            draft.lose(item.place, "a check", "it has no name")
        else:
            yield from _check(draft, name_node.text, item, item.place)
    for name in _ASKERS:
        found = keys.take(name)
        if found is not None:
            yield from _check(draft, name, found, found.place)


def _check(draft: Draft, name: str, node: Node, place: Place) -> Iterator[_Check]:
    if name not in _ASKERS:
        draft.lose(place, f"the check {quoted(name)}", "it is a function of its own", "See `custom` in the contract.")
        return
    args: dict[str, Any] = {"value": value_of(node)} if node.kind != "mapping" else {}
    options: dict[str, Any] = {}
    for key, value, where in node.entries:
        given = value_of(value)
        if key == "options":
            options |= given if isinstance(given, dict) else {}
        elif key in _OPTIONS and key != "value":
            options[key] = given
        elif key in _NOTHING or key in ("groupby", "groups"):
            if given not in (None, False, "all"):
                draft.lose(where, quoted(key), "Modelbout has no such option")
        elif not is_null(value):
            args[key] = given
    if options.get("ignore_na") is False:
        draft.lose(place, f"`ignore_na` of {quoted(name)}", "missing values are the business of `nulls` alone")
    extras = {"level": "warn"} if options.get("raise_warning") is True else {}
    texts = {"name": options.get("name"), "reason": options.get("description") or options.get("error")}
    default = options.get("name") == name
    extras |= {key: str(text) for key, text in texts.items() if text and not (key == "name" and default)}
    yield _Check(name, args, place, extras)


def _one(check: _Check) -> Any:  # noqa: ANN401 -- whatever YAML holds; each asker looks what it is
    """Return the value of a check that has one, under whichever name."""
    return next(iter(check.args.values()), None)


def _ask(draft: Draft, column: DraftColumn, check: _Check) -> None:
    _ASKERS[check.name](draft, column, check)


def _ask_end(draft: Draft, column: DraftColumn, check: _Check, *, end: str, strict: bool) -> None:
    bound(draft, column, end, _one(check), check.place, strict=strict, **check.extras)


def _ask_range(draft: Draft, column: DraftColumn, check: _Check) -> None:
    for end in ("min", "max"):
        value = check.args.get(f"{end}_value")
        if value is not None:
            strict = check.args.get(f"include_{end}") is False
            bound(draft, column, end, value, check.place, strict=strict, **check.extras)


def _ask_values(_draft: Draft, column: DraftColumn, check: _Check) -> None:
    value = _one(check)
    values = value if isinstance(value, list) else [value]
    column.ask("values", values, check.place, **check.extras)


def _ask_not(draft: Draft, column: DraftColumn, check: _Check) -> None:
    value = _one(check)
    sign = "not in" if isinstance(value, list) else "!="
    draft.express(comparison(column, sign, value), check.place, f"the check {quoted(check.name)}", **check.extras)


def _ask_pattern(draft: Draft, column: DraftColumn, check: _Check) -> None:
    text = str(_one(check))
    match check.name:
        case "str_startswith":
            draft.pattern(column, re.escape(text), check.place, "python", "prefix", **check.extras)
        case "str_endswith":
            draft.pattern(column, rf"{re.escape(text)}\Z", check.place, "python", "search", **check.extras)
        case "str_contains":
            draft.pattern(column, text, check.place, "python", "search", **check.extras)
        case _:
            draft.pattern(column, text, check.place, "python", "prefix", **check.extras)


def _ask_length(_draft: Draft, column: DraftColumn, check: _Check) -> None:
    exact = check.args.get("exact_value", check.args.get("value"))
    ends = {end: check.args.get(f"{end}_value", exact) for end in ("min", "max")}
    column.ask("length", {end: value for end, value in ends.items() if value is not None}, check.place, **check.extras)


def _ask_all(draft: Draft, column: DraftColumn, check: _Check) -> None:
    draft.lose(check.place, f"that {quoted(column.name)} has each of some values", "Modelbout has no such rule")


_ASKERS: Final[Mapping[str, Callable[[Draft, DraftColumn, _Check], None]]] = {
    "greater_than_or_equal_to": partial(_ask_end, end="min", strict=False),
    "greater_than": partial(_ask_end, end="min", strict=True),
    "less_than_or_equal_to": partial(_ask_end, end="max", strict=False),
    "less_than": partial(_ask_end, end="max", strict=True),
    "in_range": _ask_range,
    "between": _ask_range,
    "isin": _ask_values,
    "equal_to": _ask_values,
    "not_equal_to": _ask_not,
    "notin": _ask_not,
    "str_matches": _ask_pattern,
    "str_contains": _ask_pattern,
    "str_startswith": _ask_pattern,
    "str_endswith": _ask_pattern,
    "str_length": _ask_length,
    "unique_values_eq": _ask_all,
}

_STORED: Final[Mapping[ColumnType, str]] = {
    "integer": "int64",
    "number": "float64",
    "string": "str",
    "boolean": "bool",
    "date": "datetime64[ns]",
    "datetime": "datetime64[ns]",
}


def write(contract: Contract, name: str) -> Exported:
    """Write a schema that ``pandera.io.from_yaml`` reads."""
    out = Outgoing(contract, TITLE)
    out.keep("table description", "description", "timezone")
    made: dict[str, Any] = {"schema_type": "dataframe", "columns": {}, "name": name}
    for column in contract.columns:
        made["columns"][column.name] = _written(out, column)
    keys = out.take(contract.table, "compound")
    for rule in keys[1:]:
        out.lose_rule(rule, "pandera has one key of several columns a schema")
    if keys:
        made["unique"] = list(keys[0].value)  # type: ignore[call-overload]  # a compound key is a tuple of names
    unexpected = out.take(contract.table, "unexpected")
    if unexpected and unexpected[0].value == "warn":
        out.lose_rule(unexpected[0], "pandera has no warning for columns that it does not know")
    made["strict"] = bool(unexpected) and unexpected[0].value == "error"
    if contract.description:
        made["description"] = contract.description
    return out.finish(dump(made))


def _written(out: Outgoing, column: Column) -> dict[str, Any]:
    nulls = out.one(column, "nulls")
    nullable = nulls is None or nulls.value != 0
    if nulls is not None and nullable:
        out.lose_rule(nulls, "pandera allows missing values or does not: here it allows them all")
    dtype = _STORED[column.type]
    if nullable:
        dtype = {"integer": "Int64", "boolean": "boolean"}.get(column.type, dtype)
    if column.timezone:
        dtype = f"datetime64[ns, {column.timezone}]"
    if column.type == "date":
        out.lose(
            column.place, f"the type of {quoted(column.name)}", "pandas has days as moments: times are let through"
        )
    made: dict[str, Any] = {"dtype": dtype, "nullable": nullable, "coerce": _converted(column.type, nullable=nullable)}
    made["required"] = out.one(column, "required") is not None
    if column.description:
        made["description"] = column.description
    if out.one(column, "unique"):
        made["unique"] = True
        if nullable:
            out.lose(column.place, f"a part of `unique` of {quoted(column.name)}", "pandera refuses two missing values")
    for check, args, rule in _rules(out, column):
        made[check] = _with_options(args, rule)
    return made


def _rules(out: Outgoing, column: Column) -> Iterator[tuple[str, dict[str, Any], Rule]]:
    carries = ("level", "name", "reason")
    simple = {
        "min": ("greater_than_or_equal_to", "min_value"),
        "max": ("less_than_or_equal_to", "max_value"),
    }
    for check, (theirs, arg) in simple.items():
        rule = out.one(column, check, carries=carries)
        if rule is not None:
            yield theirs, {arg: _moment(rule.value, column)}, rule
    rule = out.one(column, "values", carries=carries)
    if rule is not None:
        yield "isin", {"allowed_values": [_moment(value, column) for value in rule.value]}, rule  # type: ignore[attr-defined]  # a tuple
    rule = out.one(column, "pattern", carries=carries)
    pattern = out.pattern(rule, "python", "prefix") if rule is not None else None
    if rule is not None and pattern is not None:
        yield "str_matches", {"pattern": pattern}, rule
    rule = out.one(column, "length", carries=carries)
    if rule is not None:
        ends = {f"{end}_value": getattr(rule.value, end, None) for end in ("min", "max")}
        yield "str_length", ends, rule


def _moment(value: object, column: Column) -> object:
    """Return a value as pandera's reader wants it: moments as ``%Y-%m-%d %H:%M:%S``."""
    made = whole(value)
    if column.type in ("date", "datetime"):
        text = str(made).replace("T", " ")
        return text if " " in text else f"{text} 00:00:00"
    return made


def _with_options(args: dict[str, Any], rule: Rule) -> Any:  # noqa: ANN401 -- what YAML holds
    options: dict[str, Any] = {}
    if rule.level == "warn":
        options["raise_warning"] = True
    if rule.name:
        options["name"] = rule.name
    if rule.reason:
        options["error"] = rule.reason
    if not options and len(args) == 1:
        return next(iter(args.values()))
    return {**args, **options}


FORMAT: Final = Format(title=TITLE, read=read, write=write)
