"""How far the data is from what the champion was trained on: what drifted, by how much, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import bars, words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, counted, percent, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.drift_result import DriftColumn, DriftReading, DriftResult
    from modelbout.report.story import Story

ORDER = 77
TITLE = "drift"
DROP: int | None = 55

COLUMNS_LIMIT = 20
"""Columns that drifted and are shown, the important ones first: with hard names about 16 kB. Our own choice."""

DETAILS_LIMIT = 8
"""Columns whose measures are shown one by one, folded. Our own choice."""

NAMES_LIMIT = 12
"""Names in a list of columns that could not be judged. Our own choice."""

MESSAGE_LIMIT = 300
"""Characters of what changed in one column: the longest that are made of one name of a value."""

DIGITS = 2

_MARKS = {"drift": words.WARNING, "no drift": words.FINE, "too few rows": Markdown("\N{WHITE QUESTION MARK ORNAMENT}")}
_MEASURES = {
    "wasserstein": "Wasserstein distance",
    "jensen_shannon": "Jensen\N{EN DASH}Shannon divergence",
    "psi": "population stability index",
    "out_of_range": "values out of range",
    "vanished_values": "vanished values",
    "unlisted_values": "values not listed",
    "nulls": "missing values",
    "rows": "rows",
    "dependence": "two columns together",
    "domain_classifier": "all columns together",
}

_TEMPLATE = template("""
### Drift

{{ lead }}
{% if lines %}

| | Column | Importance | What changed | Before,<br>now |
| :-: | :-- | --: | :-- | :-- |
{% for line in lines %}
| {{ line.mark }} | {{ line.name }} | {{ line.importance }} | {{ line.found }} | {{ line.drawing }} |
{% endfor %}
{% endif %}
{% if more %}

{{ more }} more in `drift.json`.
{% endif %}
{% if steps %}

{% for step in steps %}
- {{ step }}
{% endfor %}
{% endif %}
{% if details or others %}

<details>
<summary>How it was judged</summary>

{{ rule }}
{% for other in others %}

{{ other }}
{% endfor %}
{% if details %}

| Column | Measure | Value | Effect | Chance alone | Worth knowing | |
| :-- | :-- | --: | --: | --: | --: | :-- |
{% for line in details %}
| {{ line.name }} | {{ line.measure }} | {{ line.value }} | {{ line.effect }} | {{ line.allowance }} | \
{{ line.threshold }} | {{ line.verdict }} |
{% endfor %}
{% endif %}

</details>
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return what drifted, or None when nothing was held against the data."""
    drift = story.drift
    if drift is None or story.refused_before(drift.created):
        return None
    found = [column for column in drift.columns if column.verdict == "drift"]
    return _TEMPLATE(
        lead=_lead(drift, found),
        lines=[_line(column) for column in found[:COLUMNS_LIMIT]],
        more=counted(len(found) - COLUMNS_LIMIT, "column", "columns") if len(found) > COLUMNS_LIMIT else None,
        steps=_steps(found),
        rule=_rule(drift),
        others=_others(drift),
        details=[
            *(_reading(words.DASH, reading) for reading in drift.table),
            *(_reading(code(column.column), one) for column in found[:DETAILS_LIMIT] for one in column.readings),
        ],
    )


def _lead(drift: DriftResult, found: Sequence[DriftColumn]) -> Markdown:
    where = f"{counted(drift.rows, 'row', 'rows')} against {code(drift.reference.name)}"
    where += f" ({counted(drift.reference.rows, 'row', 'rows')})"
    columns = counted(len(drift.columns), "column", "columns")
    mark = _MARKS[drift.verdict]
    if drift.verdict == "too few rows":
        return Markdown(f"{mark} **Too few rows** to tell whether anything drifted: {where}.")
    if drift.verdict == "no drift":
        idle = f" {counted(len(found), 'column', 'columns')} that the champion hardly uses did." if found else ""
        return Markdown(f"{mark} No drift that matters in {columns}: {where}.{idle}")
    matter = sum(column.level != "info" for column in found)
    parts = [f"in {count(matter)} of {columns}"] if matter else []
    parts += [_whole(reading) for reading in drift.table if reading.verdict == "drift"]
    return Markdown(f"{mark} **Drift** {' and '.join(parts)}: {where}.")


def _whole(reading: DriftReading) -> str:
    return f"of {text(_MEASURES.get(reading.measure, reading.measure))} ({text(reading.detail, limit=MESSAGE_LIMIT)})"


def _line(column: DriftColumn) -> dict[str, Markdown]:
    role = "" if column.role == "feature" else f"<br><sub>{column.role}</sub>"
    mark = {"info": words.DASH, "warn": words.WARNING, "error": words.STOPPED}[column.level]
    return {
        "mark": mark,
        "name": Markdown(f"{code(column.column)}{role}"),
        "importance": words.DASH if column.importance is None else percent(column.importance, 1.0),
        "found": text(column.message, limit=MESSAGE_LIMIT) if column.message else words.DASH,
        "drawing": _drawing(column),
    }


def _steps(found: Sequence[DriftColumn]) -> list[Markdown]:
    """Return what to do, each once, with the columns that it is about where that is not all of them."""
    fixes = dict.fromkeys(column.fix for column in found if column.fix)
    if len(fixes) == 1:
        return [Markdown(f"**What to do**: {text(fix, limit=MESSAGE_LIMIT)}.") for fix in fixes]
    return [
        Markdown(f"{_named([one.column for one in found if one.fix == fix])}: {text(fix, limit=MESSAGE_LIMIT)}.")
        for fix in list(fixes)[:NAMES_LIMIT]
    ]


def _drawing(column: DriftColumn) -> Markdown:
    """Return two small histograms, one below the other, of one height."""
    if not column.cells:
        return words.DASH
    most = max(max(cell.reference, cell.current) for cell in column.cells)
    before = bars.columns([cell.reference for cell in column.cells], most)
    return Markdown(f"{before}<br>{bars.columns([cell.current for cell in column.cells], most)}")


def _rule(drift: DriftResult) -> Markdown:
    return Markdown(
        f"Effects are standardised differences: 0.1 is a normal variable that moved by a tenth of its standard "
        f"deviation. There is drift when an effect is above what chance alone does at these numbers of rows and above "
        f"what is worth knowing: {plain(drift.effect)}, up to twice that for a feature that the champion hardly uses. "
        f"Of reports on data that did not drift, at most {percent(drift.false_alarms, 1.0)} say that it did."
    )


def _others(drift: DriftResult) -> list[Markdown]:
    unsure = [column.column for column in drift.columns if column.verdict == "too few rows"]
    found = [Markdown(f"Too few rows to judge {_named(unsure)}.")] if unsure else []
    reasons = dict.fromkeys(one.reason for one in drift.not_compared)
    for reason in list(reasons)[:NAMES_LIMIT]:
        named = _named([one.column for one in drift.not_compared if one.reason == reason])
        found.append(Markdown(f"Not compared, {text(reason)}: {named}."))
    return found


def _named(names: Sequence[str]) -> Markdown:
    shown = [code(name) for name in names[:NAMES_LIMIT]]
    if len(names) > NAMES_LIMIT:
        shown.append(counted(len(names) - NAMES_LIMIT, "more", "more"))
    return words.listed(shown)


def _reading(name: Markdown, reading: DriftReading) -> dict[str, Markdown]:
    judged = reading.measure != "rows"
    return {
        "name": name,
        "measure": text(_MEASURES.get(reading.measure, reading.measure)),
        "value": words.DASH if reading.value is None else _digits(reading.value),
        "effect": _digits(reading.effect) if judged else words.DASH,
        "allowance": words.DASH if reading.allowance is None or not judged else _digits(reading.allowance),
        "threshold": _digits(reading.threshold) if judged else words.DASH,
        "verdict": text(reading.verdict) if judged else text(reading.detail),
    }


def _digits(value: float) -> Markdown:
    """Return a number with two digits that say something, and no power of ten."""
    shown = f"{value:.{DIGITS}g}"
    return plain(float(shown)) if abs(value) < 1 else plain(round(value, DIGITS))
