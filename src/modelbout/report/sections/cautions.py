"""Where an interval may not hold what it promises: said plainly, next to the numbers that rest on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report.engine import template
from modelbout.report.escape import text
from modelbout.report.numbers import count

if TYPE_CHECKING:
    from modelbout.report.story import Story

ORDER = 71
TITLE = "cautions"
DROP: int | None = 75

LINES_LIMIT = 10
"""Cautions shown: the list in `bout.json` has all of them. Our own choice."""

_TEMPLATE = template("""
### Handle with care

{% for line in lines %}
- {{ line }}
{% endfor %}
{% if more %}
- {{ more }} more in `bout.json`.
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return the cautions, or None when there are none."""
    bout = story.bout
    if bout is None or not bout.cautions or story.refused_by_contract:
        return None
    left = len(bout.cautions) - LINES_LIMIT
    return _TEMPLATE(lines=[text(line) for line in bout.cautions[:LINES_LIMIT]], more=count(left) if left > 0 else None)
