"""From a contract and a table to as few passes over the rows as possible; the plan can be shown before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from modelbout.contract.rules import check_named
from modelbout.data.engines.engine import RAW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import narwhals as nw

    from modelbout.contract.kind import Measure, Table
    from modelbout.contract.model import Contract, Rule

ROWS: Final = f"{RAW}\nrows"

PassKind = Literal["rules", "key", "groups", "sample"]


@dataclass(frozen=True)
class Planned:
    """A rule with the way in which it is counted on this table.

    Attributes:
        rule: the rule.
        measure: how it is counted.
        number: its place in the plan.
        where: the rows that it is about; None = all of them.
    """

    rule: Rule
    measure: Measure
    number: int
    where: nw.Expr | None = None

    @property
    def plain(self) -> bool:
        """Return whether the rule is one mask, which is counted in the pass of all others, whatever its condition."""
        return self.measure.failed is None and self.measure.key is None

    @property
    def group(self) -> str:
        """Return the condition whose rows the rule has a table of its own for; empty = the whole table."""
        return "" if self.plain or self.rule.where is None else self.rule.where.text

    @property
    def name(self) -> str:
        """Return the name of the number of rows that fail a rule which is one mask or one key."""
        return f"{RAW}\nfailing {self.number}"

    @property
    def among(self) -> str:
        """Return the name of the number of rows that a plain rule is about."""
        return f"{ROWS} where {self.rule.where.text}" if self.rule.where is not None and self.plain else ROWS

    @property
    def failing(self) -> nw.Expr | None:
        """Return the mask of the rows that fail, among those that the rule is about."""
        mask = self.measure.failing
        return mask if mask is None or self.where is None else mask & self.where

    def counts(self) -> Iterator[tuple[str, nw.Expr]]:
        """Yield the whole numbers that the rule asks for in the pass of all rules."""
        if self.plain and self.failing is not None:
            yield self.name, self.failing.sum()
            if self.where is not None:
                yield self.among, self.where.sum()
        yield from self.measure.counts.items()


@dataclass(frozen=True)
class Pass:
    """One reading of the table, or of the rows under one condition.

    Attributes:
        kind: what it works out.
        rules: the rules that need it.
        where: the condition's text; empty = all rows.
        filter: the condition.
    """

    kind: PassKind
    rules: tuple[Planned, ...]
    where: str = ""
    filter: nw.Expr | None = None

    @cached_property
    def counts(self) -> Mapping[str, nw.Expr]:
        """The whole numbers that are worked out, by name: rules share one by giving it the same name."""
        pairs = (pair for one in self.rules for pair in one.counts())
        return dict(pairs) if self.kind == "rules" else {}

    @cached_property
    def facts(self) -> Mapping[str, nw.Expr]:
        """The other aggregates, by name."""
        pairs = (pair for one in self.rules for pair in one.measure.facts.items())
        return dict(pairs) if self.kind == "rules" else {}


def planned(contract: Contract, table: Table) -> tuple[Planned, ...]:
    """Return every rule that has something to look at on this table, in the order of the contract's lines."""
    ordered = sorted(contract.rules, key=lambda rule: (rule.place.line or 0, rule.place.column or 0))
    return tuple(_planned(ordered, table))


def _planned(rules: Iterable[Rule], table: Table) -> Iterator[Planned]:
    number = 0
    for rule in rules:
        where = None if rule.where is None else rule.where.mask(table.fields)
        if rule.where is not None and where is None:
            # A column of the condition is gone or of another type, which its own rules tell.
            continue
        measure = check_named(rule.check).measure(rule, table)
        if measure is not None:
            yield Planned(rule, measure, number, where)
            number += 1


def passes(rules: Iterable[Planned]) -> tuple[Pass, ...]:
    """Return the passes that answer every rule, the one over all rows first.

    Raises nothing and reads nothing: which rows fail is a pass that a failure asks for.
    """
    groups: dict[str, list[Planned]] = {"": []}
    for one in rules:
        groups.setdefault(one.group, []).append(one)
    return tuple(found for where, members in groups.items() for found in _of_group(where, tuple(members)))


def _of_group(where: str, members: tuple[Planned, ...]) -> Iterator[Pass]:
    mask = members[0].where if where else None
    # The number of rows is always asked for.
    yield Pass("rules", members, where, mask)
    for one in members:
        if one.measure.key is not None:
            # In the pass of the others, the engine would hold back their columns while it sorts keys: three such
            # counts on 10 million rows took 2.3 GB.
            yield Pass("key", (one,), where, mask)
        if one.measure.query is not None:
            yield Pass("groups", (one,), where, mask)
    sampled = tuple(one for one in members if one.measure.sample is not None)
    if sampled:
        yield Pass("sample", sampled, where, mask)
