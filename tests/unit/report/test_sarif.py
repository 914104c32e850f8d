from __future__ import annotations

import json
from typing import Any

from modelbout.errors import Place
from modelbout.report.sarif import RESULTS_LIMIT, TEXT_LIMIT, sarif
from tests.unit.report.test_junit import finding, validation


def run(document: bytes) -> dict[str, Any]:
    found = json.loads(document)
    assert found["version"] == "2.1.0"
    (only,) = found["runs"]
    return dict(only)


def test_a_finding_stands_on_its_line_with_its_level() -> None:
    made = run(sarif(validation(finding(), finding(level="warn", check="nulls")), prefix="models/churn/"))
    assert [rule["id"] for rule in made["tool"]["driver"]["rules"]] == ["min", "nulls"]
    first, second = made["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("min", 0, "error")
    assert (second["ruleId"], second["ruleIndex"], second["level"]) == ("nulls", 1, "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "models/churn/contract.yaml"
    assert place["region"] == {"startLine": 7, "startColumn": 3}
    assert first["message"]["text"] == "source: 3 of 10 rows are odd. First rows: 1, 20, 3,000. Mend the rows."


def test_the_fingerprint_is_that_of_the_rule_not_of_its_line_or_count() -> None:
    moved = finding("9 of 10 rows are odd", failed=9, place=Place(file="contract.yaml", line=70))
    other = finding(rule="columns.age.max")
    made = run(sarif(validation(finding(), moved, other)))
    prints = [found["partialFingerprints"]["modelbout/v1"] for found in made["results"]]
    assert prints[0] == prints[1] != prints[2]


def test_names_and_messages_are_harmless_and_bounded() -> None:
    hostile = "a b/../%2e\x00\u202e[x](javascript:1)\ud800"
    made = run(sarif(validation(finding("m" * 5000, rule=hostile, place=Place(file=hostile)))))
    (result,) = made["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert " " not in uri
    assert "\x00" not in uri
    assert len(result["message"]["text"]) <= TEXT_LIMIT
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_no_more_results_than_code_scanning_shows() -> None:
    made = run(sarif(validation(*[finding(rule=str(number)) for number in range(RESULTS_LIMIT + 1)])))
    assert len(made["results"]) == RESULTS_LIMIT
    assert run(sarif(validation()))["results"] == []
