"""What a pull request changes in the data contract, and whom that breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.contract_diff import ContractChange, ContractDiff
    from modelbout.report.story import Story

ORDER = 75
TITLE = "contract changes"
DROP: int | None = 65

CHANGES_LIMIT = 40
"""Changes of each kind that are shown: more are another contract. Our own choice."""

RULE_LIMIT = 80
"""Characters of a rule: two of them fit the width of a comment. Our own choice."""

ARROW = " \N{RIGHTWARDS ARROW} "

_TEMPLATE = template("""
### Contract changes

{{ lead }}
{% for group in groups %}

**{{ group.title }}**

| | Where | What | Why |
| :-: | :-- | :-- | :-- |
{% for line in group.lines %}
| {{ line.mark }} | {{ line.where }} | {{ line.what }} | {{ line.why }} |
{% endfor %}
{% if group.more %}

{{ group.more }}
{% endif %}
{% endfor %}
""")


def render(story: Story) -> str | None:
    """Return what changed, or None when the contract asks for the same as before."""
    diff = story.contract_diff
    return markdown(diff) if diff is not None and diff.changes else None


def markdown(diff: ContractDiff) -> str:
    """Return the changes as Markdown, those that break somebody first and apart."""
    breaking = [change for change in diff.changes if change.breaking]
    fine = [change for change in diff.changes if not change.breaking]
    groups = [
        _group("Breaking", breaking, diff.breaking, words.WARNING),
        _group("Not breaking", fine, diff.fine, words.FINE),
    ]
    return _TEMPLATE(lead=_lead(diff), groups=[group for group in groups if group is not None])


def _lead(diff: ContractDiff) -> Markdown:
    name, base = code(diff.contract, limit=RULE_LIMIT), code(diff.base, limit=RULE_LIMIT)
    if not diff.breaking and not diff.fine:
        return Markdown(f"{words.FINE} {name} asks for the same as at {base}.")
    total = counted(diff.breaking + diff.fine, "change", "changes")
    if not diff.breaking:
        return Markdown(f"{words.FINE} {name}: {total} since {base}; data that kept the old contract keep this one.")
    verb = "breaks" if diff.breaking == 1 else "break"
    return Markdown(
        f"{words.WARNING} {name}: {total} since {base}, **{count(diff.breaking)} {verb}** those who write or read the "
        "data."
    )


def _group(title: str, changes: Sequence[ContractChange], total: int, mark: Markdown) -> dict[str, object] | None:
    if not changes:
        return None
    shown = changes[:CHANGES_LIMIT]
    more = total - len(shown)
    return {
        "title": Markdown(title),
        "lines": [_line(change, mark) for change in shown],
        "more": Markdown(f"{counted(more, 'more', 'more')} in `contract_diff.json` and in the two files.")
        if more > 0
        else None,
    }


def _line(change: ContractChange, mark: Markdown) -> dict[str, Markdown]:
    where = code(change.key)
    if change.place.file is not None and change.place.line is not None:
        where = Markdown(f"{where}<br><sub>{code(f'{change.place.file}:{change.place.line}', limit=RULE_LIMIT)}</sub>")
    sides = [words.DASH if side is None else code(side, limit=RULE_LIMIT) for side in (change.before, change.after)]
    moved = f"<br>{ARROW.join(sides)}" if (change.before, change.after) != (None, None) else ""
    return {"mark": mark, "where": where, "what": Markdown(f"{text(change.what)}{moved}"), "why": text(change.reason)}
