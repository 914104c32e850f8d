"""Hold a table to its contract: all findings of one pass, with counts and row numbers and never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.contract.plan import Planned, count, locate, planned, recount, table_of
from modelbout.results import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.contract.model import Contract
    from modelbout.data.sources import Scan


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        findings: the broken rules, errors first, then in the order of the contract's lines.
        rules: how many rules the contract has, defaults included.
        rows: how many rows were read.
    """

    findings: tuple[Finding, ...]
    rules: int
    rows: int

    @property
    def passed(self) -> bool:
        """Return whether no rule of level ``error`` is broken."""
        return all(finding.level != "error" for finding in self.findings)


def check(scan: Scan, contract: Contract, *, role: str) -> Checked:
    """Check every rule of the contract on the table, in one pass; a second one finds the first rows that fail.

    Args:
        scan: the table, read as ``contract.reading()`` says.
        contract: what it promises.
        role: source, train or holdout; repeated in the findings.

    Raises:
        DataError: the rows cannot be read.
    """
    rules = planned(contract, table_of(scan, contract))
    measures = [one.measure for one in rules]
    rows, counts = count(scan, measures)
    counts |= recount(scan, [one.measure for one in rules if _failed(one, counts, rows)])
    broken = [(one, failed) for one in rules if (failed := _failed(one, counts, rows))]
    located = locate(scan, [one.measure for one, _ in broken]) if broken else ()
    findings = [
        _finding(one, failed, rows, numbers, role) for (one, failed), numbers in zip(broken, located, strict=True)
    ]
    findings.sort(key=lambda finding: finding.level != "error")
    return Checked(tuple(findings), len(contract.rules), rows)


def _failed(one: Planned, counts: Mapping[str, int], rows: int) -> int:
    """Return the failures, or 0 when the rule tolerates as many."""
    failed = one.measure.failed(counts, rows)
    tolerance = one.rule.tolerance if one.measure.tolerance is None else one.measure.tolerance
    # 0.29 * 100 is 28.999999999999996 in binary: 29 rows of 100 keep a tolerance of 0.29.
    allowed = round(tolerance * rows, 6) if tolerance < 1 else tolerance
    return failed if failed > allowed else 0


def _finding(one: Planned, failed: int, rows: int, numbers: tuple[int, ...], role: str) -> Finding:
    rule, measure = one.rule, one.measure
    total = rows if measure.total is None else measure.total
    message = measure.message(failed, total)
    if rule.reason:
        message += f" (why the rule is there: {rule.reason})"
    fix = f"{measure.fix} Owner: {rule.owner}." if rule.owner else measure.fix
    return Finding(
        check=rule.check,
        rule=rule.name or rule.place.key or rule.check,
        columns=measure.columns,
        level=measure.level or rule.level,
        role=role,
        failed=failed,
        total=total,
        message=message,
        fix=fix,
        rows=numbers,
        place=rule.place,
    )
