"""A validation as SARIF 2.1.0, which GitHub's code scanning and editors read: findings on the contract's lines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from modelbout import __version__
from modelbout.report.escape import clean

if TYPE_CHECKING:
    from modelbout.results import Finding, ValidationResult

SARIF_FILE = "validation.sarif"
SARIF_VERSION = "2.1.0"
SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/modelbout/modelbout"

TEXT_LIMIT = 1_000
"""Characters of a message; code scanning shows the first 1,000 (GitHub docs: "SARIF support for code scanning")."""

RESULTS_LIMIT = 5_000
"""Results that code scanning shows of one run, the worst first; it takes no more than 25,000 (same page)."""

_LEVELS = {"error": "error", "warn": "warning"}


def sarif(result: ValidationResult, *, prefix: str = "") -> bytes:
    """Return the JSON of one run, with a fingerprint a finding that stays while its rule and table do.

    Args:
        result: the validation.
        prefix: where the contract's directory lies in the repository, ending with a slash; empty for its root.
    """
    checks = sorted({finding.check for finding in result.findings})
    driver = {
        "name": "Modelbout",
        "informationUri": HOME,
        "semanticVersion": __version__,
        "rules": [_check(name) for name in checks],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"modelbout/{result.model}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, checks, result, prefix) for finding in result.findings[:RESULTS_LIMIT]],
    }
    document = {"$schema": SARIF_SCHEMA, "version": SARIF_VERSION, "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _check(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": f"The data keeps the contract's rule `{name}`."},
        "helpUri": f"{HOME}/blob/main/docs/checks/{name}.md",
    }


def _result(finding: Finding, checks: list[str], result: ValidationResult, prefix: str) -> dict[str, Any]:
    rows = f" First rows: {', '.join(f'{row:,}' for row in finding.rows)}." if finding.rows else ""
    place = finding.place
    file = place.file or result.contract
    told: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": checks.index(finding.check),
        "level": _LEVELS[finding.level],
        "message": {"text": clean(f"{finding.role}: {finding.message}.{rows} {finding.fix}", limit=TEXT_LIMIT)},
        "partialFingerprints": {"modelbout/v1": _fingerprint(finding, result)},
    }
    if file is not None:
        where: dict[str, Any] = {"artifactLocation": {"uri": quote(clean(prefix + file, limit=TEXT_LIMIT))}}
        if place.line is not None:
            where["region"] = {"startLine": place.line, "startColumn": place.column or 1}
        told["locations"] = [{"physicalLocation": where}]
    return told


def _fingerprint(finding: Finding, result: ValidationResult) -> str:
    parts = (result.model, finding.role, finding.check, finding.rule, *finding.columns)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]
