"""The search of hyper-parameters that came before the challenger: what was tried on training folds, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, counted, decimals, number, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.evidence import Search, Trial
    from modelbout.report.story import Story

ORDER = 84
TITLE = "search"
DROP: int | None = 15

TRIALS_LIMIT = 10
"""Trials shown: the bundle's `search.json` has more. Our own choice."""

PARAMETERS_LIMIT = 12
"""Parameters of a trial that are shown: a search of more is read in the bundle. Our own choice."""

_TEMPLATE = template("""
### Search of hyper-parameters

{{ lead }}

<details><summary>The best trials</summary>

| Trial | Score on training folds | Time | Parameters |
| --: | --: | --: | :-- |
{% for line in lines %}
| {{ line.number }} | {{ line.score }} | {{ line.time }} | {{ line.parameters }} |
{% endfor %}

</details>
""")

_BY = {"optuna": "Optuna", "halving": "successive halving"}


def render(story: Story) -> str | None:
    """Return what was tried, or None when nothing was searched for."""
    search = story.bout.search if story.bout else None
    if search is None or not search.trials or story.refused_by_contract:
        return None
    shown = search.trials[:TRIALS_LIMIT]
    scores = [one.score for one in shown if one.score is not None]
    places = decimals(scores, width=max(scores) - min(scores) if len(set(scores)) > 1 else None)
    return _TEMPLATE(lead=_lead(search), lines=[_line(one, places) for one in shown])


def _lead(search: Search) -> Markdown:
    by = _BY.get(search.by) or text(search.by)
    failed = f", {count(search.failed)} of which failed" if search.failed else ""
    said = f" {text(search.explanation)}" if search.explanation else ""
    return Markdown(
        f"By {by} for {text(search.metric)}, within {search.minutes:g} minutes and never on the holdout:"
        f" {counted(search.tried, 'trial', 'trials')}{failed}. Chosen: {_parameters(search.best)}.{said}"
    )


def _line(one: Trial, places: int) -> dict[str, Markdown]:
    ends = {"cut": "cut short", "failed": "failed"}
    return {
        "number": count(one.number),
        "score": number(one.score, places) if one.score is not None else Markdown(ends.get(one.end, words.DASH)),
        "time": seconds(one.seconds),
        "parameters": _parameters(one.parameters),
    }


def _parameters(values: Mapping[str, str]) -> Markdown:
    shown = [f"{code(name)} = {code(value)}" for name, value in list(values.items())[:PARAMETERS_LIMIT]]
    more = len(values) - len(shown)
    return Markdown(", ".join(shown) + (f" and {count(more)} more" if more > 0 else ""))
