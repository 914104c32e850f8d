"""A contract on its way out: each of its rules is carried over, or told as a loss."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, cast

import yaml

from modelbout.config.wording import quoted
from modelbout.contract.checks.rows import Height
from modelbout.contract.exchange.form import Exported, Loss
from modelbout.contract.exchange.regex import RegexError, from_ours
from modelbout.contract.model import DEFAULT_MISSING
from modelbout.contract.rules import check_named
from modelbout.errors import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from modelbout.contract.exchange.regex import Anchoring, Dialect
    from modelbout.contract.foreign import Foreign
    from modelbout.contract.model import Column, Contract, Rule

# The value with which a rule asks for nothing.
NOTHING: Final[Mapping[str, tuple[object, ...]]] = {
    "nulls": (1.0,),
    "infinite": (True,),
    "nan": (True,),
    "required": (False,),
    "unique": (False,),
    "unexpected": ("allow",),
    "rows": (Height(min=0),),
}
# What a rule is without: left out, the rule would ask for more than the contract does.
_SOFTENERS: Final = ("level", "tolerance", "where")
_TEXTS: Final = ("reason", "owner", "name")


class Outgoing:
    """Hands the rules of a contract to a format's writer, and tells what the writer did not take."""

    def __init__(self, contract: Contract, title: str) -> None:
        self.contract = contract
        self._title = title
        self._losses: list[Loss] = []
        self._taken: set[int] = set()
        self._kept: set[str] = set()
        self._silent: dict[tuple[str, str], list[Rule]] = {}

    def lose(self, place: Place, what: str, why: str, fix: str = "") -> None:
        """Tell one loss."""
        self._losses.append(Loss(place, what, why, fix))

    def lose_rule(self, rule: Rule, why: str = "", fix: str = "") -> None:
        """Tell that a rule is not carried over."""
        self._taken.add(id(rule))
        why = why or f"{self._title} has no such rule"
        if not rule.stated:
            self._silent.setdefault((rule.check, why), []).append(rule)
            return
        about = f" of {quoted(rule.column)}" if rule.column else ""
        self.lose(rule.place, f"`{check_named(rule.check).key}`{about}", why, fix)

    def lose_part(self, rule: Rule, part: str, why: str) -> None:
        """Tell that a key of a rule's long form is not carried over."""
        place = Place(rule.place.file, rule.place.line, rule.place.column, f"{rule.place.key}.{part}")
        self.lose(place, f"`{part}` of `{check_named(rule.check).key}`", why)

    def take(self, rules: Collection[Rule], check: str, *, carries: Collection[str] = ()) -> list[Rule]:
        """Return the rules of one check that the format can say, and tell those that it cannot.

        A rule that only warns, tolerates or is about some rows is not handed out to a format that cannot say so:
        there it would refuse data that the contract accepts.

        Args:
            rules: of the table or of one column.
            check: the check's name.
            carries: the keys of the long form that the writer carries over.
        """
        found = []
        for rule in rules:
            if rule.check != check or id(rule) in self._taken:
                continue
            self._taken.add(id(rule))
            if rule.value in NOTHING.get(check, ()):
                continue
            lost = [part for part in _SOFTENERS if _has(rule, part) and part not in carries]
            if lost:
                why = f"{self._title} cannot say its `{lost[0]}`, and without it the rule would ask for more"
                self.lose_rule(rule, why)
                continue
            for part in _TEXTS:
                if _has(rule, part) and part not in carries:
                    self.lose_part(rule, part, f"{self._title} has no place for it")
            found.append(rule)
        return found

    def one(self, column: Column, check: str, *, carries: Collection[str] = ()) -> Rule | None:
        """Return the rule of one check on a column; a second one is told."""
        found = self.take(column.rules, check, carries=carries)
        for rule in found[1:]:
            self.lose_rule(rule, f"{self._title} has one such rule a column")
        return found[0] if found else None

    def keep(self, *names: str) -> None:
        """Say that the writer carries over such keys of the contract or its columns: description, format ..."""
        self._kept |= set(names)

    def target(self, rule: Rule) -> tuple[str, str]:
        """Return the name of the table that a column refers to, and its column there."""
        foreign = cast("Foreign", rule.value)
        name = PurePosixPath(foreign.table).stem
        if name != foreign.table:
            self.lose_part(rule, "table", f"{self._title} names tables and knows no paths: {quoted(name)}")
        return name, foreign.keys[0] if foreign.keys else rule.column or ""

    def pattern(self, rule: Rule, dialect: Dialect, anchoring: Anchoring) -> str | None:
        """Return a pattern in another dialect; None (and told) when there is none."""
        try:
            made = from_ours(str(rule.value), dialect, anchoring)
        except RegexError as error:
            self.lose_rule(rule, str(error))
            return None
        if made.remark:
            self.lose_part(rule, "is", made.remark)
        return made.pattern

    def finish(self, text: str) -> Exported:
        """Return the text with its losses, those of rules that nobody took among them, in the contract's order."""
        for rule in self.contract.rules:
            if id(rule) not in self._taken and rule.check != "type" and rule.value not in NOTHING.get(rule.check, ()):
                self.lose_rule(rule)
        for (check, why), rules in self._silent.items():
            columns = f" in {len(rules)} columns" if rules[0].column else ""
            self.lose(rules[0].place, f"`{check_named(check).key}`, which holds by itself{columns}", why)
        self._texts()
        losses = sorted(self._losses, key=lambda loss: (loss.place.line or 0, loss.place.column or 0))
        return Exported(text, tuple(losses))

    def _texts(self) -> None:
        contract = self.contract
        texts: list[tuple[str, object, Place, str]] = [
            ("table description", contract.description, contract.place, "description"),
            ("delimiter", contract.delimiter, contract.place, "read.delimiter"),
            ("encoding", contract.encoding, contract.place, "read.encoding"),
            ("missing", contract.missing != DEFAULT_MISSING, contract.place, "read.missing"),
        ]
        for column in contract.columns:
            key = column.place.key or ""
            texts += [
                (name, getattr(column, name), column.place, f"{key}.{name}")
                for name in ("description", "format", "timezone")
            ]
        for name, value, place, key in texts:
            if value and name not in self._kept:
                at = Place(place.file, place.line, place.column, key)
                self.lose(at, f"`{name}`", f"{self._title} has no place for it")


def _has(rule: Rule, part: str) -> bool:
    value = getattr(rule, part)
    return value not in ("error", 0, None, "")


def dump(value: object) -> str:
    """Return plain values as YAML that readers of 1.1 and 1.2 take alike."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)


def whole(value: object) -> object:
    """Return a number without a needless fraction, a date as its ISO text, anything else as it is."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
