"""What the job's summary tells of a promotion: merge by merge, what became of it and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelbout.errors import Problem
    from modelbout.github.promotion.decide import Decision, Finding, Outcome

ROWS_LIMIT = 50
"""Merges shown, the newest: more in one push say nothing new. Our own choice."""

_TEMPLATE = template("""
### What became of each merge: {{ model }}

{{ what }}

{% if lines %}
| Merge | Now | Why |
| :-- | :-- | :-- |
{% for line in lines %}
| {{ line.name }} | {{ line.outcome }} | {{ line.why }} |
{% endfor %}
{% endif %}
{% if more %}

{{ more }}
{% endif %}

{{ next }}
{% for trouble in troubles %}

> {{ trouble }}
{% endfor %}
""")

_OUTCOMES: Mapping[Outcome, str] = {
    "promoted": f"{words.FINE} promoted",
    "kept": f"{words.REFUSED} the champion stays",
    "covered": f"{words.DASH} part of a later one",
    "open": "\N{WHITE QUESTION MARK ORNAMENT} takes a bout",
    "held": f"{words.STOPPED} held back",
}


def account(model: str, why: str, decision: Decision, *, stage: str, troubles: Sequence[Problem] = ()) -> str:
    """Return the section for one model.

    Args:
        model: its name.
        why: from where to where was looked.
        decision: what became of each merge, and what follows.
        stage: where winners go.
        troubles: what went wrong beside the title: a deployment that could not be recorded, a dispatch refused.
    """
    shown = decision.findings[-ROWS_LIMIT:]
    more = len(decision.findings) - len(shown)
    return _TEMPLATE(
        model=code(model),
        what=Markdown(f"Looked at: {text(why)}."),
        lines=[_line(finding) for finding in shown],
        more=Markdown(f"{more} older ones are not shown.") if more else None,
        next=_next(decision, stage),
        troubles=[Markdown(f"{words.WARNING} {text(problem.found)} {text(problem.fix or '')}") for problem in troubles],
    )


def _line(finding: Finding) -> dict[str, Markdown]:
    # A pull request's number is ours and may become a link; a commit's name is shown as it is.
    name = Markdown(finding.name) if finding.name.startswith("#") else code(finding.name)
    return {"name": name, "outcome": Markdown(_OUTCOMES[finding.outcome]), "why": text(finding.why)}


def _next(decision: Decision, stage: str) -> Markdown:
    if decision.held:
        return Markdown(
            f"A hold of {code(stage)} stands, so nothing is promoted and this job does not end green. Nothing is lost: "
            "after `modelbout registry release`, run this job again, or wait for the next merge."
        )
    if decision.fight:
        return Markdown("The head takes a bout of its own now: it is trained and judged against the champion.")
    if not decision.findings:
        return Markdown("There was nothing to do.")
    return Markdown("Nothing is left to do.")
