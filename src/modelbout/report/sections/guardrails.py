"""The conditions that are no metric of the predictions: speed, size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import decimals, number, plain

if TYPE_CHECKING:
    from modelbout.evidence import GuardrailResult
    from modelbout.report.story import Story

ORDER = 40
TITLE = "guardrails"
DROP: int | None = 80

ROWS_LIMIT = 40
"""Guardrails shown: many times as many as there are. Our own choice."""

_TEMPLATE = template("""
### Guardrails

| Guardrail | Measured | {{ confidence }} interval | Must be | Status |
| :-- | --: | :-: | :-- | :-- |
{% for line in lines %}
| {{ line.title }} | {{ line.measured }} | {{ line.span }} | {{ line.rule }} | {{ line.status }} |
{% endfor %}
{% if remarks %}

{% for remark in remarks %}
- {{ remark }}
{% endfor %}
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return the table, or None when the configuration names no such guardrail."""
    bout = story.bout
    if bout is None or not bout.guardrails or story.refused_by_contract:
        return None
    shown = bout.guardrails[:ROWS_LIMIT]
    return _TEMPLATE(
        confidence=Markdown(story.confidence),
        lines=[_line(guard) for guard in shown],
        remarks=[
            words.remark(guard.title, guard.explanation)
            for guard in shown
            if guard.explanation and guard.status != "holds"
        ],
    )


def _line(guard: GuardrailResult) -> dict[str, Markdown]:
    unit = f" {text(guard.unit)}" if guard.unit else ""
    measured, span = words.DASH, words.DASH
    if guard.measured is not None:
        interval = guard.measured.interval
        ends = (interval.low, interval.high) if interval else ()
        width = interval.high - interval.low if interval else None
        places = decimals((guard.measured.value, *ends), width=width, landmarks=(guard.limit,))
        measured = Markdown(f"{number(guard.measured.value, places)}{unit}")
        if interval is not None and not width:
            span = Markdown("exact")
        elif interval is not None:
            span = Markdown(f"{number(interval.low, places)} to {number(interval.high, places)}")
    bound = {"max": "at most", "min": "at least"}.get(guard.rule)
    return {
        "title": text(guard.title),
        "measured": measured,
        "span": span,
        "rule": Markdown(f"{bound or text(guard.rule)} {plain(guard.limit)}{unit}"),
        "status": words.status(guard.status) if guard.measured is not None else Markdown("not measured"),
    }
