"""Groups that must not fare worse than under the champion: each rate of each group."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code
from modelbout.report.numbers import POINTS, count, gain, level_places, number, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.evidence import FairnessMeasure, FairnessResult
    from modelbout.report.story import Story

ORDER = 45
TITLE = "fairness"
DROP: int | None = 62

ROWS_LIMIT = 80
"""Lines shown, those that do not hold first when there are more. Our own choice, as for slices."""

_TEMPLATE = template("""
### Fairness

{{ lead }}

| Group | Rows | Rate | Champion \N{RIGHTWARDS ARROW} challenger | Change, points ({{ confidence }} interval) | \
Must be | Status |
| :-- | --: | :-- | :-: | :-: | :-- | :-- |
{% for line in lines %}
| {{ line.group }} | {{ line.rows }} | {{ line.measure }} | {{ line.levels }} | {{ line.change }} | {{ line.rule }} | \
{{ line.status }} |
{% endfor %}
{% if more %}

{{ more }} more in `bout.json`; those that do not hold stand here first.
{% endif %}
""")

_MEASURES: Mapping[FairnessMeasure, str] = MappingProxyType(
    {
        "tpr": "true positives \N{UPWARDS ARROW}",
        "fpr": "false positives \N{DOWNWARDS ARROW}",
        "selection_rate": "selected",
        "calibration": "calibration gap \N{DOWNWARDS ARROW}",
    }
)
_WORST_FIRST = ("broken", "uncertain", "shown", "holds")


def render(story: Story) -> str | None:
    """Return the table, or None when the configuration watches no group."""
    bout = story.bout
    if bout is None or not bout.fairness or story.refused_by_contract:
        return None
    shown = bout.fairness
    if len(shown) > ROWS_LIMIT:
        shown = tuple(sorted(shown, key=lambda one: _WORST_FIRST.index(one.status)))[:ROWS_LIMIT]
    broken = sum(one.status == "broken" for one in bout.fairness)
    unsettled = sum(one.status == "uncertain" for one in bout.fairness)
    return _TEMPLATE(
        lead=_lead(broken, unsettled, len(bout.fairness), champion=bout.champion is not None),
        confidence=Markdown(story.confidence),
        lines=[_line(one) for one in shown],
        more=count(len(bout.fairness) - len(shown)) if len(shown) < len(bout.fairness) else None,
    )


def _lead(broken: int, unsettled: int, rates: int, *, champion: bool) -> Markdown:
    if not champion:
        return Markdown("There is no champion yet to compare with: the rates of each group are only shown.")
    if broken:
        return Markdown(
            f"{words.REFUSED} {count(broken)} of {count(rates)} rates surely got worse by more than is allowed."
        )
    if unsettled:
        return Markdown(
            f"{count(unsettled)} of {count(rates)} rates are not settled: a group may fare worse than before."
        )
    return Markdown(f"{words.FINE} No group fares worse than under the champion by more than is allowed.")


def _line(one: FairnessResult) -> dict[str, Markdown]:
    levels = [level for level in (one.champion, one.challenger) if level is not None]
    places = level_places(levels, one.improvement)
    difference = gain(one.improvement, POINTS, margin=one.margin) if one.improvement else None
    few = one.status in {"uncertain", "shown"} and one.challenger is None
    return {
        "group": Markdown(f"{code(one.column)} = {code(one.group)}"),
        "rows": count(one.rows),
        "measure": Markdown(_MEASURES[one.measure]),
        "levels": Markdown(" \N{RIGHTWARDS ARROW} ".join(number(level.value, places) for level in levels))
        or words.DASH,
        "change": Markdown(f"{difference.value} ({difference.span})") if difference else words.DASH,
        "rule": _rule(one),
        "status": Markdown(f"{words.WARNING} not enough rows") if few else words.status(one.status),
    }


def _rule(one: FairnessResult) -> Markdown:
    if one.margin is None:
        return words.DASH
    margin = plain(one.margin * POINTS.factor)
    how = "moved" if one.measure == "selection_rate" else "worse"
    return Markdown(f"at most {margin}{POINTS.suffix(margin)} {how}")
