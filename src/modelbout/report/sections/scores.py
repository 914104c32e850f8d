"""The scores of both models on the same rows: primary metric, guardrail metrics, all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, text
from modelbout.report.numbers import POINTS, TARGET, counted, level_places, number, unit_of
from modelbout.report.seldom import SELDOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.evidence import MetricResult
    from modelbout.report.story import Story
    from modelbout.results import BoutResult

ORDER = 30
TITLE = "scores"
DROP: int | None = 90

ROWS_LIMIT = 60
"""Metrics shown: half as many again as there are. Our own choice."""

_TABLE = """
{% if champion %}
| Metric | Champion | Challenger | Improvement | {{ confidence }} interval | Must be | Status |
| :-- | --: | --: | --: | :-: | :-- | :-- |
{% for line in LINES %}
| {{ line.title }} | {{ line.champion }} | {{ line.challenger }} | {{ line.gain }} | {{ line.span }} | \
{{ line.rule }} | {{ line.status }} |
{% endfor %}
{% else %}
| Metric | Challenger | {{ confidence }} interval | Dummy baseline | Must be | Status |
| :-- | --: | :-: | --: | :-- | :-- |
{% for line in LINES %}
| {{ line.title }} | {{ line.challenger }} | {{ line.span }} | {{ line.champion }} | {{ line.rule }} | \
{{ line.status }} |
{% endfor %}
{% endif %}
"""

_TEMPLATE = template(f"""
### Scores

{{{{ rows }}}}
{_TABLE.replace("LINES", "lines")}
{{{{ foot }}}}
{{% if remarks %}}

{{% for remark in remarks %}}
- {{{{ remark }}}}
{{% endfor %}}
{{% endif %}}
{{% if more %}}

<details><summary>{{{{ folded }}}}</summary>
{_TABLE.replace("LINES", "more")}
</details>
{{% endif %}}
""")


@dataclass(frozen=True)
class _Line:
    title: Markdown
    champion: Markdown
    challenger: Markdown
    gain: Markdown
    span: Markdown
    rule: Markdown
    status: Markdown


def render(story: Story) -> str | None:
    """Return the table, or None when nothing was measured."""
    bout = story.bout
    if bout is None or story.refused_by_contract:
        return None
    metrics = list(_metrics(bout))[:ROWS_LIMIT]
    if not metrics:
        return None
    champion = bout.champion is not None
    rows = counted(bout.holdout.rows, "holdout row", "holdout rows") if bout.holdout else "The holdout rows"
    scored = _scored(bout) if champion else "no champion to compare with yet"
    first = [(metric, role) for metric, role in metrics if role or metric.metric not in SELDOM]
    more = [pair for pair in metrics if pair not in first]
    write = _compared if champion else _alone
    return _TEMPLATE(
        rows=Markdown(f"{rows}, {scored}."),
        champion=champion,
        confidence=Markdown(story.confidence),
        lines=[write(metric, role) for metric, role in first],
        more=[write(metric, role) for metric, role in more],
        folded=Markdown(counted(len(more), "more metric", "more metrics")),
        foot=_foot([metric for metric, _ in metrics], champion=champion),
        remarks=[
            words.remark(metric.title, metric.explanation)
            for metric, role in metrics
            if metric.explanation and role and metric.status in {"broken", "uncertain"}
        ],
    )


def _scored(bout: BoutResult) -> str:
    told = bout.champion.scored if bout.champion else None
    if told is not None and told.environment == "none":
        return "the challenger scored afresh, the champion's answers to the same rows from its bundle's record"
    return "both models scored afresh on the same rows"


def _metrics(bout: BoutResult) -> Iterator[tuple[MetricResult, str]]:
    """Yield each metric once with its part in the verdict: what decides comes first."""
    baseline = bout.baseline if bout.champion is None else None
    if baseline is not None:
        yield baseline, "decides, against the dummy"
    if bout.primary is not None and (baseline is None or baseline.metric != bout.primary.metric):
        yield bout.primary, "decides" if baseline is None else ""
    for metric in bout.guardrail_metrics:
        yield metric, "guardrail"
    named = {metric.metric for metric in (bout.primary, baseline, *bout.guardrail_metrics) if metric is not None}
    for metric in bout.metrics:
        if metric.metric not in named:
            yield metric, ""


def _title(metric: MetricResult, role: str) -> Markdown:
    arrow = "\N{UPWARDS ARROW}" if metric.better == "higher" else "\N{DOWNWARDS ARROW}"
    unit = f", {text(metric.unit)}" if metric.unit else ""
    title = f"{text(metric.title)}{unit} {arrow}"
    if role.startswith("decides"):
        return Markdown(f"**{title}** ({role})")
    return Markdown(f"{title} ({role})" if role else title)


def _compared(metric: MetricResult, role: str) -> _Line:
    places = level_places((metric.champion, metric.challenger), metric.improvement)
    gain = words.improvement(metric)
    return _Line(
        title=_title(metric, role),
        champion=number(metric.champion.value, places) if metric.champion else words.DASH,
        challenger=number(metric.challenger.value, places),
        gain=gain.amount_in_table if gain else words.DASH,
        span=gain.span if gain else words.DASH,
        rule=words.rule(metric),
        status=_status(metric),
    )


def _alone(metric: MetricResult, role: str) -> _Line:
    places = level_places((metric.champion, metric.challenger), metric.improvement)
    interval = metric.challenger.interval
    ends = (number(interval.low, places), number(interval.high, places)) if interval else None
    return _Line(
        title=_title(metric, role),
        champion=number(metric.champion.value, places) if metric.champion else words.DASH,
        challenger=number(metric.challenger.value, places),
        gain=words.DASH,
        span=Markdown(f"{ends[0]} to {ends[1]}") if ends else words.DASH,
        rule=words.rule(metric),
        status=_status(metric),
    )


def _status(metric: MetricResult) -> Markdown:
    waits = metric.status == "shown" and metric.rule != "none"
    return Markdown("not applied") if waits else words.status(metric.status)


def _foot(metrics: list[MetricResult], *, champion: bool) -> Markdown:
    notes = ["\N{UPWARDS ARROW} higher is better, \N{DOWNWARDS ARROW} lower is better"]
    if champion:
        notes.append("an improvement above zero is better, whatever the direction")
    units = {unit_of(metric.metric) for metric in metrics}
    if champion and POINTS in units:
        notes.append("1 point is 0.01")
    targets = [text(metric.title) for metric in metrics if unit_of(metric.metric) == TARGET]
    if targets:
        notes.append(f"{words.listed(list(dict.fromkeys(targets)))} in the target's unit")
    return Markdown(f"<sub>{'; '.join(notes)}.</sub>")
