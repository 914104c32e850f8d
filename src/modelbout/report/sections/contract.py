"""What the data contract says of the data: broken rules with counts and row numbers, never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, counted

if TYPE_CHECKING:
    from modelbout.report.story import Story
    from modelbout.results import Finding, ValidationResult

ORDER = 80
TITLE = "data contract"
DROP: int | None = 60

FINDINGS_LIMIT = 60
"""Findings shown, errors first: a table that breaks more rules than this is another table."""

COLUMNS_LIMIT = 5
ROW_NUMBERS_LIMIT = 5
"""Columns and row numbers named for one finding; `validation.json` has more. Our own choice."""

_TEMPLATE = template("""
### Data contract

{{ lead }}
{% if lines %}

| | Where | Finding | Rows | Next step |
| :-: | :-- | :-- | --: | :-- |
{% for line in lines %}
| {{ line.mark }} | {{ line.where }} | {{ line.found }} | {{ line.rows }} | {{ line.fix }} |
{% endfor %}
{% endif %}
{% if more %}

{{ more }} more in `validation.json`.
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return what the contract found, or None when there is no contract."""
    validation = story.validation
    if validation is None or (validation.contract is None and not validation.findings):
        return None
    ordered = sorted(validation.findings, key=lambda finding: finding.level != "error")
    shown = ordered[:FINDINGS_LIMIT]
    return _TEMPLATE(
        lead=_lead(validation),
        lines=[_line(finding) for finding in shown],
        more=counted(len(ordered) - len(shown), "finding", "findings") if len(shown) < len(ordered) else None,
    )


def _lead(validation: ValidationResult) -> Markdown:
    tables = [f"{counted(table.rows, 'row', 'rows')} ({table.role})" for table in validation.tables]
    contract = code(validation.contract) if validation.contract else "The contract"
    rules = counted(validation.rules, "rule", "rules")
    where = f" on {words.listed([Markdown(table) for table in tables])}" if tables else ""
    errors = sum(finding.level == "error" for finding in validation.findings)
    warnings = len(validation.findings) - errors
    if not validation.findings:
        return Markdown(f"{words.FINE} {contract}: {rules} checked{where}, all hold.")
    parts = []
    if errors:
        parts.append(f"**{count(errors)} broken**")
    if warnings:
        parts.append(counted(warnings, "warning", "warnings"))
    mark = words.STOPPED if errors else words.WARNING
    return Markdown(f"{mark} {contract}: {rules} checked{where}; {', '.join(parts)}.")


def _line(finding: Finding) -> dict[str, Markdown]:
    names = [code(name) for name in finding.columns[:COLUMNS_LIMIT]]
    if len(finding.columns) > COLUMNS_LIMIT:
        names.append(counted(len(finding.columns) - COLUMNS_LIMIT, "more", "more"))
    place = ":".join(str(part) for part in (finding.place.file, finding.place.line) if part is not None)
    where = [words.listed(names)] if names else []
    if place:
        where.append(code(place, limit=80))
    numbers = ", ".join(count(row) for row in finding.rows[:ROW_NUMBERS_LIMIT])
    more = " \N{HORIZONTAL ELLIPSIS}" if len(finding.rows) > ROW_NUMBERS_LIMIT else ""
    return {
        "mark": words.STOPPED if finding.level == "error" else words.WARNING,
        "where": Markdown("<br>".join(where)) if where else words.DASH,
        "found": Markdown(
            f"{text(finding.message)}"
            + (f"<br><sub>{text(finding.role)} rows {numbers}{more}</sub>" if numbers else "")
        ),
        "rows": Markdown(f"{count(finding.failed)} of {count(finding.total)}") if finding.total else words.DASH,
        "fix": text(finding.fix) if finding.fix else words.DASH,
    }
