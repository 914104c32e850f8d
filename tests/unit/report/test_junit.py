from __future__ import annotations

import xml.etree.ElementTree as ET

from modelbout.errors import Place
from modelbout.report.junit import junit
from modelbout.results import Finding, HeldRule, TableSummary, ValidationResult


def validation(*findings: Finding, held: tuple[HeldRule, ...] = (), rules: int | None = None) -> ValidationResult:
    return ValidationResult(
        model="churn",
        passed=not any(finding.level == "error" for finding in findings),
        tables=(TableSummary(role="source", files=(), rows=7043, columns=21),),
        rules=len(findings) + len(held) if rules is None else rules,
        findings=findings,
        contract="contract.yaml",
        seconds=0.5,
        created="2026-11-21T14:00:00Z",
        held=held,
    )


def finding(message: str = "3 of 10 rows are odd", **changes: object) -> Finding:
    given: dict[str, object] = {
        "check": "min",
        "rule": "columns.age.min",
        "columns": ("age",),
        "level": "error",
        "role": "source",
        "failed": 3,
        "total": 10,
        "message": message,
        "fix": "Mend the rows.",
        "rows": (1, 20, 3000),
        "place": Place(file="contract.yaml", line=7, column=3, key="columns.age.min"),
    }
    return Finding(**{**given, **changes})  # type: ignore[arg-type]


def test_a_broken_rule_is_a_failure_a_warning_is_skipped_and_the_rest_passes() -> None:
    result = validation(
        finding(),
        finding(level="warn", rule="soft", rows=()),
        held=(HeldRule(check="max", rule="columns.age.max", role="source", line=8),),
    )
    suites = ET.fromstring(junit(result, prefix="models/churn/"))  # noqa: S314 -- made by the line above
    assert (suites.tag, suites.get("tests"), suites.get("failures"), suites.get("skipped")) == (
        "testsuites",
        "3",
        "1",
        "1",
    )
    (suite,) = suites.findall("testsuite")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("churn: source", "3", "1")
    broken, soft, holds = suite.findall("testcase")
    assert (broken.get("name"), broken.get("file"), broken.get("line")) == (
        "columns.age.min",
        "models/churn/contract.yaml",
        "7",
    )
    failure = broken.find("failure")
    assert failure is not None
    assert failure.get("message") == "3 of 10 rows are odd"
    assert failure.text == "First rows: 1, 20, 3,000. Mend the rows."
    skipped = soft.find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "warning: 3 of 10 rows are odd. Mend the rows."
    assert (holds.get("name"), len(holds)) == ("columns.age.max", 0)


def test_rules_that_are_not_listed_are_counted() -> None:
    suites = ET.fromstring(junit(validation(finding(), rules=5001)))  # noqa: S314 -- as above
    assert suites.findall("testsuite")[1].findall("testcase")[0].get("name") == "5,000 more rules hold"
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")


def test_no_name_leaves_its_attribute_and_no_control_character_breaks_the_file() -> None:
    hostile = 'a"><failure/>\x00\x1b]0;x\x07\ud800&#x0;'
    suites = ET.fromstring(junit(validation(finding(hostile, rule=hostile, fix=hostile))))  # noqa: S314 -- as above
    (case,) = suites.iter("testcase")
    assert len(case.findall("failure")) == 1
    assert '"><failure/>' in str(case.get("name"))
    assert "\x1b" not in str(case.get("name"))


def test_a_validation_without_a_contract_has_a_suite_without_cases() -> None:
    bare = ValidationResult(
        model="churn", passed=True, tables=(), rules=0, findings=(), contract=None, seconds=0, created="x"
    )
    suites = ET.fromstring(junit(bare))  # noqa: S314 -- as above
    assert (suites.get("tests"), suites.findall("testsuite")) == ("0", [])
