"""What these rows can show: the smallest difference that they detect, and the rows it would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import TARGET, about, counted, decimals, plain, signed, unit_of

if TYPE_CHECKING:
    from modelbout.evidence import MetricResult, Power
    from modelbout.report.story import Story
    from modelbout.results import BoutResult

ORDER = 70
TITLE = "power"
DROP: int | None = 70

_TEMPLATE = template("""
### What these rows can show

{{ detectable }} {{ needed }}
""")


def render(story: Story) -> str | None:
    """Return what the holdout can see, or None when that was not worked out."""
    bout = story.bout
    if bout is None or bout.power is None or story.refused_by_contract:
        return None
    rows = counted(bout.holdout.rows, "holdout row", "holdout rows") if bout.holdout else "these rows"
    line = _line(bout.primary)
    unit = unit_of(bout.power.metric)
    if bout.primary is not None and bout.primary.rule == "equivalent":
        return _TEMPLATE(detectable=_equivalent(bout, bout.power, rows), needed=_needed(bout, bout.power.rows_needed))
    least = (line + bout.power.detectable) * unit.factor
    shown = signed(least, decimals((least,), width=bout.power.detectable * unit.factor or None))
    title = _title(bout, bout.power.metric)
    detectable = (
        f"On {rows} the rule for {title} is met 4 times in 5 when the true improvement is "
        f"{shown}{'' if unit == TARGET else unit.suffix(shown)} or more."
    )
    return _TEMPLATE(detectable=Markdown(detectable), needed=_needed(bout, bout.power.rows_needed))


def _equivalent(bout: BoutResult, power: Power, rows: str) -> Markdown:
    unit = unit_of(power.metric)
    shown = plain(power.detectable * unit.factor)
    return Markdown(
        f"On {rows} two equal models are shown to be equivalent in {_title(bout, power.metric)} 4 times in 5 within "
        f"{shown}{'' if unit == TARGET else unit.suffix(shown)}."
    )


def _line(primary: MetricResult | None) -> float:
    """Return what the improvement must lie above."""
    margin = primary.margin or 0.0 if primary else 0.0
    return -margin if primary and primary.rule == "non_inferior" else margin


def _needed(bout: BoutResult, rows: int | None) -> Markdown:
    gain = words.improvement(bout.primary) if bout.primary else None
    size = f"({gain.amount_in_table}) " if gain else ""
    if rows is None:
        return Markdown(f"The difference seen {size}does not point to a win: more rows alone are no remedy.")
    if bout.holdout is not None and rows <= bout.holdout.rows:
        return Markdown(f"For the difference seen {size}about {about(rows)} rows are enough.")
    return Markdown(f"To show the difference seen {size}it would take about **{about(rows)} rows**.")


def _title(bout: BoutResult, metric: str) -> Markdown:
    for known in (bout.primary, *bout.guardrail_metrics, *bout.metrics):
        if known is not None and known.metric == metric:
            return text(known.title)
    return text(metric)
