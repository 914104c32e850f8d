"""Plain sentences: why the verdict is what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.evidence import Estimate, GuardrailResult, Holding, MetricResult, Power
    from modelbout.results import Verdict


def number(value: float) -> str:
    """Return a number with three significant digits, without exponent where that is readable."""
    return f"{value:.3g}" if round(abs(value)) < 1000 else f"{value:,.0f}"  # noqa: PLR2004 -- three digits are too few


def of_rule(result: MetricResult, confidence: float) -> str:
    """Return how the improvement stands to its rule and margin."""
    improvement, margin = result.improvement, result.margin or 0.0
    if improvement is None:
        return ""
    if _tied(improvement):
        return f"{result.title} is the same for both models."
    change = f"{result.title} is {_moved(improvement, confidence)}"
    if result.rule == "superior":
        tail = {
            "holds": f"surely above the margin of {number(margin)}",
            "broken": f"surely below the margin of {number(margin)}",
        }.get(result.status, f"this includes the margin of {number(margin)}, so it may be chance")
    elif result.rule == "equivalent":
        tail = {
            "holds": f"surely no more than {number(margin)} away",
            "broken": f"surely more than {number(margin)} away",
        }.get(result.status, f"it may be more than {number(margin)} away")
    else:
        tail = {
            "holds": f"surely not worse by more than {number(margin)}",
            "broken": f"surely worse by more than {number(margin)}",
        }.get(result.status, f"it may be worse by more than {number(margin)}")
    return f"{change}: {tail}."


def of_ratio(result: MetricResult, confidence: float) -> str:
    """Return how the challenger's cost stands to the champion's and the share that it may be above it."""
    if result.ratio is None:
        return ""
    interval, limit = result.ratio.interval, number(1 + (result.margin or 0.0))
    if interval is not None and interval.low == interval.high == 1:
        return f"{result.title} is the same for both models."
    tail = {"holds": f"surely within {limit} times", "broken": f"surely above {limit} times"}.get(
        result.status, f"it may be above {limit} times"
    )
    times = f"{number(result.ratio.value)} times the champion's{_interval(result.ratio, confidence)}"
    return f"{result.title} is {times}: {tail}."


def of_family(text: str, conditions: int) -> str:
    """Return the sentence on a guardrail that is broken by itself, and not among so many."""
    return f"{text} By itself it would be sure; among {conditions} guardrails it may be chance."


def of_limit(
    title: str, measured: Estimate, status: Holding, limit: float, *, ceiling: bool, confidence: float, unit: str = ""
) -> str:
    """Return how a level stands to its ceiling or floor."""
    space = f" {unit}" if unit else ""
    name = f"the {'ceiling' if ceiling else 'floor'} of {number(limit)}{space}"
    bad = "above" if ceiling else "below"
    tail = {"holds": f"within {name}", "broken": f"{bad} {name}"}.get(status, f"it may be {bad} {name}")
    return f"{title} is {number(measured.value)}{space}{_interval(measured, confidence)}: {tail}."


def of_baseline(result: MetricResult, confidence: float) -> str:
    """Return how the challenger stands to the dummy baseline."""
    improvement = result.improvement
    if improvement is None or _tied(improvement):
        return f"By {result.title} the challenger is no better than always giving the same answer."
    tail = {"holds": "it has surely learned something", "broken": "it is surely worse than that"}.get(
        result.status, "this may be chance"
    )
    return f"Against always giving the same answer, {result.title} is {_moved(improvement, confidence)}: {tail}."


def of_power(found: Power, title: str, rows: int, observations: int | None = None) -> str:
    """Return what the holdout can see and what it would take to see more."""
    counted = "" if observations is None else f" ({observations:,} independent observations)"
    least = f"a difference of {number(found.detectable)} in {title}"
    text = f"This holdout of {rows:,} rows{counted} detects {least} 4 times in 5"
    if found.rows_needed is not None:
        text = f"{text}; one as small as this takes about {_rounded(found.rows_needed)} rows"
    if found.rows_if_equal is not None:
        text = f"{text}; an equal model shows that it keeps the margin on about {_rounded(found.rows_if_equal)} rows"
    return f"{text}."


def of_subset(result: MetricResult, rows: int, confidence: float) -> str:
    """Return how both models stand on the rows that the champion surely never saw."""
    if result.improvement is None:
        return ""
    change = "the same for both models" if _tied(result.improvement) else _moved(result.improvement, confidence)
    return f"On the {rows:,} rows that the champion surely never saw, {result.title} is {change}."


def of_verdict(
    verdict: Verdict,
    *,
    primary: MetricResult,
    baseline: MetricResult,
    guardrails: Sequence[MetricResult | GuardrailResult],
    power: Power | None,
    rows: int,
    confidence: float,
    observations: int | None = None,
) -> tuple[str, ...]:
    """Return the reasons in the order in which a reader asks: the primary metric, guardrails, what would help."""
    found = []
    if verdict == "first":
        found += ["There is no champion yet: the challenger must beat the dummy baseline and keep its guardrails."]
        found += [of_baseline(baseline, confidence)]
    else:
        found += [primary.explanation or of_rule(primary, confidence)]
    found += [_of_guardrail(one) for one in guardrails if one.status not in ("holds", "shown")]
    waiting = [one.explanation for one in guardrails if one.status == "shown"]
    found += waiting if len(waiting) < 2 else [f"{len(waiting)} guardrails need a champion: not applied."]  # noqa: PLR2004 -- several
    kept = sum(one.status == "holds" for one in guardrails)
    if kept and kept == len(guardrails):
        found += ["The guardrail holds." if kept == 1 else f"All {kept} guardrails hold."]
    if verdict == "inconclusive" and primary.status == "uncertain" and power is not None and power.detectable > 0:
        found += [of_power(power, primary.title, rows, observations)]
    return tuple(found)


def _of_guardrail(one: MetricResult | GuardrailResult) -> str:
    """Return why it does not hold, with what its number is made of."""
    note = getattr(one, "note", "")
    return f"{one.explanation} {note}" if note else one.explanation


def _tied(improvement: Estimate) -> bool:
    interval = improvement.interval
    return interval is not None and interval.low == interval.high == 0


def _moved(improvement: Estimate, confidence: float) -> str:
    value, interval = improvement.value, improvement.interval
    moved = "the same" if value == 0 else f"{'better' if value > 0 else 'worse'} by {number(abs(value))}"
    if interval is None:
        return moved
    low, high = number(interval.low), number(interval.high)
    return f"{moved} (improvement {low} to {high} at {100 * confidence:.4g} % confidence)"


def _interval(measured: Estimate, confidence: float) -> str:
    if measured.interval is None or measured.interval.low == measured.interval.high:
        return ""
    low, high = number(measured.interval.low), number(measured.interval.high)
    return f" ({100 * confidence:.4g} % interval {low} to {high})"


def _rounded(rows: int) -> str:
    """Return a row count upwards with two digits: more would pretend to know."""
    step = 10 ** max(len(str(rows)) - 2, 0)
    return f"{-(-rows // step) * step:,}"
