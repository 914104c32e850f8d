"""Where the models and rows come from, and what it takes to do this bout again: folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import count, counted, number, plain, seconds
from modelbout.report.story import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.evidence import MetricResult, Scoring
    from modelbout.report.story import Story
    from modelbout.results import BoutResult, Holdout, TrainingResult, ValidationResult

ORDER = 110
TITLE = "lineage"
DROP: int | None = 40

ITEMS_LIMIT = 12
"""Files, classes and timings named before the rest is counted. Our own choice."""

THRESHOLD_PLACES = 3
"""A probability to a tenth of a percent: closer than any training data knows it."""

WHERE = {
    "this": "in this environment",
    "own": "in an environment made from its own lock",
    "none": "no model was run",
}

_TEMPLATE = template("""
<details>
<summary><b>Lineage: what was compared, and how to do it again</b></summary>

| What | Value |
| :-- | :-- |
{% for name, value in lines %}
| {{ name }} | {{ value }} |
{% endfor %}

</details>
""")


def render(story: Story) -> str | None:
    """Return the folded table; there is always something to say of a run."""
    lines = list(_lines(story))
    return _TEMPLATE(lines=lines) if lines else None


def _lines(story: Story) -> Iterator[tuple[Markdown, Markdown]]:
    if story.bout is not None and not story.refused_by_contract:
        yield from _of_bout(story, story.bout)
    if story.training is not None:
        yield from _of_training(story.training)
    if story.validation is not None:
        yield from _of_data(story.validation)
    if story.promoted is not None and story.promoted.seq is not None:
        yield Markdown("Ledger"), Markdown(f"event {count(story.promoted.seq)}, {code(story.promoted.created)}")
    timings = list(_timings(story))
    if timings:
        yield Markdown("Time"), _many(timings)


def _of_bout(story: Story, bout: BoutResult) -> Iterator[tuple[Markdown, Markdown]]:
    if bout.challenger is not None:
        fingerprint = bout.challenger.fingerprint
        made = f", fingerprint {code(short(fingerprint))}" if fingerprint else ""
        yield Markdown("Challenger"), Markdown(f"bundle {code(short(bout.challenger.bundle_digest))}{made}")
    if bout.champion is not None:
        digest = code(short(bout.champion.bundle_digest))
        name = f"{code(story.champion)}, " if story.champion and bout.champion.version else ""
        yield Markdown("Champion"), Markdown(f"{name}bundle {digest}")
        if bout.champion.scored is not None:
            yield Markdown("Its answers"), _scored(bout.champion.scored)
    thresholds = list(_thresholds(bout))
    if thresholds:
        yield Markdown("Says yes from"), Markdown(f"{_many(thresholds)} (chosen on folds of training rows)")
    if bout.holdout is not None:
        yield from _of_holdout(bout.holdout)
    yield Markdown("Intervals"), Markdown(f"{story.confidence}, two-sided{_methods(bout)}")
    yield Markdown("Seed"), plain(bout.seed)
    yield Markdown("Judged"), code(bout.created)


def _thresholds(bout: BoutResult) -> Iterator[str]:
    for side, who in ((bout.challenger, "challenger"), (bout.champion, "champion")):
        if side is not None and side.threshold is not None:
            yield f"{number(side.threshold, THRESHOLD_PLACES)} ({who})"


def _scored(scored: Scoring) -> Markdown:
    where = WHERE[scored.environment]
    fresh = f"{counted(scored.fresh, 'row', 'rows')} answered afresh" if scored.fresh else ""
    taken = f"{counted(scored.recorded, 'row', 'rows')} taken from its bundle's record" if scored.recorded else ""
    said = ", ".join(part for part in (fresh, taken, where) if part)
    return Markdown(f"{said}; {text(scored.note)}" if scored.note else said)


def _of_holdout(holdout: Holdout) -> Iterator[tuple[Markdown, Markdown]]:
    rows = f"{counted(holdout.rows, 'row', 'rows')}, digest {code(short(holdout.digest))}"
    yield Markdown("Holdout"), Markdown(f"{rows}; trained on {counted(holdout.train_rows, 'row', 'rows')}")
    if holdout.balance:
        yield Markdown("Classes"), _many([f"{code(name)} {count(rows)}" for name, rows in holdout.balance.items()])


def _of_training(training: TrainingResult) -> Iterator[tuple[Markdown, Markdown]]:
    what = "trained in this run" if training.status == "trained" else "reused: nothing that goes into it has changed"
    features = counted(training.features, "feature", "features")
    rows = counted(training.train_rows, "row", "rows")
    yield Markdown("Training"), Markdown(f"{what}, {features}, {rows}")


def _of_data(validation: ValidationResult) -> Iterator[tuple[Markdown, Markdown]]:
    for table in validation.tables:
        digest = f", digest {code(short(table.digest))}" if table.digest else ""
        named = [part.path for part in table.files] or ([table.address] if table.address else [])
        files = [f"{code(name)}" for name in named]
        shape = f"{counted(table.rows, 'row', 'rows')}, {counted(table.columns, 'column', 'columns')}"
        yield Markdown(f"Data ({table.role})"), Markdown(f"{_many(files)}{': ' if files else ''}{shape}{digest}")
    if validation.contract is not None:
        digest = f", sha256 {code(short(validation.contract_digest))}" if validation.contract_digest else ""
        yield Markdown("Contract"), Markdown(f"{code(validation.contract)}{digest}")


def _methods(bout: BoutResult) -> str:
    found: list[MetricResult] = [bout.primary] if bout.primary else []
    intervals = [
        metric.improvement.interval if metric.improvement else metric.challenger.interval
        for metric in (*found, *bout.guardrail_metrics, *bout.metrics)
    ]
    methods = dict.fromkeys(interval.method for interval in intervals if interval is not None)
    return f"; {words.listed([text(method) for method in list(methods)[:ITEMS_LIMIT]])}" if methods else ""


def _timings(story: Story) -> Iterator[str]:
    if story.validation is not None:
        yield f"contract check {seconds(story.validation.seconds)}"
    if story.training is not None and story.training.status == "trained":
        yield f"training {seconds(story.training.seconds)}"
    if story.bout is not None and not story.refused_by_contract:
        for name, value in story.bout.seconds.items():
            yield f"{text(name)} {seconds(value)}"


def _many(items: list[str]) -> Markdown:
    shown = items[:ITEMS_LIMIT]
    if len(shown) < len(items):
        shown.append(f"{count(len(items) - len(shown))} more")
    return Markdown(", ".join(shown))
