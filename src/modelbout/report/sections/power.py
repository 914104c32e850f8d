"""What these rows can show: the smallest difference that they detect, and the rows it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import count, counted, decimals, number, unit_of

if TYPE_CHECKING:
    from modelbout.report.story import Story
    from modelbout.results import BoutResult

ORDER = 70
TITLE = "power"
DROP: int | None = 70

_TEMPLATE = template("""
### What these rows can show

{{ detectable }}{% if needed %} {{ needed }}{% endif %}
""")


def render(story: Story) -> str | None:
    """Return what the holdout can see, or None when that was not worked out."""
    bout = story.bout
    if bout is None or bout.power is None or story.refused_by_contract:
        return None
    unit = unit_of(bout.power.metric)
    scaled = bout.power.detectable * unit.factor
    shown = number(scaled, decimals((scaled,), width=abs(scaled) or None))
    rows = counted(bout.holdout.rows, "holdout row", "holdout rows") if bout.holdout else "These rows"
    title = _title(bout, bout.power.metric)
    detectable = f"{rows} see a difference in {title} of {shown}{unit.suffix(shown)} or more, 4 times in 5."
    return _TEMPLATE(detectable=Markdown(detectable), needed=_needed(bout, bout.power.rows_needed))


def _needed(bout: BoutResult, rows: int | None) -> Markdown | None:
    if rows is None:
        return None
    gain = words.improvement(bout.primary) if bout.primary else None
    size = f"({gain.amount}) " if gain else ""
    if bout.holdout is not None and rows <= bout.holdout.rows:
        return Markdown(f"For the difference seen {size}about {count(rows)} rows are enough.")
    return Markdown(f"To be sure of the difference seen {size}it would take about **{count(rows)} rows**.")


def _title(bout: BoutResult, metric: str) -> Markdown:
    for known in (bout.primary, *bout.guardrail_metrics, *bout.metrics):
        if known is not None and known.metric == metric:
            return text(known.title)
    return text(metric)
