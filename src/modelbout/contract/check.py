"""Hold a table to its contract: all findings of one pass, with counts and row numbers and never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from modelbout.config.wording import quoted
from modelbout.contract.division import divided
from modelbout.contract.passes import LOCATED_RULES, Answered, answer, locate
from modelbout.contract.plan import passes
from modelbout.contract.rules import check_named
from modelbout.data.engines.engine import Asked
from modelbout.data.table import engine_errors
from modelbout.results import Finding, HeldRule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.contract.kind import Setting
    from modelbout.contract.model import Contract, Rule
    from modelbout.contract.plan import Planned
    from modelbout.data.sources import Scan


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        findings: the broken rules, errors first, then in the order of the contract's lines.
        held: the rules that hold, in the same order.
        rules: how many rules the contract has, defaults included.
        rows: how many rows were read.
    """

    findings: tuple[Finding, ...]
    rules: int
    rows: int
    held: tuple[HeldRule, ...] = ()

    @property
    def passed(self) -> bool:
        """Return whether no rule of level ``error`` is broken."""
        return all(finding.level != "error" for finding in self.findings)


def check(scan: Scan, contract: Contract, *, role: str, setting: Setting | None = None) -> Checked:
    """Check every rule of the contract on the table, in as few passes as there can be; one more finds the first rows.

    Args:
        scan: the table, read as ``contract.reading()`` says.
        contract: what it promises.
        role: source, train or holdout; repeated in the findings.
        setting: what rules may ask about beside the table; default: nothing but the time of day.

    Raises:
        DataError: the rows cannot be read.
    """
    answered = Answered()
    shared = divided(scan, contract, setting)
    for part, _, rules in shared:
        answer(part, passes(rules), answered)
    broken = sorted(
        (one for _, _, rules in shared for one in rules if _failed(one, answered)), key=lambda one: one.number
    )
    sought = {one.number for one in broken[:LOCATED_RULES]}
    located: dict[int, tuple[int, ...]] = {}
    different: dict[int, int] = {}
    for part, _, rules in shared:
        looked_at = [one for one in rules if one.number in sought]
        located |= locate(part, looked_at, answered)
        different |= _different(part, looked_at, answered)
    findings = [_finding(one, answered, located.get(one.number, ()), role, different.get(one.number)) for one in broken]
    findings.sort(key=lambda finding: finding.level != "error")
    failed = {id(one.rule) for one in broken}
    held = tuple(_held(rule, role) for rule in contract.rules if id(rule) not in failed)
    return Checked(tuple(findings), len(contract.rules), answered.height, held)


def _different(scan: Scan, rules: Sequence[Planned], answered: Answered) -> dict[int, int]:
    """Return, by the rule's number, how many different values its failing rows hold; one pass for all rules."""
    asked = [(one, one.failing, one.measure.different) for one in rules]
    counts = {
        str(one.number): nw.when(failing).then(different).n_unique()
        for one, failing, different in asked
        if failing is not None and different is not None
    }
    if not counts:
        return {}
    means = scan.engine.means(Asked(counts=tuple(counts.values())))
    whole = scan if means or scan.exact is None else scan.exact
    with engine_errors(whole):
        found = whole.engine.aggregate(whole.lazy, None, counts)
    # The rows that keep the rule are one value more: none.
    others = {str(one.number): answered.failed(one) < answered.height for one in rules}
    return {int(number): count - others[number] for number, count in found.items()}


def _held(rule: Rule, role: str) -> HeldRule:
    return HeldRule(check=rule.check, rule=title(rule), role=role, line=rule.place.line)


def _failed(one: Planned, answered: Answered) -> int:
    """Return the failures, or 0 when the rule tolerates as many."""
    failed, rows = answered.failed(one), answered.rows(one)
    tolerance = one.rule.tolerance if one.measure.tolerance is None else one.measure.tolerance
    # 0.29 * 100 is 28.999999999999996 in binary: 29 rows of 100 keep a tolerance of 0.29.
    allowed = round(tolerance * rows, 6) if tolerance < 1 else tolerance
    return failed if failed > allowed else 0


def _finding(one: Planned, answered: Answered, numbers: tuple[int, ...], role: str, different: int | None) -> Finding:
    rule, measure, failed, rows = one.rule, one.measure, answered.failed(one), answered.rows(one)
    total = rows if measure.total is None else measure.total
    message = measure.message(failed, total) if measure.tell is None else measure.tell(answered.of(one), rows)
    if different is not None:
        message += "; they hold one value" if different == 1 else f"; they hold {different:,} different values"
    if rule.where is not None:
        message += f", of those where {quoted(rule.where.text)}"
    if rule.reason:
        message += f" (why the rule is there: {rule.reason})"
    fix = f"{measure.fix} Owner: {rule.owner}." if rule.owner else measure.fix
    grade = None if measure.grade is None else measure.grade(answered.of(one), rows)
    return Finding(
        check=rule.check,
        rule=title(rule),
        columns=measure.columns,
        level=grade or measure.level or rule.level,
        role=role,
        failed=failed,
        total=total,
        message=message,
        fix=fix,
        rows=numbers,
        place=rule.place,
    )


def title(rule: Rule) -> str:
    """Return what a rule is called: its name, or its key in the contract, or its check where it holds by default."""
    if rule.name:
        return rule.name
    if rule.stated and rule.place.key is not None:
        return rule.place.key
    key = check_named(rule.check).key
    return f"columns.{rule.column}.{key}" if rule.column else f"table.{key}"
