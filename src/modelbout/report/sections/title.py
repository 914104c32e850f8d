"""What happened to the title, and who kept watch over it: GitHub or Modelbout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.report.story import Story
    from modelbout.results import Control, Enforcer, PromotionResult

ORDER = 95
TITLE = "title and controls"
DROP: int | None = 45

ROWS_LIMIT = 40
"""Controls shown: several times as many as there are. Our own choice."""

_TEMPLATE = template("""
### The title

{{ event }}

{% if controls %}
| What stands before it | Enforced by | Now |
| :-- | :-- | :-- |
{% for line in controls %}
| {{ line.control }} | {{ line.enforcer }} | {{ line.detail }} |
{% endfor %}
{% endif %}
""")

_ENFORCERS: Mapping[Enforcer, str] = {
    "GitHub": f"{words.FINE} GitHub",
    "Modelbout": f"{words.FINE} Modelbout",
    "nobody": f"{words.WARNING} nobody",
    "not known": "\N{WHITE QUESTION MARK ORNAMENT} not known to this token",
}
_EVENTS = {"promote": "A promotion", "rollback": "A rollback", "hold": "A hold", "release_hold": "The end of a hold"}


def render(story: Story) -> str | None:
    """Return the event with its evidence and controls, or None when nothing is known beyond the headline."""
    moved = story.promoted
    if moved is None or (moved.pull_request is None and not moved.controls):
        return None
    return _TEMPLATE(event=_event(moved), controls=[_line(control) for control in moved.controls[:ROWS_LIMIT]])


def _event(moved: PromotionResult) -> Markdown:
    parts = [f"{_EVENTS[moved.event]} at {code(moved.stage)}"]
    if moved.pull_request is not None:
        # A number is ours: it may become a link to the pull request.
        parts.append(f"brought by #{moved.pull_request}")
    parts.append("a dry run: nothing was written" if moved.seq is None else f"event {count(moved.seq)} of the ledger")
    return Markdown(f"{', '.join(parts)}. The reason given: {text(moved.reason)}")


def _line(control: Control) -> dict[str, Markdown]:
    return {
        "control": text(control.control),
        "enforcer": Markdown(_ENFORCERS[control.enforced_by]),
        "detail": text(control.detail) if control.detail else words.DASH,
    }
