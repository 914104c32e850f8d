"""The verdict with a clear mark, and what a reader asks: better or not, by how much, how sure, what happens now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import outcome
from modelbout.report.effect import how_sure
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
{% if sure %}
- **How sure?** {{ sure }}
{% endif %}
- **What now?** {{ outcome.now }}
{% if from_fork %}

> A run of a fork says so, and its author's code could make it say anything. After a merge the bout is fought again
> before a title moves.
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return the head of the report; there is always one."""
    bout = None if story.refused_by_contract else story.bout
    sure = how_sure(bout) if bout is not None and bout.verdict != "error" else None
    return _TEMPLATE(model=code(story.model), outcome=outcome.of(story), sure=sure, from_fork=story.from_fork)
