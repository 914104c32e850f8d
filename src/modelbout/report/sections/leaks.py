"""Ways in which the answer was known beforehand: to the inputs, to the training rows, to the champion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import REASON_LIMIT, Markdown, code, text
from modelbout.report.numbers import about, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.report.story import Story
    from modelbout.results import Leak, SeenRows

ORDER = 25
TITLE = "leaks"
DROP: int | None = 100

LEAKS_LIMIT = 20
COLUMNS_LIMIT = 5
"""Leaks, and columns of one leak, that are shown: the first is reason enough to stop. Our own choice."""

_TEMPLATE = template("""
### Leaks

{% if lines %}
| | Kind | Columns | Finding | What to do |
| :-: | :-- | :-- | :-- | :-- |
{% for line in lines %}
| {{ line.mark }} | {{ line.kind }} | {{ line.columns }} | {{ line.message }} | {{ line.fix }} |
{% endfor %}
{% endif %}
{% if more %}

{{ more }} more in `bout.json`.
{% endif %}
{% if remarks %}

{% for remark in remarks %}
- {{ remark }}
{% endfor %}
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return the leaks and what the champion knew of the holdout, or None when there is nothing to tell."""
    bout = story.bout
    if bout is None or story.refused_by_contract:
        return None
    remarks = list(_of_champion(bout.seen, story.confidence)) if bout.seen else []
    if not bout.leaks and not remarks:
        return None
    ordered = sorted(bout.leaks, key=lambda leak: leak.level != "error")
    lines = [
        {
            "mark": words.STOPPED if leak.level == "error" else words.WARNING,
            "kind": Markdown(leak.kind),
            "columns": words.listed([code(name) for name in leak.columns[:COLUMNS_LIMIT]]) or words.DASH,
            "message": Markdown(f"{text(leak.message)}{_rows(leak)}"),
            "fix": text(leak.fix) if leak.fix else words.DASH,
        }
        for leak in ordered[:LEAKS_LIMIT]
    ]
    return _TEMPLATE(lines=lines, more=max(0, len(ordered) - LEAKS_LIMIT) or None, remarks=remarks)


def _rows(leak: Leak) -> str:
    if not leak.rows or leak.count is None:
        return ""
    listed = ", ".join(map(count, leak.rows))
    return f" (row{'' if leak.count == 1 else 's'} {listed}{' ...' if leak.count > len(leak.rows) else ''})"


def _of_champion(seen: SeenRows, confidence: str) -> Iterator[Markdown]:
    """Yield what is known of the rows on which the champion was trained; not knowing is never silent."""
    if seen.note:
        asked = "It is not known whether the champion was trained on rows of this holdout"
        yield Markdown(f"{asked}: {text(seen.note)}.")
    if seen.seen is not None and seen.seen.interval is not None:
        low, high = about(round(seen.seen.interval.low)), about(round(seen.seen.interval.high))
        yield Markdown(
            f"Rows of this holdout that the champion was trained on: estimated from a sample of its row ids, "
            f"{low} to {high} ({confidence} interval)."
        )
    if seen.seen is not None and seen.natural and seen.seen.value:
        yield Markdown(
            f"{count(round(seen.seen.value))} of {count(seen.rows)} holdout rows equal rows that the champion was"
            " trained on: no more than rows of this table equal one another anyway."
        )
    if seen.clean is not None and seen.clean.explanation:
        yield text(seen.clean.explanation, limit=REASON_LIMIT)
