"""Say how a contract is checked before any row is read: which passes, for which rules, with how many aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelbout.contract.check import title
from modelbout.contract.division import divided
from modelbout.contract.plan import passes
from modelbout.record import Record

if TYPE_CHECKING:
    from modelbout.contract.kind import Setting
    from modelbout.contract.model import Contract
    from modelbout.contract.plan import Pass, Planned
    from modelbout.data.sources import Scan

# What the passes of a plan are for, in words.
_PURPOSE: Final = {
    "rules": "all counts and aggregates",
    "key": "repeated values, in 8 bytes a row",
    "groups": "groups of rows, which are no aggregate of the whole table",
    "sample": "rows that are looked at in memory",
}


class PlannedPass(Record, frozen=True):
    """One reading of the table.

    Attributes:
        engine: what runs it: where the table's engine would answer otherwise than Polars, Polars is asked.
        kind: rules, key, groups or sample.
        purpose: the same in words.
        rules: how many rules it answers.
        aggregates: how many different ones the engine works out; rules share them.
        where: the condition whose rows alone are read; empty = all rows.
        keys: the places of the rules in the contract, for all but the pass of all rules.
        most: rows that are looked at in memory; None = all of them, or no sample.
    """

    engine: str
    kind: str
    purpose: str
    rules: int
    aggregates: int
    where: str = ""
    keys: tuple[str, ...] = ()
    most: int | None = None


class Explained(Record, frozen=True):
    """The plan of one table.

    Attributes:
        role: source, train or holdout.
        engine: what runs it.
        columns: columns of the table.
        rules: rules of the contract.
        idle: rules that the columns alone settle, such as `required`, or those of a column that is not there.
        passes: the readings, in their order.
        located: rules whose first failing rows one more pass would find.
    """

    role: str
    engine: str
    columns: int
    rules: int
    idle: int
    passes: tuple[PlannedPass, ...]
    located: int


def explain(scan: Scan, contract: Contract, *, role: str, setting: Setting | None = None) -> Explained:
    """Return the plan by which ``check`` would read the table; reads no row.

    Raises:
        DataError: the file's own description of its columns cannot be read.
    """
    shares = divided(scan, contract, setting)
    rules = [one for _, _, some in shares for one in some]
    return Explained(
        role=role,
        engine=scan.engine.name,
        columns=len(scan.columns),
        rules=len(contract.rules),
        idle=len(contract.rules) - len(rules),
        passes=tuple(_pass(one, part.engine.name) for part, _, some in shares for one in passes(some)),
        located=sum(any((one.measure.failing is not None, one.measure.rows, one.measure.key)) for one in rules),
    )


def _pass(one: Pass, engine: str) -> PlannedPass:
    answered = one.rules if one.kind != "rules" else tuple(rule for rule in one.rules if _asks(rule))
    limits = [rule.measure.sample.most for rule in one.rules if one.kind == "sample" and rule.measure.sample]
    return PlannedPass(
        engine=engine,
        kind=one.kind,
        purpose=_PURPOSE[one.kind],
        rules=len(answered),
        # The number of rows is one more.
        aggregates=len(one.counts) + len(one.facts) + (one.kind == "rules"),
        where=one.where,
        keys=() if one.kind == "rules" else tuple(title(rule.rule) for rule in answered),
        most=None if not limits or None in limits else max(limit for limit in limits if limit is not None),
    )


def _asks(one: Planned) -> bool:
    """Tell whether a rule needs the pass of all rules; what depends on the columns alone needs none."""
    return bool(dict(one.counts()) or one.measure.facts)
