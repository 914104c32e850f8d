"""The conditions that are no metric of the predictions: speed, size, odd inputs, simple models, behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import decimals, number, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.evidence import GuardrailResult
    from modelbout.report.story import Story

ORDER = 40
TITLE = "guardrails"
DROP: int | None = 80

ROWS_LIMIT = 40
"""Guardrails shown: there are 19, and 40 leave room for as many expectations. Our own choice."""

GROUPED_FROM = 6
"""So many are shown by group: fewer are seen at a glance. Our own choice."""

_TEMPLATE = template("""
### Guardrails

| Guardrail | Measured | {{ confidence }} interval | Must be | Status |
| :-- | --: | :-: | :-- | :-- |
{% for line in lines %}
| {{ line.title }} | {{ line.measured }} | {{ line.span }} | {{ line.rule }} | {{ line.status }} |
{% endfor %}
{% if hidden %}

{{ hidden }} more are in `bout.json`.
{% endif %}
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
    groups = _groups(bout.guardrails)
    shown = [guard for group in groups for guard in group][:ROWS_LIMIT]
    lines: list[dict[str, Markdown]] = []
    for index, guard in enumerate(shown):
        if len(groups) > 1 and (not index or shown[index - 1].group != guard.group):
            lines.append(
                dict.fromkeys(("measured", "span", "rule", "status"), Markdown("")) | {"title": _heading(guard)}
            )
        lines.append(_line(guard))
    return _TEMPLATE(
        confidence=Markdown(story.confidence),
        lines=lines,
        hidden=len(bout.guardrails) - len(shown),
        remarks=[*(remark for guard in shown for remark in _remarks(guard)), *_waiting(shown)],
    )


def _groups(guards: Sequence[GuardrailResult]) -> list[list[GuardrailResult]]:
    """Return the guardrails by group, in the order in which the groups appear; few ones as they are."""
    if len(guards) < GROUPED_FROM:
        return [list(guards)]
    groups: dict[str, list[GuardrailResult]] = {}
    for guard in guards:
        groups.setdefault(guard.group, []).append(guard)
    return list(groups.values())


def _heading(guard: GuardrailResult) -> Markdown:
    return Markdown(f"**{text(guard.group or 'Others')}**")


def _remarks(guard: GuardrailResult) -> list[Markdown]:
    """Return why it does not hold, and what its number is made of."""
    told = [guard.explanation if guard.status != "holds" and guard.measured is not None else "", guard.note]
    said = " ".join(part for part in told if part)
    return [words.remark(guard.title, said)] if said else []


def _waiting(guards: Sequence[GuardrailResult]) -> list[Markdown]:
    """Return one line on all that were not applied: for one of them as it says, for several in common."""
    waiting = [guard for guard in guards if guard.measured is None]
    if len(waiting) < 2:  # noqa: PLR2004 -- several
        return [words.remark(guard.title, guard.explanation) for guard in waiting if guard.explanation]
    titles = Markdown(", ".join(text(guard.title) for guard in waiting))
    return [Markdown(f"Not applied, for there is nobody to be compared with: {titles}.")]


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
