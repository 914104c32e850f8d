"""The groups where the challenger looked weakest, each tested on rows that the search did not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.advice import described
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import PLAIN, POINTS, count, gain, unit_of

if TYPE_CHECKING:
    from modelbout.evidence import FoundSlice
    from modelbout.report.numbers import Unit
    from modelbout.report.story import Story

ORDER = 51
TITLE = "weakest groups"
DROP: int | None = 48

_TEMPLATE = template("""
### Where it is weakest

{{ lead }}

| Group | Rows | {{ title }}{{ unit }} ({{ confidence }} interval) | Finding |
| :-- | --: | :-: | :-- |
{% for line in lines %}
| {{ line.group }} | {{ line.rows }} | {{ line.gain }} | {{ line.status }} |
{% endfor %}
""")


def render(story: Story) -> str | None:
    """Return the groups that were found, or None when none was looked for or none looked weak."""
    bout = story.bout
    if bout is None or not bout.found_slices or story.refused_by_contract:
        return None
    worse = sum(one.status == "worse" for one in bout.found_slices)
    lead = (
        f"{words.REFUSED} Looked for on one half of the rows, and surely worse on the other as well:"
        if worse
        else "Looked for on one half of the rows; on the other half none of these is surely worse:"
    )
    unit = unit_of(bout.primary.metric) if bout.primary else PLAIN
    title = text(bout.primary.title) if bout.primary else Markdown("Improvement")
    return _TEMPLATE(
        lead=Markdown(lead),
        title=title,
        unit=Markdown(f", {unit.name}" if unit == POINTS else ""),
        confidence=Markdown(story.confidence),
        lines=[_line(one, unit) for one in bout.found_slices],
    )


def _line(one: FoundSlice, unit: Unit) -> dict[str, Markdown]:
    difference = gain(one.improvement, unit) if one.improvement else None
    return {
        "group": described(one.conditions),
        "rows": count(one.rows),
        "gain": Markdown(f"{difference.value} ({difference.span})") if difference else words.DASH,
        "status": words.slice_status(one.status),
    }
