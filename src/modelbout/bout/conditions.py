"""The guardrails of a bout: each condition with its status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout import catalogue
from modelbout.bout import reasons
from modelbout.bout.comparison import contrast
from modelbout.bout.guardrail import GUARDRAILS, Match, guardrail
from modelbout.bout.holding import above, against, below
from modelbout.bout.intervals import MIN_CLASS_ROWS, rare_class
from modelbout.bout.roster import metric
from modelbout.errors import DataError, Place, Problem
from modelbout.evidence import GuardrailResult

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from modelbout.bout.comparison import Comparison
    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.config.compare import Guardrail
    from modelbout.evidence import Estimate, Holding, MetricResult


def judge_conditions(
    ring: Ring, challenger: Sheet, champion: Sheet | None
) -> tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]:
    """Return the conditions on metrics and those on anything else, as configured; ``max`` and ``min`` are two.

    Raises:
        DataError: a metric or a timing that a guardrail needs is missing on one side.
    """
    metrics: list[MetricResult] = []
    others: list[GuardrailResult] = []
    corners = catalogue.names(GUARDRAILS)
    for index, one in enumerate(ring.compare.guardrails):
        if one.metric in corners:
            others.extend(_of_corners(one, Match(ring, challenger, champion)))
            continue
        require(one.metric, f"compare.guardrails[{index}].metric", challenger, champion)
        duel = contrast(one.metric, challenger, champion, confidence=ring.compare.confidence, seed=ring.seed)
        metrics.extend(_of_metric(one, duel, ring.compare.confidence))
    return tuple(metrics), tuple(others)


def require(name: str, key: str, challenger: Sheet, champion: Sheet | None) -> None:
    """Refuse a metric that is to decide something and cannot be made for both models.

    Raises:
        DataError: one of them gave no such answers, or a class is too rare for an interval.
    """
    needed = metric(name)
    for sheet, who in ((challenger, "challenger"), (champion, "champion")):
        if sheet is not None and not sheet.has(needed.needs):
            raise DataError(
                Problem(
                    found=f"{name} needs probabilities, and the {who} gave none",
                    allowed="probabilities from both models, or a metric of the labels",
                    fix="Give the estimator `predict_proba`, or choose accuracy, balanced_accuracy, f1_macro or mcc.",
                    place=Place(key=key),
                )
            )
    rare = rare_class(needed, challenger)
    if rare is not None:
        raise DataError(
            Problem(
                found=f"{name} weighs all classes alike, and one has {int(challenger.support[rare])} holdout rows",
                allowed=f"at least {MIN_CLASS_ROWS} rows of each class that occurs",
                fix="Hold out more rows, merge rare classes, or choose log_loss, brier, accuracy or mcc.",
                place=Place(key=key),
            )
        )


def _of_metric(one: Guardrail, duel: Comparison, confidence: float) -> Iterator[MetricResult]:
    if one.rule is not None:
        margin, found = one.margin or 0.0, duel.difference
        if found is None:
            text = f"{duel.metric.title} needs a champion to be compared with: not applied."
            yield duel.result(rule=one.rule, margin=margin, explanation=text)
        else:
            status = against(one.rule, margin, found.low, found.high)
            text = reasons.of_rule(duel.result(rule=one.rule, status=status, margin=margin), confidence)
            yield duel.result(rule=one.rule, status=status, margin=margin, explanation=text)
    for rule, limit in _limits(one):
        status, text = _level(duel.metric.title, duel.challenger, rule, limit, confidence=confidence)
        yield duel.result(rule=rule, status=status, limit=limit, explanation=text)


def _of_corners(one: Guardrail, match: Match) -> Iterator[GuardrailResult]:
    found, confidence = guardrail(one.metric), match.confidence
    measured = None
    if match.champion is not None or not found.needs_champion:
        measured = found.measure(match)
    for rule, limit in _limits(one):
        status: Holding = "shown"
        text = f"{found.title} needs a champion to be compared with: not applied."
        if measured is not None:
            status, text = _level(found.title, measured, rule, limit, confidence=confidence, unit=found.unit)
        yield GuardrailResult(
            guardrail=one.metric,
            title=found.title,
            rule=rule,
            status=status,
            measured=measured,
            limit=limit,
            unit=found.unit,
            explanation=text,
        )


def _limits(one: Guardrail) -> Iterator[tuple[Literal["max", "min"], float]]:
    if one.max is not None:
        yield "max", one.max
    if one.min is not None:
        yield "min", one.min


def _level(
    title: str, measured: Estimate, rule: Literal["max", "min"], limit: float, *, confidence: float, unit: str = ""
) -> tuple[Holding, str]:
    interval = measured.interval
    status: Holding = "uncertain"
    if interval is not None:
        status = (below if rule == "max" else above)(limit, interval.low, interval.high)
    text = reasons.of_limit(title, measured, status, limit, ceiling=rule == "max", confidence=confidence, unit=unit)
    return status, text
