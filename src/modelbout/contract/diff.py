"""What changed between two contracts, and which changes break those who write or read the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.config.wording import quoted
from modelbout.contract.rules import check_named
from modelbout.errors import Place
from modelbout.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.contract.kind import Check
    from modelbout.contract.model import Column, Contract, Rule

_READING: Final = ("missing", "delimiter", "encoding")
_FORMAT: Final = ("format", "timezone")


class Change(Record, frozen=True):
    """One change: where it stands (in the new contract when it is there), what it is, and why it breaks or not."""

    key: str
    breaking: bool
    what: str
    reason: str
    place: Place = Place()

    def __str__(self) -> str:
        """Return the change as one line."""
        word = "breaking" if self.breaking else "fine"
        return f"{word}: {self.key}: {self.what} ({self.reason})"


def diff(old: Contract, new: Contract) -> tuple[Change, ...]:
    """Return the changes, those of the table first, then column by column.

    A change is breaking when a column goes or changes its type, or when data that kept the old contract may fail the
    new one: fewer values, a narrower range, a column newly required. A rule of level ``warn`` breaks nothing.
    """
    changes = [*_reading(old, new), *_rules("table", old.table, new.table, new.place)]
    for column in old.columns:
        other = new.column(column.name)
        if other is None:
            changes.append(
                Change(
                    key=_key(column),
                    breaking=True,
                    what="column removed",
                    reason="its readers miss it",
                    place=column.place,
                )
            )
        else:
            changes += [*_formats(column, other), *_rules(_key(column), column.rules, other.rules, other.place)]
    changes += [_added(column) for column in new.columns if old.column(column.name) is None]
    return tuple(changes)


def _key(column: Column) -> str:
    return column.place.key or f"columns.{column.name}"


def _added(column: Column) -> Change:
    required = column.rule("required")
    needed = required is not None and _holds(required) and required.value is True
    return Change(
        key=_key(column),
        breaking=needed,
        what="column added",
        reason="tables without it fail now" if needed else "tables may come without it",
        place=column.place,
    )


def _reading(old: Contract, new: Contract) -> Iterator[Change]:
    for key in _READING:
        before, after = getattr(old, key), getattr(new, key)
        if before != after and not (key == "missing" and set(before) == set(after)):
            reason = "files written for the old one are read differently"
            yield Change(key=f"read.{key}", breaking=True, what="changed", reason=reason, place=new.place)


def _formats(old: Column, new: Column) -> Iterator[Change]:
    for key in _FORMAT:
        if getattr(old, key) != getattr(new, key):
            reason = "files written for the old one are read differently"
            yield Change(key=f"{_key(new)}.{key}", breaking=True, what="changed", reason=reason, place=new.place)


def _rules(key: str, old: tuple[Rule, ...], new: tuple[Rule, ...], place: Place) -> Iterator[Change]:
    for name in dict.fromkeys(rule.check for rule in (*old, *new)):
        before = [rule for rule in old if rule.check == name]
        after = [rule for rule in new if rule.check == name]
        check = check_named(name)
        for first, second in _pairs(before, after) if check.many else [(_first(before), _first(after))]:
            yield from _change(f"{key}.{check.key}", check, first, second, place)


def _first(rules: list[Rule]) -> Rule | None:
    return rules[0] if rules else None


def _pairs(old: list[Rule], new: list[Rule]) -> list[tuple[Rule | None, Rule | None]]:
    """Pair the rules of a list: those that say the same, then those of the same name; the rest came or went."""
    pairs: list[tuple[Rule | None, Rule | None]] = []
    left = list(new)
    for rule in old:
        same = next((one for one in left if one.value == rule.value), None)
        named = next((one for one in left if rule.name and one.name == rule.name), None)
        partner = same or named
        if partner is not None:
            left.remove(partner)
        pairs.append((rule, partner))
    return pairs + [(None, rule) for rule in left]


def _holds(rule: Rule | None) -> bool:
    return rule is not None and rule.level == "error"


def _change(key: str, check: Check, old: Rule | None, new: Rule | None, place: Place) -> Iterator[Change]:
    """Yield the change of one rule, if there is one that data could notice."""
    if not any(rule.stated for rule in (old, new) if rule is not None):
        # What holds by default comes and goes with the type, whose change is told.
        return
    moved = check.compare(
        old.value if old is not None and _holds(old) else None, new.value if new is not None and _holds(new) else None
    )
    what = "changed"
    if old is None or new is None:
        what = "rule added" if old is None else "rule removed"
    elif _holds(old) != _holds(new):
        what = "now an error" if _holds(new) else "now a warning"
    elif moved == "same" and _holds(new) and old.tolerance != new.tolerance:
        what = "tolerance changed"
        # A share and a number of rows cannot be held against each other without a table.
        comparable = (old.tolerance < 1) == (new.tolerance < 1) or 0 in (old.tolerance, new.tolerance)
        moved = "looser" if comparable and new.tolerance > old.tolerance else "tighter"
    if moved == "same":
        return
    label = new or old
    shown = f" {quoted(label.name)}" if label is not None and label.name else ""
    yield Change(
        key=key,
        breaking=moved == "tighter",
        what=f"{what}{shown}",
        reason=check.breaks if moved == "tighter" else "data that kept the old rule keep this one",
        place=new.place if new is not None else place,
    )
