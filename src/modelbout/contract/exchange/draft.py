"""A contract in the making, from another tool's schema: what no contract can say ends among its losses."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from modelbout.config.wording import quoted
from modelbout.config.yaml_tree import parse_yaml
from modelbout.contract.exchange.form import Imported, Loss
from modelbout.contract.expressions import WORDS
from modelbout.contract.load import parse_contract
from modelbout.contract.model import CONTRACT_FILE, CONTRACT_VERSION, DEFAULT_MISSING
from modelbout.contract.rules import checks_by_key
from modelbout.contract.writing import contract_text
from modelbout.errors import ConfigError, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelbout.config.yaml_tree import Node
    from modelbout.contract.exchange.regex import Anchoring, Dialect
    from modelbout.contract.writing import Plain
    from modelbout.errors import Problem
    from modelbout.manifest import ColumnType

# What a rule that holds by itself is when it asks for nothing: the other tool, silent, asks for nothing.
FREE: Final[Mapping[str, Plain]] = {
    "nulls": 1,
    "infinite": True,
    "required": False,
    "rows": {"min": 0},
    "unexpected": "allow",
}
# YAML wants a key within 1,024 characters (section 7.4.2 of its version 1.2.2), escapes and quotes included.
MAX_NAME: Final = 100
# Each round removes a rule that is refused; a file with more of them is told as one error.
MAX_ROUNDS: Final = 20


@dataclass
class Asked:
    """One rule to be, before the contract's own reader has seen it."""

    key: str
    value: Plain
    place: Place
    extras: dict[str, Plain] = field(default_factory=dict)


@dataclass
class DraftColumn:
    """One column to be."""

    name: str
    type: ColumnType
    place: Place
    rules: list[Asked] = field(default_factory=list)

    def ask(self, key: str, value: Plain, place: Place, **extras: Plain) -> Asked:
        """Add a rule, unless the same one stands there already."""
        rule = Asked(key, value, place, {name: part for name, part in extras.items() if part})
        if not any((old.key, old.value, old.extras) == (rule.key, rule.value, rule.extras) for old in self.rules):
            self.rules.append(rule)
        return rule

    def asks(self, key: str) -> bool:
        """Return whether a rule of the key is there."""
        return any(rule.key == key for rule in self.rules)

    def no_nulls(self) -> bool:
        """Return whether each row must have a value."""
        return any(rule.key == "nulls" and rule.value == 0 and not rule.extras for rule in self.rules)


class Draft:
    """Collects columns, rules and losses while a format reads its file."""

    def __init__(self, title: str, shown: str) -> None:
        self.title = title
        self.shown = shown
        self.columns: dict[str, DraftColumn] = {}
        self.table: list[Asked] = []
        self.losses: list[Loss] = []
        self.description = ""
        self.read: dict[str, Plain] = {}

    def lose(self, place: Place, what: str, why: str, fix: str = "") -> None:
        """Tell one loss."""
        self.losses.append(Loss(place, what, why, fix))

    def column(self, name: str, kind: ColumnType, place: Place) -> DraftColumn | None:
        """Add a column; None (and told) for a name that no contract can have, or the second of one name."""
        if name in self.columns or not 0 < len(name) <= MAX_NAME:
            why = (
                "its name stands here for the second time" if name in self.columns else "its name is empty or too long"
            )
            self.lose(place, f"column {quoted(name)}", why, "Rename it in the data.")
            return None
        self.columns[name] = DraftColumn(name, kind, place)
        return self.columns[name]

    def ask(self, key: str, value: Plain, place: Place, **extras: Plain) -> None:
        """Add a rule of the table."""
        rule = Asked(key, value, place, {name: part for name, part in extras.items() if part})
        if not any((old.key, old.value, old.extras) == (rule.key, rule.value, rule.extras) for old in self.table):
            self.table.append(rule)

    def express(self, text: str | None, place: Place, what: str, **extras: Plain) -> None:
        """Add an expression of the table; None = one that our language cannot say."""
        if text is None:
            self.lose(place, what, "a name or value in it cannot stand in an expression of the contract")
        else:
            self.ask("expressions", text, place, **extras)

    def refer(self, column: DraftColumn, table: str, field: str, place: Place, **extras: Plain) -> None:
        """Add a reference to another table, which the other tools name and Modelbout opens."""
        column.ask("references", {"table": table, **({"column": field} if field else {})}, place, **extras)
        what, fix = f"where the table {quoted(table)} lies", "Write its path, such as data/customers.csv."
        self.lose(place, what, "there it has a name, and Modelbout opens a path", fix)

    def pattern(
        self, column: DraftColumn, text: str, place: Place, dialect: Dialect, anchoring: Anchoring, **extras: Plain
    ) -> None:
        """Add a pattern, from another dialect of regular expressions."""
        from modelbout.contract.exchange.regex import RegexError, to_ours  # noqa: PLC0415 -- loads polars

        try:
            made = to_ours(text, dialect, anchoring)
        except RegexError as error:
            self.lose(place, f"the pattern of {quoted(column.name)}", str(error), "Write it as another rule.")
            return
        if made.remark:
            self.lose(place, f"a part of the pattern of {quoted(column.name)}", made.remark)
        column.ask("pattern", made.pattern, place, **extras)


def ref(name: str) -> str | None:
    """Return a column as it stands in an expression; None when its name has a backtick."""
    if "`" in name:
        return None
    plain = name.isascii() and name.isidentifier() and name not in WORDS
    return name if plain else f"`{name}`"


def literal(value: object, kind: ColumnType) -> str | None:
    """Return a value as it stands in an expression on a column of the type; None when there is no such literal."""
    match value:
        case bool():
            return str(value).lower() if kind == "boolean" else None
        case int() | float():
            return f"{value!r}".removesuffix(".0") if kind in ("integer", "number") else None
        case str() if kind in ("date", "datetime"):
            return value.replace(" ", "T")
        case str() if kind == "string":
            quote = "'" if '"' in value else '"'
            return None if quote in value or "\n" in value else f"{quote}{value}{quote}"
    return None


def comparison(column: DraftColumn, sign: str, value: object) -> str | None:
    """Return ``column sign value`` as an expression, None when our language cannot say it."""
    name = ref(column.name)
    if isinstance(value, list | tuple):
        texts = [literal(one, column.type) for one in value]
        right = None if not texts or None in texts else f"[{', '.join(str(text) for text in texts)}]"
    else:
        right = literal(value, column.type)
    return None if name is None or right is None else f"{name} {sign} {right}"


def bound(
    draft: Draft, column: DraftColumn, end: str, value: object, place: Place, *, strict: bool = False, **extras: Plain
) -> None:
    """Ask for an end of a range; one that is not itself included becomes an expression, or the next whole number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        draft.lose(place, f"`{end}` of {quoted(column.name)}", "it is neither a number nor a date")
        return
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return
    if column.type == "integer" and isinstance(value, int | float):
        whole = int(value)
        if strict or whole != value:
            strict_end = value if whole != value else value + (1 if end == "min" else -1)
            value = int(-(-strict_end // 1)) if end == "min" else int(strict_end // 1)
        column.ask(end, int(value), place, **extras)
    elif strict:
        text = comparison(column, ">" if end == "min" else "<", value)
        draft.express(text, place, f"the strict `{end}` of {quoted(column.name)}", **extras)
    else:
        column.ask(end, value.replace(" ", "T") if isinstance(value, str) else value, place, **extras)


def settle(draft: Draft) -> Imported:
    """Return the contract of a draft; a rule that the contract's own reader refuses becomes a loss.

    Raises:
        ConfigError: the draft has no columns, or is larger than a contract may be.
    """
    for _ in range(MAX_ROUNDS):
        text = draft_text(draft)
        try:
            contract = parse_contract(text, shown=CONTRACT_FILE)
        except ConfigError as error:
            _refused(draft, text, error.problems)
        else:
            losses = sorted(draft.losses, key=lambda loss: (loss.place.line or 0, loss.place.column or 0))
            return Imported(contract, text, tuple(losses))
    raise ConfigError(*error_of(draft))


def error_of(draft: Draft) -> tuple[Problem, ...]:
    """Return what the contract's reader still refuses."""
    try:
        parse_contract(draft_text(draft), shown=CONTRACT_FILE)
    except ConfigError as error:
        return error.problems
    return ()  # pragma: no cover -- it was refused a moment ago


def draft_text(draft: Draft) -> str:
    """Return the text of the draft, with what is free written down where the other tool is silent."""
    checks = checks_by_key("column")
    columns: dict[str, dict[str, Plain]] = {}
    for column in draft.columns.values():
        free = {key: value for key, value in FREE.items() if key in checks and _fits(key, column)}
        columns[column.name] = {"type": column.type, **_written(column.rules, free, "column")}
    free = {key: value for key, value in FREE.items() if key in checks_by_key("table")}
    sections: dict[str, Plain] = {}
    if draft.description:
        sections["description"] = draft.description
    sections |= {"table": _written(draft.table, free, "table"), "read": draft.read}
    head = [
        f"Imported from {draft.shown} ({draft.title}).",
        "Where that says nothing, this asks for nothing: tighten `nulls`, `rows` and `unexpected` as you review it.",
    ]
    return contract_text(head, sections, columns, version=CONTRACT_VERSION)


def _fits(key: str, column: DraftColumn) -> bool:
    kinds = checks_by_key("column")[key].types
    return not kinds or column.type in kinds


def _written(rules: Sequence[Asked], free: Mapping[str, Plain], scope: str) -> dict[str, Plain]:
    """Return the keys of the rules; what holds by itself is left out, what is free and was not asked is written."""
    checks = checks_by_key("table" if scope == "table" else "column")
    grouped: dict[str, list[Asked]] = {}
    for rule in rules:
        grouped.setdefault(rule.key, []).append(rule)
    keys: dict[str, Plain] = {key: value for key, value in free.items() if key not in grouped}
    for key, group in grouped.items():
        main = checks[key].main if key in checks else "is"
        forms = [_long(rule, main) for rule in group]
        if key in checks and checks[key].many:
            keys[key] = forms
        elif len(group) > 1:
            keys[key] = [{main: rule.value, **rule.extras} for rule in group]
        elif not (key in free and not group[0].extras and _default(key, group[0].value)):
            keys[key] = forms[0]
    return keys


def _long(rule: Asked, main: str) -> Plain:
    return {main: rule.value, **rule.extras} if rule.extras else rule.value


def _default(key: str, value: Plain) -> bool:
    return {"nulls": 0, "infinite": False, "required": True, "rows": {"min": 1}, "unexpected": "error"}[key] == value


def _refused(draft: Draft, text: str, problems: Sequence[Problem]) -> None:
    """Move each rule that a problem is about to the losses.

    Raises:
        ConfigError: a problem is about no rule.
    """
    starts = _starts(draft, parse_yaml(text, shown=CONTRACT_FILE))
    positions = [start for start, _, _ in starts]
    gone: list[Asked] = []
    for problem in problems:
        at = bisect_right(positions, (problem.place.line or 0, problem.place.column or 0)) - 1
        if at < 0 or starts[at][1] is None:
            raise ConfigError(problem)
        _, rule, rules = starts[at]
        if rule is None or any(rule is one for one in gone):
            continue
        gone.append(rule)
        rules[:] = [one for one in rules if one is not rule]
        draft.lose(rule.place, f"what would be `{rule.key}`", problem.found, problem.fix)


_Start = tuple[tuple[int, int], "Asked | None", "list[Asked]"]


def _starts(draft: Draft, root: Node) -> list[_Start]:
    """Return where each rule of the written draft begins, in order; None where something else does."""
    starts: list[_Start] = []

    def walk(node: Node | None, rules: list[Asked]) -> None:
        for key, value, place in node.entries if node is not None else ():
            mine = [rule for rule in rules if rule.key == key]
            starts.append((_at(place), mine[0] if mine else None, rules))
            if len(mine) > 1:
                starts.extend((_at(item.place), rule, rules) for item, rule in zip(value.items, mine, strict=True))

    for key, value, place in root.entries:
        starts.append((_at(place), None, []))
        if key == "table":
            walk(value, draft.table)
        for name, column, where in value.entries if key == "columns" else ():
            starts.append((_at(where), None, []))
            walk(column, draft.columns[name].rules)
    return sorted(starts, key=lambda start: start[0])


def _at(place: Place) -> tuple[int, int]:
    return place.line or 0, place.column or 0


def missing_texts(draft: Draft, texts: Sequence[str]) -> None:
    """Say which texts mean "no value"."""
    if tuple(texts) != DEFAULT_MISSING:
        draft.read["missing"] = list(texts)
