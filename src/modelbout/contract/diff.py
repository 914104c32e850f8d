"""What changed between two contracts, and which changes break those who write or read the data."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Final

from modelbout.config.wording import printable, quoted
from modelbout.contract.literals import shown as written
from modelbout.contract.rules import check_named
from modelbout.contract_diff import ContractChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from modelbout.contract.kind import Change, Check
    from modelbout.contract.model import Column, Contract, Rule
    from modelbout.errors import Place

_READING: Final = ("missing", "delimiter", "encoding")
_FORMAT: Final = ("format", "timezone")
# Ours: what a reader takes in at a glance; the whole rule is in the two files.
_LONGEST: Final = 120

_OTHERS: Final = "\N{HORIZONTAL ELLIPSIS}"
_LOOSER: Final = "data that kept the old rule keep this one"
_OTHER_FILES: Final = "files written for the old one are read differently"


def diff(old: Contract, new: Contract) -> tuple[ContractChange, ...]:
    """Return the changes, those of the table first, then column by column.

    A change is breaking when a column goes or changes its type, or when data that kept the old contract may fail the
    new one: fewer values, a narrower range, a column newly required. A rule of level ``warn`` breaks nothing.
    """
    changes = [*_reading(old, new), *_rules("table", None, old.table, new.table, new.place)]
    added = [column for column in new.columns if old.column(column.name) is None]
    for column in old.columns:
        other = new.column(column.name)
        if other is None:
            changes.append(_removed(column, added))
        else:
            changes += _formats(column, other)
            changes += _rules(_key(column), column.name, column.rules, other.rules, other.place)
    changes += [_added(column) for column in added]
    return tuple(changes)


def _key(column: Column) -> str:
    return column.place.key or f"columns.{column.name}"


def _removed(column: Column, added: Sequence[Column]) -> ContractChange:
    alike = [other for other in added if _asked(other) == _asked(column)]
    renamed = f"; is it {quoted(alike[0].name)} now, which asks for the same?" if len(alike) == 1 else ""
    return ContractChange(
        key=_key(column),
        column=column.name,
        breaking=True,
        what="column removed",
        reason=f"its readers miss it{renamed}",
        place=column.place,
    )


def _asked(column: Column) -> tuple[object, ...]:
    """Return what a column asks for, whatever it is called and wherever it stands."""
    rules = sorted((rule.check, str(rule.value), rule.level, rule.tolerance, _where(rule)) for rule in column.rules)
    return column.type, column.format, column.timezone, tuple(rules)


def _added(column: Column) -> ContractChange:
    required = column.rule("required")
    needed = required is not None and _holds(required) and required.value is True
    return ContractChange(
        key=_key(column),
        column=column.name,
        breaking=needed,
        what="column added",
        reason="tables without it fail now" if needed else "tables may come without it",
        place=column.place,
    )


def _reading(old: Contract, new: Contract) -> Iterator[ContractChange]:
    for key in _READING:
        before, after = getattr(old, key), getattr(new, key)
        if before != after and not (key == "missing" and set(before) == set(after)):
            yield _read(f"read.{key}", None, before, after, new.place)


def _formats(old: Column, new: Column) -> Iterator[ContractChange]:
    for key in _FORMAT:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield _read(f"{_key(new)}.{key}", new.name, before, after, new.place)


def _read(key: str, column: str | None, before: object, after: object, place: Place) -> ContractChange:
    """Return a change of the way in which files are read."""

    def said(value: object) -> str | None:
        if value is None:
            return None
        return said_of([f'"{printable(part)}"' for part in value] if isinstance(value, tuple) else quoted(str(value)))

    return ContractChange(
        key=key,
        column=column,
        breaking=True,
        what="changed",
        reason=_OTHER_FILES,
        before=said(before),
        after=said(after),
        place=place,
    )


def _rules(
    key: str, column: str | None, old: tuple[Rule, ...], new: tuple[Rule, ...], place: Place
) -> Iterator[ContractChange]:
    for name in dict.fromkeys(rule.check for rule in (*old, *new)):
        before = [rule for rule in old if rule.check == name]
        after = [rule for rule in new if rule.check == name]
        check = check_named(name)
        for first, second in _pairs(before, after, check):
            yield from _change(_Pair(f"{key}.{check.key}", column, check, first, second), place)


def _pairs(old: list[Rule], new: list[Rule], check: Check) -> list[tuple[Rule | None, Rule | None]]:
    """Pair the rules of one check: those that say the same, then of one name, then about the same rows.

    Of a check that the contract has once for each condition, what is left over is one rule about other rows; of one
    that it lists, the rest came or went.
    """
    left = list(new)
    partners: dict[int, Rule] = {}
    same: tuple[Callable[[Rule, Rule], bool], ...] = (
        lambda one, two: one.value == two.value and _where(one) == _where(two),
        lambda one, two: bool(one.name) and one.name == two.name,
        lambda one, two: not check.many and _where(one) == _where(two),
        lambda _one, _two: not check.many,
    )
    for alike in same:
        for number, rule in enumerate(old):
            partner = next((one for one in left if number not in partners and alike(rule, one)), None)
            if partner is not None:
                left.remove(partner)
                partners[number] = partner
    return [*((rule, partners.get(number)) for number, rule in enumerate(old)), *((None, rule) for rule in left)]


def _where(rule: Rule) -> str:
    return "" if rule.where is None else rule.where.text


def _holds(rule: Rule | None) -> bool:
    return rule is not None and rule.level == "error"


@dataclass(frozen=True)
class _Pair:
    """One rule in both contracts; None where it is not."""

    key: str
    column: str | None
    check: Check
    old: Rule | None
    new: Rule | None


def _change(pair: _Pair, place: Place) -> Iterator[ContractChange]:
    """Yield the change of one rule, if there is one that data could notice."""
    old, new, check = pair.old, pair.new, pair.check
    if not any(rule.stated for rule in (old, new) if rule is not None):
        # What holds by default comes and goes with the type, whose change is told.
        return
    moves: list[tuple[Change, str]] = [
        (
            check.compare(
                old.value if old is not None and _holds(old) else None,
                new.value if new is not None and _holds(new) else None,
            ),
            _presence(old, new),
        )
    ]
    if old is not None and new is not None and _holds(old) and _holds(new):
        moves += [(_rows(old, new), "condition changed"), (_tolerance(old, new), "tolerance changed")]
    moved = [(way, what) for way, what in moves if way != "same"]
    if not moved:
        return
    tighter = any(way == "tighter" for way, _ in moved)
    label = new or old
    named = f" {quoted(label.name)}" if label is not None and label.name else ""
    before, after = _told(old, new)
    yield ContractChange(
        key=pair.key,
        column=pair.column,
        breaking=tighter,
        what=", ".join(what for _, what in moved) + named,
        reason=check.breaks if tighter else _LOOSER,
        before=before,
        after=after,
        place=new.place if new is not None else place,
    )


def _presence(old: Rule | None, new: Rule | None) -> str:
    if old is None or new is None:
        return "rule added" if old is None else "rule removed"
    if _holds(old) != _holds(new):
        return "now an error" if _holds(new) else "now a warning"
    return "changed"


def _rows(old: Rule, new: Rule) -> Change:
    """Compare two conditions: a rule without one is about all rows; of two different ones nobody can tell."""
    if _where(old) == _where(new):
        return "same"
    return "looser" if old.where is None else "tighter"


def _tolerance(old: Rule, new: Rule) -> Change:
    if old.tolerance == new.tolerance:
        return "same"
    # A share and a number of rows cannot be held against each other without a table.
    comparable = (old.tolerance < 1) == (new.tolerance < 1) or 0 in (old.tolerance, new.tolerance)
    return "looser" if comparable and new.tolerance > old.tolerance else "tighter"


def _told(old: Rule | None, new: Rule | None) -> tuple[str | None, str | None]:
    """Return both rules in the words of the contract; of two long lists what went and what came."""
    before, after = (None if rule is None else rule.value for rule in (old, new))
    if isinstance(before, tuple) and isinstance(after, tuple) and max(map(len, map(_list, (before, after)))) > _LONGEST:
        gone = _list([part for part in before if part not in after], others=True)
        come = _list([part for part in after if part not in before], others=True)
        return _said(old, gone), _said(new, come)
    return _said(old), _said(new)


def _said(rule: Rule | None, value: str | None = None) -> str | None:
    """Return a rule in the words of the contract; None when nobody wrote it."""
    if rule is None or not rule.stated:
        return None
    parts = [said_of(rule.value) if value is None else value]
    if rule.tolerance:
        parts.append(f"tolerance {written(rule.tolerance)}")
    if rule.where is not None:
        parts.append(f"where {rule.where.text}")
    if rule.level != "error":
        parts.append(rule.level)
    return _short(", ".join(parts))


def said_of(value: object) -> str:
    """Return the value of a rule as text: as its author would write it, whatever the check made of it."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() | list() | set() | frozenset():
            return _short(_list(_ordered(value)))
        case dict():
            return _short(f"{{{', '.join(f'{key}: {said_of(part)}' for key, part in value.items())}}}")
    if isinstance(text := getattr(value, "text", None), str):
        return _short(text)
    if is_dataclass(value):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return said_of({name: part for name, part in parts.items() if part is not None and part != ()})
    return _short(written(value))


def _list(values: Iterable[object], *, others: bool = False) -> str:
    parts = [said_of(value) for value in values]
    return f"[{', '.join([_OTHERS, *parts] if others else parts)}]"


def _ordered(values: Iterable[object]) -> list[object]:
    return sorted(values, key=str) if isinstance(values, set | frozenset) else list(values)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + _OTHERS
