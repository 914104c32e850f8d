"""Which rows changed hands: newly right, newly wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import bars
from modelbout.report.engine import template
from modelbout.report.escape import Markdown
from modelbout.report.numbers import count, percent

if TYPE_CHECKING:
    from modelbout.report.story import Story

ORDER = 60
TITLE = "changed rows"
DROP: int | None = 30

_TEMPLATE = template("""
### Changed rows

| Row by row | Rows | Share | |
| :-- | --: | --: | :-- |
{% for line in lines %}
| {{ line.name }} | {{ line.rows }} | {{ line.share }} | {{ line.bar }} |
{% endfor %}
""")


def render(story: Story) -> str | None:
    """Return the counts, or None when there was no champion to differ from."""
    changed = story.bout.changed if story.bout and not story.refused_by_contract else None
    if story.bout is None or changed is None:
        return None
    if story.bout.task == "regression":
        parts = {
            "challenger closer": changed.fixed,
            "champion closer": changed.broken,
            "equally close": changed.both_right + changed.both_wrong,
        }
    else:
        parts = {
            "newly right": changed.fixed,
            "newly wrong": changed.broken,
            "both right": changed.both_right,
            "both wrong": changed.both_wrong,
        }
    total = sum(parts.values())
    lines = [
        {
            "name": Markdown(name),
            "rows": count(rows),
            "share": percent(rows, total),
            "bar": bars.bar(rows / total if total else 0.0),
        }
        for name, rows in parts.items()
    ]
    return _TEMPLATE(lines=lines)
