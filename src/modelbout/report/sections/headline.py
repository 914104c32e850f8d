"""The verdict with a clear mark, and three plain sentences: better or not, by how much, what happens now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import outcome
from modelbout.report.engine import template
from modelbout.report.escape import code

if TYPE_CHECKING:
    from modelbout.report.story import Story

ORDER = 10
TITLE = "verdict"
DROP: int | None = None

_TEMPLATE = template("""
## {{ outcome.mark }} {{ model }}: {{ outcome.headline }}

- **Better?** {{ outcome.better }}
- **By how much?** {{ outcome.amount }}
- **What now?** {{ outcome.now }}
{% if from_fork %}

> A run of a fork says so, and its author's code could make it say anything. After a merge the bout is fought again
> before a title moves.
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return the head of the report; there is always one."""
    return _TEMPLATE(model=code(story.model), outcome=outcome.of(story), from_fork=story.from_fork)
