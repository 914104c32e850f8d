"""The primary metric group by group: whom the challenger serves better, whom worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import bars, words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, gain, level_places, number, unit_of
from modelbout.results import Estimate

if TYPE_CHECKING:
    from modelbout.report.story import Story
    from modelbout.results import SliceResult

ORDER = 50
TITLE = "slices"
DROP: int | None = 50

ROWS_LIMIT = 80
"""Groups shown, the notable ones first when there are more: about 24 kB with hard names. Our own choice."""

_TEMPLATE = template("""
### Slices

{{ lead }}

| Slice | Rows | {% if champion %}Champion | {% endif %}Challenger | {% if champion %}Improvement | \
{{ confidence }} interval | worse \N{LEFTWARDS ARROW} 0 \N{RIGHTWARDS ARROW} better | {% endif %}Finding |
| :-- | --: | {% if champion %}--: | {% endif %}--: | {% if champion %}--: | :-: | :-: | {% endif %}:-- |
{% for line in lines %}
| {{ line.name }} | {{ line.rows }} | {% if champion %}{{ line.champion }} | {% endif %}{{ line.challenger }} | \
{% if champion %}{{ line.gain }} | {{ line.span }} | {{ line.drawing }} | {% endif %}{{ line.status }} |
{% endfor %}
{% if more %}

{{ more }} more in `bout.json`, none of them better or worse for sure unless it says so there.
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
    title = text(metric.title) if metric else Markdown("The primary metric")
    judged = bout.champion is not None
    lead = f"{title} in each group."
    if judged:
        lead += " The findings are corrected for the number of groups (Holm): an interval beside zero alone is none."
    return _TEMPLATE(
        lead=Markdown(lead),
        champion=judged,
        confidence=Markdown(story.confidence),
        lines=[_line(part, metric.metric if metric else "", reach) for part in shown],
        more=count(len(bout.slices) - len(shown)) if len(shown) < len(bout.slices) else None,
    )


def _line(part: SliceResult, metric: str, reach: float) -> dict[str, Markdown]:
    levels = [Estimate(value=value) for value in (part.champion, part.challenger) if value is not None]
    places = level_places(levels, part.improvement)
    difference = gain(part.improvement, unit_of(metric)) if part.improvement else None
    return {
        "name": Markdown(f"{code(part.column)} = {code(part.group)}"),
        "rows": count(part.rows),
        "champion": number(part.champion, places) if part.champion is not None else words.DASH,
        "challenger": number(part.challenger, places) if part.challenger is not None else words.DASH,
        "gain": difference.amount_in_table if difference else words.DASH,
        "span": difference.span if difference else words.DASH,
        "drawing": bars.line(part.improvement, reach),
        "status": words.slice_status(part.status),
    }
