"""What a run came to, in the words of its first three sentences: a pure function of the story."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.advice import next_step
from modelbout.report.effect import in_cases
from modelbout.report.escape import REASON_LIMIT, Markdown, code, text
from modelbout.report.numbers import TARGET, count, counted, level_places, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.drift_result import DriftResult
    from modelbout.evidence import MetricResult
    from modelbout.report.story import Story
    from modelbout.results import BoutResult, PromotionResult, ValidationResult, Verdict

REASONS_LIMIT = 5
"""Reasons that the headline names; the tables below it hold all of them."""


@dataclass(frozen=True)
class Outcome:
    """A mark, a headline of a few words, and the answers to the three questions that a reviewer has."""

    mark: Markdown
    headline: Markdown
    better: Markdown
    amount: Markdown
    now: Markdown


def of(story: Story) -> Outcome:
    """Return what the run came to; what happened to the title comes after the verdict."""
    if story.validation is not None and story.refused_by_contract:
        return _contract_broken(story, story.validation)
    if story.bout is not None:
        return _OF_VERDICT[story.bout.verdict](story, story.bout)
    if story.promotion is not None:
        return _title_moved(story.promotion)
    if story.drift is not None and (story.stopped_by_drift or not (story.validation or story.training)):
        return _held_against(story, story.drift)
    return _not_judged(story)


def _win(story: Story, bout: BoutResult) -> Outcome:
    metric = bout.primary
    champion = _champion(story)
    if metric is not None and metric.rule == "non_inferior" and not _ends(metric)[0] > 0:
        better = f"As good: the challenger is {words.rule(metric)} than the champion {champion}, as the rule asks,"
    else:
        better = f"Yes. The challenger is better than the champion {champion},"
    kept = "and every guardrail holds" if bout.guardrail_metrics or bout.guardrails else "and no guardrail is set"
    return Outcome(
        mark=words.VERDICT_MARKS["win"],
        headline=Markdown("the challenger wins"),
        better=Markdown(f"{better} {kept}."),
        amount=_amount(story, bout),
        now=_after_pass(story, bout),
    )


def _first(story: Story, bout: BoutResult) -> Outcome:
    if not bout.passed:
        return Outcome(
            mark=words.REFUSED,
            headline=Markdown("not good enough to be the first champion"),
            better=Markdown(f"No. There is no champion to meet yet, but {_reasons(bout)}"),
            amount=_amount(story, bout),
            now=Markdown(f"Nothing is promoted: {_stage(bout)} stays without a champion."),
        )
    return Outcome(
        mark=words.VERDICT_MARKS["first"],
        headline=Markdown("the first champion"),
        better=Markdown(
            "There is no champion to meet yet; the challenger beats the dummy baseline and keeps every condition."
        ),
        amount=_amount(story, bout),
        now=_after_pass(story, bout),
    )


def _loss(story: Story, bout: BoutResult) -> Outcome:
    broken = [text(name) for name in _guardrails(bout, "broken")]
    if bout.primary is not None and bout.primary.status == "broken":
        worse = not _ends(bout.primary)[1] > 0
        better = (
            f"No. The challenger is {'worse' if worse else 'not enough better'} than the champion {_champion(story)}"
        )
        better += "." if worse else f": it must be {words.rule(bout.primary)}."
    elif broken:
        noun = "guardrail" if len(broken) == 1 else "guardrails"
        better = f"No. The challenger breaks the {noun} {words.listed(broken[:REASONS_LIMIT])}."
    else:
        better = f"No. {_reasons(bout)}"
    return Outcome(
        mark=words.VERDICT_MARKS["loss"],
        headline=Markdown("the champion keeps the title"),
        better=Markdown(better),
        amount=_amount(story, bout),
        now=_stays(story, bout),
    )


def _inconclusive(story: Story, bout: BoutResult) -> Outcome:
    open_guardrails = [text(name) for name in _guardrails(bout, "uncertain")]
    if bout.primary is not None and bout.primary.status == "holds" and open_guardrails:
        listed = words.listed(open_guardrails[:REASONS_LIMIT])
        better = f"Better on {text(bout.primary.title)}, but these rows cannot settle {listed}."
    elif bout.primary is not None and bout.primary.status == "holds" and _held_back(bout):
        better = f"Better on {text(bout.primary.title)}, but {_held_back(bout)}."
    else:
        better = f"Not shown. On these rows, the difference to the champion {_champion(story)} could as well be chance."
    return Outcome(
        mark=words.VERDICT_MARKS["inconclusive"],
        headline=Markdown("no winner on these rows"),
        better=Markdown(better),
        amount=_amount(story, bout),
        now=_stays(story, bout),
    )


def _held_back(bout: BoutResult) -> str:
    """Return what of the holdout's wear keeps a difference that was shown from being a win."""
    if bout.sealed is not None and bout.sealed.passed is False:
        return "the sealed rows, which no push has seen, do not bear it out"
    if bout.wear is not None and bout.wear.spent:
        return "these rows were asked too often to decide it"
    if bout.anchor is not None and bout.anchor.result.status == "uncertain":
        return f"it may be worse than the first champion on these rows, {code(bout.anchor.version)}, by too much"
    return ""


def _error(story: Story, bout: BoutResult) -> Outcome:
    finding = text(bout.error.found.partition("\n")[0]) if bout.error else _reasons(bout)
    step = text(bout.error.fix) if bout.error and bout.error.fix else Markdown("Mend this and run the bout again.")
    return Outcome(
        mark=words.VERDICT_MARKS["error"],
        headline=Markdown("no verdict"),
        better=Markdown("Not judged: a comparison on this ground would mean nothing, and that is never a pass."),
        amount=Markdown(f"Not measured. {_sentence(finding)}"),
        now=Markdown(f"{_sentence(step)} {_title_stays(story, bout)}"),
    )


_OF_VERDICT: Mapping[Verdict, Callable[[Story, BoutResult], Outcome]] = {
    "first": _first,
    "win": _win,
    "loss": _loss,
    "inconclusive": _inconclusive,
    "error": _error,
}


def _contract_broken(story: Story, validation: ValidationResult) -> Outcome:
    errors = [finding for finding in validation.findings if finding.level == "error"]
    worst = max(errors, key=lambda finding: finding.failed, default=None)
    amount = f"{counted(len(errors), 'rule is', 'rules are')} broken, of {count(validation.rules)}."
    if worst is not None and worst.total:
        where = words.listed([code(name) for name in worst.columns[:3]])
        amount += f" The widest: {f'{where}, ' if where else ''}{count(worst.failed)} of {count(worst.total)}."
    contract = code(validation.contract) if validation.contract else "the contract"
    return Outcome(
        mark=words.STOPPED,
        headline=Markdown("the data breaks its contract"),
        better=Markdown("Not judged: nothing is trained or compared on data that breaks the contract."),
        amount=Markdown(amount),
        now=Markdown(
            f"Mend the data; or, where the data is right, change {contract} in this pull request. "
            f"{f'The champion {_champion(story)} keeps the title.' if story.champion else 'No title changes hands.'}"
        ),
    )


def _title_moved(promotion: PromotionResult) -> Outcome:
    return Outcome(
        mark=Markdown("\N{TROPHY}"),
        headline=Markdown("a change of the title"),
        better=Markdown("No bout was fought in this run."),
        amount=Markdown(f"The reason given: {_sentence(text(promotion.reason))}"),
        now=_moved(promotion),
    )


def _held_against(story: Story, drift: DriftResult) -> Outcome:
    found = sum(column.verdict == "drift" and column.level != "info" for column in drift.columns)
    headline = {"drift": "the data has drifted", "no drift": "no drift", "too few rows": "too few rows for drift"}
    step = "Look at the columns below; when the new data is right, train a challenger on it."
    if story.stopped_by_drift:
        step = f"Nothing was trained, as `drift.fail` asks. {step} Set `drift: {{fail: false}}` to let it."
    return Outcome(
        mark=words.FINE if drift.verdict == "no drift" else words.STOPPED if drift.fails else words.WARNING,
        headline=Markdown(headline[drift.verdict]),
        better=Markdown("Not judged: no bout was fought in this run."),
        amount=Markdown(
            f"{counted(found, 'column', 'columns')} of {count(len(drift.columns))} drifted, "
            f"{counted(drift.rows, 'row', 'rows')} against {code(drift.reference.name)}."
        ),
        now=Markdown(step if not drift.passed else "Nothing needs to be done."),
    )


def _not_judged(story: Story) -> Outcome:
    done = "The data keeps its contract" if story.validation else "No contract was checked"
    if story.training is not None:
        verb = "was trained" if story.training.status == "trained" else "was trained before from the same inputs"
        done += f" and a challenger {verb} on {counted(story.training.train_rows, 'row', 'rows')}"
    return Outcome(
        mark=Markdown("\N{HOURGLASS WITH FLOWING SAND}"),
        headline=Markdown("ready for the bout" if story.training else "the data keeps its contract"),
        better=Markdown("Not judged yet."),
        amount=Markdown(f"Not measured yet. {done}."),
        now=Markdown(
            "Run `modelbout compare`." if story.training else "Run `modelbout train`, then `modelbout compare`."
        ),
    )


def _amount(story: Story, bout: BoutResult) -> Markdown:
    """Say the difference in cases or money, then the primary metric's levels and difference, and the changed rows."""
    metric = bout.primary or bout.baseline
    if metric is None:
        return Markdown("Not measured.")
    return Markdown(" ".join(part for part in (in_cases(bout), _levels(story, bout, metric), _changed(bout)) if part))


def _levels(story: Story, bout: BoutResult, metric: MetricResult) -> Markdown:
    places = level_places((metric.champion, metric.challenger), metric.improvement)
    title, now = text(metric.title), number(metric.challenger.value, places)
    difference = words.improvement(metric)
    if metric.champion is None or difference is None:
        line = f"{title} is {now}"
        interval = metric.challenger.interval
        if interval is not None:
            line += f" ({story.confidence} interval {number(interval.low, places)} to {number(interval.high, places)})"
        return Markdown(f"{line}{_over_baseline(bout)}.")
    before = number(metric.champion.value, places)
    verb = words.moved(metric)
    line = f"{title} stays at {now}" if verb == "stays" else f"{title} {verb} from {before} to {now}"
    if metric.better == "lower":
        line += " (lower is better)"
    line += f": **{difference.amount_in_table}**"
    if difference.low is not None:
        line += f", {story.confidence} interval {difference.span}"
    if difference.unit == TARGET:
        line += f", {TARGET.name}"
    return Markdown(f"{line}.")


def _over_baseline(bout: BoutResult) -> str:
    baseline = bout.baseline
    if baseline is None or baseline.champion is None:
        return ""
    places = level_places((baseline.champion, baseline.challenger), baseline.improvement)
    other = "" if bout.primary and bout.primary.metric == baseline.metric else f" {text(baseline.title)} of"
    return f"; the dummy baseline has{other} {number(baseline.champion.value, places)}"


def _changed(bout: BoutResult) -> str:
    changed = bout.changed
    if changed is None or bout.holdout is None or bout.champion is None:
        return ""
    rows = counted(bout.holdout.rows, "holdout row", "holdout rows")
    if bout.task == "regression":
        return f"Of {rows}, {count(changed.fixed)} are predicted more closely and {count(changed.broken)} less closely."
    return f"Of {rows}, {count(changed.fixed)} are newly right and {count(changed.broken)} newly wrong."


def _after_pass(story: Story, bout: BoutResult) -> Markdown:
    if story.promoted is not None:
        return _moved(story.promoted)
    giver = "the promotion after the merge" if story.awaits_merge else "`modelbout promote`"
    return Markdown(f"It may take the title at {_stage(bout)}: {giver} gives it. {next_step(bout)}".strip())


def _stays(story: Story, bout: BoutResult) -> Markdown:
    if story.promoted is not None and story.promoted.event == "promote":
        return _moved(story.promoted)
    return Markdown(f"{_title_stays(story, bout)} {next_step(bout)}".strip())


def _title_stays(story: Story, bout: BoutResult) -> str:
    if story.champion is None:
        return f"Nothing is promoted at {_stage(bout)}."
    return f"The champion {_champion(story)} keeps the title at {_stage(bout)}."


def _moved(promotion: PromotionResult) -> Markdown:
    stage = code(promotion.stage)
    version = code(_named(promotion, promotion.version)) if promotion.version else Markdown("the challenger")
    before = f" in place of {code(_named(promotion, promotion.previous))}" if promotion.previous else ""
    would = promotion.dry_run
    line = {
        "promote": f"{version} {'would be' if would else 'is now'} the champion at {stage}{before}.",
        "rollback": f"The title at {stage} {'would go' if would else 'went'} back to {version}{before}.",
        "hold": f"Promotions at {stage} {'would be' if would else 'are'} on hold.",
        "release_hold": f"Promotions at {stage} {'would be' if would else 'are'} allowed again.",
    }[promotion.event]
    return Markdown(f"Dry run, nothing was written: {line}" if would else line)


def _named(promotion: PromotionResult, version: str) -> str:
    return version if "@" in version else f"{promotion.model}@{version}"


def _ends(metric: MetricResult) -> tuple[float, float]:
    """Return the interval of the improvement; where there is none, nothing is known."""
    interval = metric.improvement.interval if metric.improvement else None
    return (interval.low, interval.high) if interval else (-math.inf, math.inf)


def _guardrails(bout: BoutResult, status: str) -> list[str]:
    found = [guard.title for guard in bout.guardrail_metrics if guard.status == status]
    found += [guard.title for guard in bout.guardrails if guard.status == status]
    return found + sorted({f"fairness by {one.column}" for one in bout.fairness if one.status == status})


def _reasons(bout: BoutResult) -> Markdown:
    reasons = [_sentence(text(reason, limit=REASON_LIMIT)) for reason in bout.reasons[:REASONS_LIMIT]]
    return Markdown(" ".join(reasons) or "its conditions do not hold.")


def _sentence(line: Markdown) -> Markdown:
    return line if line.endswith((".", "!", "?")) else Markdown(f"{line}.")


def _champion(story: Story) -> Markdown:
    return code(story.champion) if story.champion else Markdown("that stands")


def _stage(bout: BoutResult) -> Markdown:
    return code(bout.stage)
