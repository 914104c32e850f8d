"""Read contract.yaml into a frozen Contract; every fault in it is told at once, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from modelbout.catalogue import did_you_mean
from modelbout.config.wording import listed, quoted
from modelbout.config.yaml_tree import parse_yaml, read_yaml, scalar_value
from modelbout.contract.checks.type import CHECK as TYPE
from modelbout.contract.kind import Check, Context, refuse
from modelbout.contract.model import CONTRACT_VERSION, DEFAULT_MISSING, Column, Contract, Rule
from modelbout.contract.rules import checks_by_key, default_rules, read_rules, read_text
from modelbout.errors import ConfigError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from modelbout.config.yaml_tree import Node
    from modelbout.manifest import ColumnType

TOP_KEYS: Final = ("version", "description", "table", "read", "columns")
READ_KEYS: Final = ("missing", "delimiter", "encoding")
# Beside these, a column's keys are the checks.
COLUMN_KEYS: Final = ("format", "timezone", "description")


def load_contract(path: Path, *, shown: str) -> Contract:
    """Read a contract.

    Args:
        path: the file.
        shown: its path as it stands in messages and findings.

    Raises:
        ConfigError: it cannot be read, or is no contract; all its faults at once.
    """
    return _Loader().contract(read_yaml(path, shown=shown), shown)


def parse_contract(text: str, *, shown: str) -> Contract:
    """Read a contract from its text; see ``load_contract``."""
    return _Loader().contract(parse_yaml(text, shown=shown), shown)


class _Loader:
    """Walks the tree once and collects what is wrong."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def contract(self, root: Node, shown: str) -> Contract:
        top = self._mapping(root, TOP_KEYS)
        self._version(top.get("version"), root)
        missing, delimiter, encoding = self._read(top.get("read"))
        types = self._types(top.get("columns"), root)
        columns = tuple(self._columns(top.get("columns"), types))
        contract = Contract(
            columns=columns,
            table=self._table(top.get("table"), types, root.place),
            shown=shown,
            missing=missing,
            delimiter=delimiter,
            encoding=encoding,
            description=self._text(top.get("description")),
            place=root.place,
        )
        if self._problems:
            raise ConfigError(*sorted(self._problems, key=_position))
        return contract

    def _mapping(self, node: Node, known: tuple[str, ...]) -> dict[str, Node]:
        """Return the known keys of a mapping; the others are told."""
        if node.kind != "mapping":
            allowed = f"a mapping with {listed(tuple(f'`{key}`' for key in known), 'and')}"
            self._problems.append(Problem("found no mapping", allowed, "Write `key: value`.", node.place))
            return {}
        found: dict[str, Node] = {}
        for key, value, place in node.entries:
            if key in known:
                found[key] = value
            else:
                allowed = ", ".join(f"`{name}`" for name in known)
                fix = did_you_mean(key, known).strip() or "Remove it, or write one of the known keys."
                self._problems.append(Problem(f"unknown key {quoted(key)}", allowed, fix, place))
        return found

    def _take(self, read: Callable[[], object]) -> object:
        try:
            return read()
        except ConfigError as error:
            self._problems += error.problems
            return None

    def _text(self, node: Node | None) -> str:
        return str(self._take(lambda: read_text(node)) or "") if node is not None else ""

    def _version(self, node: Node | None, root: Node) -> None:
        if node is None:
            fix = f"Add `version: {CONTRACT_VERSION}` as the first line."
            self._problems.append(Problem("the key `version` is missing", "", fix, root.place))
        elif node.kind != "scalar" or node.tag != "int" or scalar_value(node) != CONTRACT_VERSION:
            fix = "A newer format needs a newer Modelbout."
            self._problems.append(Problem("this version is not known", f"{CONTRACT_VERSION}", fix, node.place))

    def _read(self, node: Node | None) -> tuple[tuple[str, ...], str | None, str | None]:
        if node is None:
            return DEFAULT_MISSING, None, None
        keys = self._mapping(node, READ_KEYS)
        missing: tuple[str, ...] = DEFAULT_MISSING
        if "missing" in keys:
            missing = cast("tuple[str, ...]", self._take(lambda: read_missing(keys["missing"])) or DEFAULT_MISSING)
        return missing, self._text(keys.get("delimiter")) or None, self._text(keys.get("encoding")) or None

    def _types(self, node: Node | None, root: Node) -> dict[str, ColumnType]:
        """Return the type of each column that has one: the other rules are read as that type."""
        if node is None or node.kind != "mapping" or not node.entries:
            place = root.place if node is None else node.place
            fix = "Add `columns:` with one line a column, or draft them with `modelbout contract infer`."
            self._problems.append(Problem("the contract names no columns", "", fix, place))
            return {}
        types: dict[str, ColumnType] = {}
        for name, column, place in node.entries:
            if column.kind != "mapping":
                fix = "Write `name: {type: string}`."
                self._problems.append(Problem(f"column {quoted(name)} has no rules", "a mapping", fix, place))
                continue
            kind = column.get("type")
            if kind is None:
                fix = f"Add `type:`, one of {', '.join(TYPE.schema['enum'])}."
                self._problems.append(Problem(f"column {quoted(name)} has no type", "", fix, place))
                continue
            # Its faults are told when the column's rules are read.
            try:
                rule = read_rules(TYPE, kind, Context(None, {}), name)[0]
            except ConfigError as error:
                self._problems += error.problems
                continue
            types[name] = cast("ColumnType", rule.value)
        return types

    def _columns(self, node: Node | None, types: Mapping[str, ColumnType]) -> list[Column]:
        checks = checks_by_key("column")
        columns = []
        for name, body, place in node.entries if node is not None else ():
            if name in types:
                columns.append(self._column(name, body, place, types, checks))
        return columns

    def _column(
        self, name: str, body: Node, place: Place, types: Mapping[str, ColumnType], checks: Mapping[str, Check]
    ) -> Column:
        keys = self._mapping(body, (*checks, *COLUMN_KEYS))
        context = Context(types[name], types)
        rules: list[Rule] = []
        for key, value in keys.items():
            # Of other columns than texts, `format` says how they are written: it is read below.
            if key in checks and (key != "format" or types[name] == "string"):
                rules += self._rules(checks[key], value, context, name)
        kind = types[name]
        for key, kinds in (("format", ("string", "date", "datetime")), ("timezone", ("datetime",))):
            if key in keys and kind not in kinds:
                found = f"`{key}` is for {listed(kinds)} columns; this one is {kind}"
                self._problems.append(Problem(found, "", f"Remove it, or write `type: {kinds[-1]}`.", keys[key].place))
        self._range(rules)
        return Column(
            name=name,
            type=kind,
            place=place,
            format=self._text(None if kind == "string" else keys.get("format")) or None,
            timezone=self._text(keys.get("timezone")) or None,
            description=self._text(keys.get("description")),
            rules=(*rules, *default_rules(checks, keys, context, place, name)),
        )

    def _rules(self, check: Check, node: Node, context: Context, column: str | None) -> tuple[Rule, ...]:
        return cast("tuple[Rule, ...]", self._take(lambda: read_rules(check, node, context, column)) or ())

    def _range(self, rules: list[Rule]) -> None:
        ends = {rule.check: rule for rule in rules if rule.check in ("min", "max") and rule.where is None}
        if len(ends) == len(("min", "max")) and ends["min"].value > ends["max"].value:  # type: ignore[operator]  # both are of the column's type
            fix = "Swap them, or correct one."
            self._problems.append(Problem("`max` lies below `min`: no value fits", "", fix, ends["max"].place))

    def _table(self, node: Node | None, types: Mapping[str, ColumnType], root: Place) -> tuple[Rule, ...]:
        checks = checks_by_key("table")
        keys = self._mapping(node, tuple(checks)) if node is not None else {}
        context = Context(None, types)
        rules: list[Rule] = []
        for key, value in keys.items():
            rules += self._rules(checks[key], value, context, None)
        place = node.place if node is not None else root
        return (*rules, *default_rules(checks, keys, context, place, None))


def read_missing(node: Node) -> tuple[str, ...]:
    """Read the texts that mean "no value".

    Raises:
        ConfigError: it is no list of texts.
    """
    if node.kind != "sequence":
        raise refuse(node, "found no list", "a list of texts", 'Write `missing: ["", "NA"]`.')
    for item in node.items:
        # Unquoted, `null` and `~` are no texts, and 1.0 is hardly what means "no value".
        if item.kind != "scalar" or item.tag in ("null", "bool"):
            raise refuse(item, "found no text", "a text", 'Quote it: `missing: ["", "null"]`.')
    return tuple(dict.fromkeys(item.text for item in node.items))


def _position(problem: Problem) -> tuple[int, int]:
    return problem.place.line or 0, problem.place.column or 0
