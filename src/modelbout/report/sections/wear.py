"""How worn the holdout is: bouts and promotions on it, the first champion, and the rows that stay sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.bars import bar
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, counted, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.evidence import Anchor, Sealed, Wear
    from modelbout.report.story import Story

ORDER = 72
TITLE = "wear"
DROP: int | None = 72

PERCENT = 100

_TEMPLATE = template("""
### How worn these rows are

| What | Value |
| :-- | :-- |
{% for name, value in lines %}
| {{ name }} | {{ value }} |
{% endfor %}
{% if remarks %}

{% for remark in remarks %}
- {{ remark }}
{% endfor %}
{% endif %}
""")


def render(story: Story) -> str | None:
    """Return what is known of the holdout's use, or None without a champion: a first bout wears nothing."""
    bout = story.bout
    if bout is None or bout.wear is None or bout.champion is None or story.refused_by_contract:
        return None
    lines = list(_of_wear(bout.wear))
    remarks = [text(bout.wear.explanation)] if bout.wear.spent else []
    if bout.anchor is not None:
        lines.append((Markdown("First champion on them"), _of_anchor(bout.anchor)))
        if bout.anchor.result.status != "holds":
            remarks.append(text(bout.anchor.result.explanation))
    if bout.sealed is not None:
        lines.append((Markdown("Sealed rows"), _of_sealed(bout.sealed)))
        if bout.sealed.explanation:
            remarks.append(text(bout.sealed.explanation))
    return _TEMPLATE(lines=lines, remarks=remarks)


def _of_wear(wear: Wear) -> Iterator[tuple[Markdown, Markdown]]:
    before = counted(wear.bouts, "other challenger", "other challengers")
    if wear.budget is not None:
        before = Markdown(f"{before}, budget {count(wear.budget)} {bar(wear.bouts / wear.budget)}".strip())
    yield Markdown("Judged on them before"), before
    yield Markdown("Titles won on them"), count(wear.promotions)
    level = Markdown(f"one-sided {plain(PERCENT * wear.level)} % (policy {code(wear.policy)})")
    yield Markdown("Error that this bout may make"), level


def _of_anchor(anchor: Anchor) -> Markdown:
    asked, status = words.rule(anchor.result), words.status(anchor.result.status)
    return Markdown(f"{code(anchor.version)}, {asked}: {status}")


def _of_sealed(sealed: Sealed) -> Markdown:
    rows = f"{count(sealed.rows)} of {count(sealed.rows + sealed.open_rows)}"
    if not sealed.opened:
        return Markdown(f"{rows}, opened only for a winner")
    return Markdown(f"{rows}, opened: {words.status('holds' if sealed.passed else 'uncertain')}")
