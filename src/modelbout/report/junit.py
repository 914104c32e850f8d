"""A validation as JUnit XML, which the test views of CI systems read: one suite a table, one case a rule."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from typing import TYPE_CHECKING

from modelbout.report.escape import clean

if TYPE_CHECKING:
    from modelbout.results import Finding, ValidationResult

JUNIT_FILE = "validation.junit.xml"
TEXT_LIMIT = 2_000
"""Characters of a message; the test views show a few lines. Our own choice."""


def junit(result: ValidationResult, *, prefix: str = "") -> bytes:
    """Return the XML, in the dialect of Ant and Maven that all readers take.

    A rule of level ``warn`` that is broken is a case that was skipped, with the finding as its reason: the format knows
    no warnings. Rules beyond ``results.HELD_RULES`` that hold are one case, which says how many they are.

    Args:
        result: the validation.
        prefix: where the contract's directory lies in the repository, ending with a slash; empty for its root.
    """
    suites = ET.Element("testsuites", name=_attribute(f"contract of {result.model}"))
    roles = {table.role: table.rows for table in result.tables}
    totals: Counter[str] = Counter()
    file = None if result.contract is None else prefix + result.contract
    for role, rows in roles.items():
        suite = ET.SubElement(suites, "testsuite", name=_attribute(f"{result.model}: {role}"), timestamp=result.created)
        properties = ET.SubElement(suite, "properties")
        ET.SubElement(properties, "property", name="rows", value=str(rows))
        counts: Counter[str] = Counter()
        for finding in result.findings:
            if finding.role == role:
                case = _case(suite, finding.rule, file, finding.place.line)
                counts["failures" if finding.level == "error" else "skipped"] += 1
                _tell(case, finding)
        held = [rule for rule in result.held if rule.role == role]
        for rule in held:
            _case(suite, rule.rule, file, rule.line)
        counts["tests"] = sum(counts.values()) + len(held)
        _count(suite, counts)
        totals += counts
    more = result.rules - totals["tests"]
    if more > 0 and roles:
        suite = ET.SubElement(suites, "testsuite", name="rules that are not listed", timestamp=result.created)
        ET.SubElement(suite, "testcase", name=f"{more:,} more rules hold", classname=_attribute(result.model))
        _count(suite, Counter({"tests": 1}))
        totals["tests"] += 1
    _count(suites, totals)
    suites.set("time", str(result.seconds))
    ET.indent(suites)
    return b"%s\n" % ET.tostring(suites, encoding="utf-8", xml_declaration=True)


def _case(suite: ET.Element, rule: str, file: str | None, line: int | None) -> ET.Element:
    case = ET.SubElement(suite, "testcase", name=_attribute(rule), classname=str(suite.get("name")), time="0")
    if file is not None:
        case.set("file", _attribute(file))
        if line is not None:
            case.set("line", str(line))
    return case


def _tell(case: ET.Element, finding: Finding) -> None:
    rows = f"First rows: {', '.join(f'{row:,}' for row in finding.rows)}. " if finding.rows else ""
    if finding.level == "error":
        told = ET.SubElement(case, "failure", message=_attribute(finding.message), type=_attribute(finding.check))
        told.text = clean(f"{rows}{finding.fix}", limit=TEXT_LIMIT)
    else:
        ET.SubElement(case, "skipped", message=_attribute(f"warning: {finding.message}. {rows}{finding.fix}"))


def _count(element: ET.Element, counts: Counter[str]) -> None:
    for name in ("tests", "failures", "skipped"):
        element.set(name, str(counts[name]))
    element.set("errors", "0")


def _attribute(text: str) -> str:
    """Return the text without what XML 1.0 cannot hold (control characters, lone surrogates)."""
    return clean(text, limit=TEXT_LIMIT)
