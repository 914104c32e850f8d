"""The stage that holds the data to its contract."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from modelbout.contract.check import Checked, check
from modelbout.contract.rules import check_named
from modelbout.data.engines.choice import on_engine
from modelbout.data.table import load
from modelbout.errors import ConfigError, DataError, Problem
from modelbout.report.junit import JUNIT_FILE, junit
from modelbout.report.sarif import SARIF_FILE, sarif
from modelbout.results import HELD_RULES, VALIDATION_FILE, Finding, HeldRule, TableSummary, ValidationResult
from modelbout.stages.policy import with_policy
from modelbout.stages.setting import setting_of
from modelbout.stages.tables import contract_of, scans
from modelbout.stages.workspace import digest_of, now, read_result

if TYPE_CHECKING:
    from modelbout.contract.kind import Setting
    from modelbout.contract.model import Contract
    from modelbout.data.sources import Scan
    from modelbout.progress import Progress
    from modelbout.stages.tables import Role
    from modelbout.stages.workspace import Workspace


def validate(work: Workspace, progress: Progress) -> ValidationResult:
    """Check every table against the contract in one pass each, and leave ``validation.json``.

    Raises:
        ConfigError: the configuration or the contract is at fault.
        DataError: a table cannot be read at all.
    """
    began = time.perf_counter()
    work.begin(VALIDATION_FILE)
    contract = contract_of(work)
    return check_tables(work, progress, contract, scans(work, contract), began=began)


def check_tables(
    work: Workspace, progress: Progress, contract: Contract | None, opened: dict[Role, Scan], *, began: float
) -> ValidationResult:
    """Check every table and write the result, leaving what later stages wrote."""
    findings: list[Finding] = []
    tables: list[TableSummary] = []
    held: list[HeldRule] = []
    rules = 0
    for role, opening in opened.items():
        setting = setting_of(work, opening.columns, role, contract)
        step = progress.step(f"checking {role} against {work.config.data.contract or 'no contract'}")
        with step, ThreadPoolExecutor(max_workers=1) as beside:
            # The digest of a large file takes as long as a pass; `files` below tells when it cannot be had.
            beside.submit(getattr, opening, "digested")
            rules_of = with_policy(work, contract, role, opening.columns)
            table = on_engine(opening, work.config.data.engine)
            checked = checked_table(table, rules_of, role, setting)
        findings += checked.findings
        held += checked.held
        rules += checked.rules
        tables.append(
            TableSummary(
                role=role,
                files=opening.files,
                rows=checked.rows,
                columns=len(opening.columns),
                engine=table.engine.name,
                address=opening.address,
            )
        )
    result = ValidationResult(
        model=work.config.model,
        passed=not any(finding.level == "error" for finding in findings),
        tables=tuple(tables),
        rules=rules,
        findings=tuple(findings),
        contract=work.config.data.contract,
        contract_digest=contract_digest(work),
        held=tuple(held[:HELD_RULES]),
        seconds=round(time.perf_counter() - began, 3),
        created=now(),
    )
    work.write(VALIDATION_FILE, result)
    # The same for those who read other formats: test views, code scanning.
    work.save(JUNIT_FILE, junit(result, prefix=work.prefix))
    work.save(SARIF_FILE, sarif(result, prefix=work.prefix))
    return result


def checked_table(opening: Scan, contract: Contract | None, role: str, setting: Setting) -> Checked:
    """Check one table; without a contract only count its rows."""
    if contract is not None:
        return check(opening, contract, role=role, setting=setting)
    return Checked(findings=(), rules=0, rows=load(opening, opening.columns[:1]).height)


def contract_digest(work: Workspace) -> str | None:
    """Return the sha256 of the contract's file and what ``policy`` adds to it, or None when there is neither."""
    path, forbidden = work.config.data.contract, work.config.policy.forbidden
    text = b"" if path is None else (work.root / path).read_bytes()
    if not forbidden:
        return None if path is None else digest_of(text)
    return digest_of(text + "\n".join(("", *forbidden)).encode())


def require_valid(work: Workspace, progress: Progress) -> dict[Role, Scan]:
    """Open the tables, once, and return them if the last check speaks of these very files or a new one passes.

    Raises:
        DataError: the data breaks its contract; nothing may be trained on it.
    """
    began = time.perf_counter()
    contract = contract_of(work)
    opened = scans(work, contract)
    result = last_valid(work, contract, opened) or check_tables(work, progress, contract, opened, began=began)
    if not result.passed:
        raise DataError(*(as_problem(finding) for finding in result.findings))
    return opened


def last_valid(work: Workspace, contract: Contract | None, opened: dict[Role, Scan]) -> ValidationResult | None:
    """Return the stored result when contract and data files are, to the byte, those that it checked.

    A rule that looks beyond them, at the clock, another table or the champion, is held again.
    """
    if contract is not None and any(check_named(rule.check).beyond(rule.value) for rule in contract.rules):
        return None
    try:
        result = read_result(work.run / VALIDATION_FILE, ValidationResult, made_by="validate")
    except ConfigError:
        return None
    if result.model != work.config.model or result.contract_digest != contract_digest(work):
        return None
    checked = {table.role: table.files for table in result.tables}
    present = {role: opening.files for role, opening in opened.items()}
    # A table of a database has no files: nothing says that it is what it was.
    return result if checked == present and all(present.values()) else None


def as_problem(finding: Finding) -> Problem:
    """Return a finding of the contract as a problem to print: place, counts, row numbers, next step."""
    rows = f"; first rows {', '.join(map(str, finding.rows))}" if finding.rows else ""
    return Problem(
        found=f"{finding.role}: {finding.message}{rows}",
        fix=finding.fix,
        place=finding.place,
        level=finding.level,
    )
