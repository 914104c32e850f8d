"""Several challengers of one bout: who came, how each stands to the champion, and who was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import PLAIN, POINTS, unit_of

if TYPE_CHECKING:
    from modelbout.evidence import Contender
    from modelbout.report.story import Story

ORDER = 22
TITLE = "challengers"
DROP: int | None = 85

_TEMPLATE = template("""
### Challengers

{{ lead }}

| Challenger | Against the champion | {{ title }}{{ unit }} ({{ confidence }} interval) | |
| :-- | :-- | :-: | :-- |
{% for line in lines %}
| {{ line.name }} | {{ line.verdict }} | {{ line.gain }} | {{ line.chosen }} |
{% endfor %}
""")


def render(story: Story) -> str | None:
    """Return the table, or None when there is only one challenger."""
    bout = story.bout
    if bout is None or not bout.contenders or story.refused_by_contract:
        return None
    chosen = next((one.name for one in bout.contenders if one.chosen), "")
    lead = f"Each is judged at a level that allows for their number. The rest of this report is about {code(chosen)}."
    unit = unit_of(bout.primary.metric) if bout.primary else PLAIN
    return _TEMPLATE(
        lead=Markdown(lead),
        title=text(bout.primary.title) if bout.primary else Markdown("Improvement"),
        unit=Markdown(f", {unit.name}" if unit == POINTS else ""),
        confidence=Markdown(story.confidence),
        lines=[_line(one) for one in bout.contenders],
    )


def _line(one: Contender) -> dict[str, Markdown]:
    difference = words.improvement(one.primary) if one.primary else None
    mark = words.REFUSED if one.verdict == "first" and not one.passed else words.VERDICT_MARKS[one.verdict]
    return {
        "name": code(one.name),
        "verdict": Markdown(f"{mark} {one.verdict}"),
        "gain": Markdown(f"{difference.value} ({difference.span})") if difference else words.DASH,
        "chosen": Markdown("**chosen**" if one.chosen else ""),
    }
