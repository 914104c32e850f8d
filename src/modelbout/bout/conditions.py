"""The guardrails of a bout: each condition with its status."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as changed
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from modelbout import catalogue
from modelbout.bout import reasons
from modelbout.bout.comparison import contrast
from modelbout.bout.expectations import judge_expectations
from modelbout.bout.family import surely_broken
from modelbout.bout.guardrail import EXACT, GUARDRAILS, Match, guardrail
from modelbout.bout.holding import above, against, below
from modelbout.bout.intervals import MIN_CLASS_ROWS, rare_class
from modelbout.bout.relative import relative_cost
from modelbout.bout.roster import metric
from modelbout.errors import DataError, Place, Problem
from modelbout.evidence import Estimate, GuardrailResult, MetricResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelbout.bout.comparison import Comparison
    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.config.compare import Guardrail
    from modelbout.evidence import Holding

Limit = Literal["max", "min"]
Judged = MetricResult | GuardrailResult


@dataclass(frozen=True)
class _Condition:
    """One condition, which can be judged at any confidence."""

    at: Callable[[float], Judged]

    def broken(self, confidence: float) -> bool:
        """Tell whether it is broken by its interval of this confidence; one that cannot be made breaks nothing."""
        try:
            return self.at(confidence).status == "broken"
        except DataError:
            return False


def judge_conditions(
    ring: Ring, challenger: Sheet, champion: Sheet | None
) -> tuple[tuple[MetricResult, ...], tuple[GuardrailResult, ...]]:
    """Return the conditions on metrics and those on anything else, as configured; ``max`` and ``min`` are two.

    Each must hold by itself, and that it does needs no correction: a win has to show all of them, an intersection-union
    test whose level is that of a single one (Berger 1982, Multiparameter hypothesis testing and acceptance sampling).
    That one is broken is said of the whole family by Holm's procedure, so that a further guardrail does not make a
    loss by chance more likely; what is broken only by itself is ``uncertain``.

    Raises:
        DataError: a metric or a timing that a guardrail needs is missing on one side.
    """
    conditions = [
        condition
        for index, one in enumerate(ring.compare.guardrails)
        for condition in _conditions(ring, one, f"compare.guardrails[{index}]", challenger, champion)
    ]
    confidence = ring.compare.confidence
    found = [condition.at(confidence) for condition in conditions]
    judged = [place for place, result in enumerate(found) if result.status != "shown" and not _exact(result)]
    lone: set[int] = set()
    if len(judged) > 1 and any(found[place].status == "broken" for place in judged):
        sure = surely_broken([conditions[place].broken for place in judged], confidence=confidence)
        lone = {
            place for place, still in zip(judged, sure, strict=True) if found[place].status == "broken" and not still
        }
    told = [
        _doubted(result, confidence, len(judged)) if place in lone else _explained(result, confidence)
        for place, result in enumerate(found)
    ]
    return (
        tuple(result for result in told if isinstance(result, MetricResult)),
        (*(result for result in told if isinstance(result, GuardrailResult)), *judge_expectations(ring)),
    )


def _exact(result: Judged) -> bool:
    """Tell whether a number is known, so that no chance can break its condition."""
    measured = result.measured if isinstance(result, GuardrailResult) else None
    return measured is not None and measured.interval is not None and measured.interval.method == EXACT


def _conditions(
    ring: Ring, one: Guardrail, key: str, challenger: Sheet, champion: Sheet | None
) -> Iterator[_Condition]:
    if one.metric in catalogue.names(GUARDRAILS):
        match = Match(ring, challenger, champion)
        for rule, limit in _limits(one):
            yield _Condition(partial(_of_corners, one, match, rule, limit))
        return
    require(one.metric, f"{key}.metric", challenger, champion)
    duel = cache(partial(_duel, one.metric, challenger, champion, ring.seed))
    if one.rule == "relative_cost":
        yield _Condition(
            partial(_of_cost, one, duel, partial(_ratio, one.metric, challenger, champion, ring.seed, key))
        )
    elif one.rule is not None:
        yield _Condition(partial(_of_rule, one, duel))
    for rule, limit in _limits(one):
        yield _Condition(partial(_of_level, duel, rule, limit))


def require(name: str, key: str, challenger: Sheet, champion: Sheet | None) -> None:
    """Refuse a metric that is to decide something and cannot be made for both models.

    Raises:
        DataError: one of them gave no such answers, or a class is too rare for an interval.
    """
    needed = metric(name, challenger.terms)
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
    for sheet, who in ((challenger, "challenger"), (champion, "champion")):
        refusal = "" if sheet is None else needed.refusal(sheet)
        if refusal:
            raise DataError(
                Problem(
                    found=f"{name} has no meaning for the {who}: {refusal}",
                    allowed="numbers for which it is defined; docs/metrics says which",
                    fix="Choose another metric, such as rmse or mape_safe, or keep the answers within its range.",
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


def _duel(name: str, challenger: Sheet, champion: Sheet | None, seed: int, confidence: float) -> Comparison:
    return contrast(name, challenger, champion, confidence=confidence, seed=seed)


def _of_rule(one: Guardrail, duel: Callable[[float], Comparison], confidence: float) -> MetricResult:
    rule, margin, made = one.rule or "superior", one.margin or 0.0, duel(confidence)
    found = made.difference
    if found is None:
        return made.result(rule=rule, margin=margin)
    return made.result(rule=rule, status=against(rule, margin, found.low, found.high), margin=margin)


def _of_cost(
    one: Guardrail,
    duel: Callable[[float], Comparison],
    ratio: Callable[[float], Estimate | None],
    confidence: float,
) -> MetricResult:
    margin, found = one.margin or 0.0, ratio(confidence)
    status: Holding = "shown" if found is None else _level(found, "max", 1 + margin)
    made = duel(confidence).result(rule="relative_cost", status=status, margin=margin)
    return replace(made, ratio=found)


def _ratio(  # noqa: PLR0917 -- bound one after the other, the confidence last
    name: str, challenger: Sheet, champion: Sheet | None, seed: int, key: str, confidence: float
) -> Estimate | None:
    if champion is None:
        return None
    return relative_cost(
        name, metric(name, challenger.terms), challenger, champion, confidence=confidence, seed=seed, key=f"{key}.rule"
    )


def _of_level(duel: Callable[[float], Comparison], rule: Limit, limit: float, confidence: float) -> MetricResult:
    made = duel(confidence)
    return made.result(rule=rule, status=_level(made.challenger, rule, limit), limit=limit)


def _of_corners(one: Guardrail, match: Match, rule: Limit, limit: float, confidence: float) -> GuardrailResult:
    found = guardrail(one.metric)
    measured, note = None, ""
    if match.champion is not None or not found.needs_champion:
        compare = replace(match.ring.compare, confidence=confidence)
        measured = found.measure(Match(changed(match.ring, compare=compare), match.challenger, match.champion))
        note = found.note(match)
    return GuardrailResult(
        guardrail=one.metric,
        title=found.title,
        rule=rule,
        status="shown" if measured is None else _level(measured, rule, limit),
        measured=measured,
        limit=limit,
        unit=found.unit,
        group=found.group,
        note=note,
    )


def _limits(one: Guardrail) -> Iterator[tuple[Limit, float]]:
    if one.max is not None:
        yield "max", one.max
    if one.min is not None:
        yield "min", one.min


def _level(measured: Estimate, rule: Limit, limit: float) -> Holding:
    interval = measured.interval
    if interval is None:
        return "uncertain"
    return (below if rule == "max" else above)(limit, interval.low, interval.high)


def _doubted(result: Judged, confidence: float, conditions: int) -> Judged:
    """Return a condition that is broken only by itself as one that is uncertain."""
    found = _explained(replace(result, status="uncertain"), confidence)
    return replace(found, explanation=reasons.of_family(found.explanation, conditions))


def _explained(result: Judged, confidence: float) -> Judged:
    return replace(result, explanation=_explanation(result, confidence))


def _explanation(result: Judged, confidence: float) -> str:
    if result.status == "shown":
        return f"{result.title} needs a champion to be compared with: not applied."
    if isinstance(result, GuardrailResult):
        measured, limit, unit = result.measured, result.limit, result.unit
    elif result.limit is not None:
        measured, limit, unit = result.challenger, result.limit, result.unit
    else:
        return (reasons.of_rule if result.ratio is None else reasons.of_ratio)(result, confidence)
    if measured is None:
        return ""
    return reasons.of_limit(
        result.title, measured, result.status, limit, ceiling=result.rule == "max", confidence=confidence, unit=unit
    )
