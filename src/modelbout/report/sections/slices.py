"""The primary metric group by group: whom the challenger serves better, whom worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.evidence import Estimate
from modelbout.report import bars, words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import PLAIN, POINTS, count, gain, level_places, number, unit_of

if TYPE_CHECKING:
    from modelbout.evidence import SliceResult
    from modelbout.report.numbers import Unit
    from modelbout.report.story import Story

ORDER = 50
TITLE = "slices"
DROP: int | None = 50

ROWS_LIMIT = 80
"""Groups shown, the notable ones first when there are more: about 24 kB with hard names. Our own choice."""

_TEMPLATE = template("""
### Slices

{{ lead }}

{% if champion %}
| Slice | Rows | Champion \N{RIGHTWARDS ARROW} challenger | Improvement{{ unit }} ({{ confidence }} interval) | \
worse\u00a0\u2190\u00a00\u00a0\u2192\u00a0better | Finding |
| :-- | --: | :-: | :-: | :-: | :-- |
{% for line in lines %}
| {{ line.name }} | {{ line.rows }} | {{ line.levels }} | {{ line.gain }} | {{ line.drawing }} | {{ line.status }} |
{% endfor %}
{% else %}
| Slice | Rows | Challenger | Finding |
| :-- | --: | --: | :-- |
{% for line in lines %}
| {{ line.name }} | {{ line.rows }} | {{ line.levels }} | {{ line.status }} |
{% endfor %}
{% endif %}
{% if more %}

{{ more }} more in `bout.json`; those that are better or worse stand here first.
{% endif %}
""")

_NOTABLE = ("worse", "better")


def render(story: Story) -> str | None:
    """Return the table, or None when the configuration names no slices."""
    bout = story.bout
    if bout is None or not bout.slices or story.refused_by_contract:
        return None
    shown = bout.slices
    if len(shown) > ROWS_LIMIT:
        shown = tuple(sorted(shown, key=lambda part: part.status not in _NOTABLE))[:ROWS_LIMIT]
    metric = bout.primary
    reach = bars.scale(part.improvement for part in shown if part.improvement and part.status != "not enough rows")
    unit = unit_of(metric.metric) if metric else PLAIN
    title = text(metric.title) if metric else Markdown("The primary metric")
    judged = bout.champion is not None
    lead = f"{title} in each group."
    if judged:
        lead += (
            " Findings allow for the number of groups (Holm), so an interval that misses zero is not enough by itself."
        )
    return _TEMPLATE(
        lead=Markdown(lead),
        champion=judged,
        unit=Markdown(f", {unit.name}" if unit == POINTS else ""),
        confidence=Markdown(story.confidence),
        lines=[_line(part, unit, reach, judged=judged) for part in shown],
        more=count(len(bout.slices) - len(shown)) if len(shown) < len(bout.slices) else None,
    )


def _line(part: SliceResult, unit: Unit, reach: float, *, judged: bool) -> dict[str, Markdown]:
    levels = [Estimate(value=value) for value in (part.champion, part.challenger) if value is not None]
    places = level_places(levels, part.improvement)
    difference = gain(part.improvement, unit) if part.improvement else None
    return {
        "name": Markdown(f"{code(part.column)} = {code(part.group)}"),
        "rows": count(part.rows),
        "levels": Markdown(" \N{RIGHTWARDS ARROW} ".join(number(level.value, places) for level in levels))
        or words.DASH,
        "gain": Markdown(f"{difference.value} ({difference.span})") if difference else words.DASH,
        "drawing": bars.line(part.improvement, reach),
        "status": words.slice_status(part.status) if judged or part.status == "not enough rows" else words.DASH,
    }
