"""Who answers which rules: the engine of the table, or Polars, where the engine would answer otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.contract.plan import planned
from modelbout.contract.rules import check_named
from modelbout.contract.table import table_of
from modelbout.data.engines.engine import Asked
from modelbout.data.engines.groups import repeated, repetitions

if TYPE_CHECKING:
    from modelbout.contract.kind import Key, Query, Setting, Table
    from modelbout.contract.model import Contract
    from modelbout.contract.plan import Planned
    from modelbout.data.sources import Scan

    Share = tuple[Scan, Table, tuple[Planned, ...]]


def divided(scan: Scan, contract: Contract, setting: Setting | None = None) -> tuple[Share, ...]:
    """Return the table with the rules that its engine answers, then the same table on Polars with the others.

    The number of rows is asked of the first, even when Polars answers every rule.

    Raises:
        DataError: the file's own description of its columns cannot be read.
    """
    table = table_of(scan, contract, setting)
    rules = planned(contract, table)
    if scan.exact is None:
        return ((scan, table, rules),)
    exact = table_of(scan.exact, contract, setting)
    pairs = list(zip(rules, planned(contract, exact), strict=True))
    own = tuple(one for one, _ in pairs if _within(one) and scan.engine.means(_asked(one)))
    numbers = {one.number for one in own}
    others = tuple(other for _, other in pairs if other.number not in numbers)
    return ((scan, table, own), (scan.exact, exact, others)) if others else ((scan, table, own),)


def _within(one: Planned) -> bool:
    """Tell whether a rule is about this table alone, and about answers rather than rows."""
    return one.measure.sample is None and not check_named(one.rule.check).beyond(one.rule.value)


def _asked(one: Planned) -> Asked:
    measure = one.measure
    masks = (one.failing, one.where)
    counted, located = _of_key(measure.key) if measure.key else (None, None)
    return Asked(
        masks=tuple(mask for mask in masks if mask is not None),
        counts=tuple(dict(one.counts()).values()),
        facts=tuple(measure.facts.values()),
        queries=tuple(query for query in (measure.query, counted) if query is not None),
        located=tuple(query for query in (measure.rows, located) if query is not None),
    )


def _of_key(key: Key) -> tuple[Query, Query]:
    return (
        lambda frame: repetitions(key.compared(frame), key.names),
        lambda frame: repeated(key.compared(frame), key.names),
    )
