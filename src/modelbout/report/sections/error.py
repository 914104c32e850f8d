"""Why there is no verdict: the place, what was found there, what is allowed, the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report.engine import template
from modelbout.report.escape import REASON_LIMIT, Markdown, block, code, text

if TYPE_CHECKING:
    from modelbout.report.story import Story

ORDER = 20
TITLE = "error"
DROP: int | None = None

REASONS_LIMIT = 5
"""Reasons listed; an error has one or two."""

_TEMPLATE = template("""
### Why there is no verdict

| | |
| :-- | :-- |
{% if place %}
| **Place** | {{ place }} |
{% endif %}
{% if found %}
| **Found** | {{ found }} |
{% endif %}
{% if allowed %}
| **Allowed** | {{ allowed }} |
{% endif %}
{% if fix %}
| **Next step** | {{ fix }} |
{% endif %}
{% if log %}

{{ log }}
{% endif %}
{% if reasons %}

{% for reason in reasons %}
- {{ reason }}
{% endfor %}
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return the problem, or None when the bout came to a verdict."""
    bout = story.bout
    if bout is None or bout.verdict != "error" or story.refused_by_contract:
        return None
    if bout.error is None:
        return "### Why there is no verdict\n\n" + "\n".join(
            f"- {text(line, limit=REASON_LIMIT)}" for line in bout.reasons[:REASONS_LIMIT]
        )
    error = bout.error
    found, _, log = error.found.partition("\n")
    place = str(error.place)
    return _TEMPLATE(
        place=code(place, limit=120) if place else None,
        found=text(found) if found else None,
        allowed=text(error.allowed) if error.allowed else None,
        fix=text(error.fix) if error.fix else None,
        log=block(log) if log.strip() else Markdown(),
        reasons=[
            text(reason, limit=REASON_LIMIT)
            for reason in bout.reasons[:REASONS_LIMIT]
            if reason not in {found, error.found}
        ],
    )
