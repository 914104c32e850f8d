"""Ways in which the answer was known beforehand: rows in both tables, inputs that give the target away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text

if TYPE_CHECKING:
    from modelbout.report.story import Story

ORDER = 25
TITLE = "leaks"
DROP: int | None = 100

LEAKS_LIMIT = 20
COLUMNS_LIMIT = 5
"""Leaks, and columns of one leak, that are shown: the first is reason enough to stop. Our own choice."""

_TEMPLATE = template("""
### Leaks

| | Kind | Columns | Finding |
| :-: | :-- | :-- | :-- |
{% for line in lines %}
| {{ line.mark }} | {{ line.kind }} | {{ line.columns }} | {{ line.message }} |
{% endfor %}
{% if more %}

{{ more }} more in `bout.json`.
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return the leaks, or None when none was found."""
    bout = story.bout
    if bout is None or not bout.leaks or story.refused_by_contract:
        return None
    ordered = sorted(bout.leaks, key=lambda leak: leak.level != "error")
    lines = [
        {
            "mark": words.STOPPED if leak.level == "error" else words.WARNING,
            "kind": Markdown(leak.kind),
            "columns": words.listed([code(name) for name in leak.columns[:COLUMNS_LIMIT]]) or Markdown("\N{EN DASH}"),
            "message": text(leak.message),
        }
        for leak in ordered[:LEAKS_LIMIT]
    ]
    return _TEMPLATE(lines=lines, more=max(0, len(ordered) - LEAKS_LIMIT) or None)
