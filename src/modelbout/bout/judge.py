"""Judge a bout: predictions in, verdict and evidence out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.bout import defaults, reasons
from modelbout.bout.anchor import judge_anchor
from modelbout.bout.baseline import baseline
from modelbout.bout.cautions import cautions
from modelbout.bout.changed import changed_rows
from modelbout.bout.comparison import contrast
from modelbout.bout.conditions import judge_conditions, require
from modelbout.bout.curves import curves
from modelbout.bout.fairness import judge_fairness
from modelbout.bout.fairness import told as unfair
from modelbout.bout.found import find_slices
from modelbout.bout.holding import against
from modelbout.bout.inspection import inspect_ring
from modelbout.bout.names import check_names
from modelbout.bout.power import power
from modelbout.bout.roster import metric, told_for
from modelbout.bout.sheet import sheet_of
from modelbout.bout.slices import judge_slices
from modelbout.bout.verdict import Standing, decide
from modelbout.bout.wear import Allowance, at_plain_confidence
from modelbout.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.bout.comparison import Comparison
    from modelbout.bout.ring import Ring
    from modelbout.bout.sheet import Sheet
    from modelbout.config.compare import Primary
    from modelbout.evidence import (
        ChangedRows,
        Curve,
        FairnessResult,
        FoundSlice,
        GuardrailResult,
        MetricResult,
        Power,
        SliceResult,
    )
    from modelbout.results import Verdict


@dataclass(frozen=True)
class Judgement:
    """The verdict and its evidence, as BoutResult holds them.

    Attributes:
        verdict: never ``error``: what is wrong is raised.
        passed: whether the gate opens.
        reasons: plain sentences, the most important first.
        primary: the metric that decides; ``shown`` when there is no champion.
        baseline: the primary metric against the dummy, which stands in the champion's place.
        guardrail_metrics: one for each condition on a metric, as configured.
        guardrails: one for each condition on something else.
        metrics: all other metrics of the task that the challenger's answers allow, with rule ``none``.
        slices: the primary metric by group.
        found_slices: the groups where the challenger looked worst, tested on rows of their own.
        fairness: one for each measure of each watched group; they count like guardrails.
        changed: rows fixed and broken; None without a champion.
        power: what the holdout can see of the primary metric; None without a champion.
        curves: points for plots.
        anchor: the primary metric against the first champion on this holdout; None when that is not asked.
        cautions: where the intervals of what decides may not hold what they promise.
    """

    verdict: Verdict
    passed: bool
    reasons: tuple[str, ...]
    primary: MetricResult
    baseline: MetricResult
    guardrail_metrics: tuple[MetricResult, ...]
    guardrails: tuple[GuardrailResult, ...]
    metrics: tuple[MetricResult, ...]
    slices: tuple[SliceResult, ...]
    found_slices: tuple[FoundSlice, ...]
    fairness: tuple[FairnessResult, ...]
    changed: ChangedRows | None
    power: Power | None
    curves: tuple[Curve, ...]
    anchor: MetricResult | None = None
    cautions: tuple[str, ...] = ()


def judge(ring: Ring) -> Judgement:
    """Compare the two corners on the holdout's rows.

    Raises:
        ConfigError: ``compare`` names a metric that does not exist or is not for this task.
        DataError: the rows or the answers do not allow a verdict (DESIGN 6: ``error``).
    """
    problems = check_names(ring.compare, ring.task)
    if problems:
        raise ConfigError(*problems)
    challenger = sheet_of(ring, ring.challenger.predictions, ring.challenger.own)
    champion = None if ring.champion is None else sheet_of(ring, ring.champion.predictions, ring.champion.own)
    inspect_ring(ring, challenger, champion)
    rule, confidence = defaults.primary(ring.compare, ring.task), ring.compare.confidence
    require(rule.metric, "compare.primary.metric", challenger, champion)

    allowed = ring.allowance or Allowance(confidence)
    duel = contrast(rule.metric, challenger, champion, confidence=allowed.confidence, seed=ring.seed)
    primary = _primary(rule, duel, allowed.confidence)
    if allowed.confidence != confidence:
        plain = contrast(rule.metric, challenger, champion, confidence=confidence, seed=ring.seed)
        primary = at_plain_confidence(primary, plain)
    anchor = _against_anchor(ring, rule.metric, challenger, allowed.confidence)
    dummy = _against_dummy(ring, rule.metric, challenger)
    guardrail_metrics, guardrails = judge_conditions(ring, challenger, champion)
    fairness = judge_fairness(ring, challenger, champion)
    found_power = None
    if duel.difference is not None:
        found_power = power(
            rule.metric,
            duel.difference,
            rule=rule.rule,
            margin=rule.margin,
            rows=challenger.rows,
            confidence=allowed.confidence,
        )
    conditions: tuple[MetricResult | GuardrailResult, ...] = (*guardrail_metrics, *guardrails)
    decision = decide(
        Standing(
            champion=champion is not None,
            primary=primary.status,
            baseline=dummy.status,
            guardrails=tuple(one.status for one in (*conditions, *fairness)),
            anchor="shown" if anchor is None else anchor.status,
            spent=allowed.spent,
        )
    )
    judged = {rule.metric, *(one.metric for one in guardrail_metrics)}
    return Judgement(
        verdict=decision.verdict,
        passed=decision.passed,
        reasons=(
            *reasons.of_verdict(
                decision.verdict,
                primary=primary,
                baseline=dummy,
                guardrails=conditions,
                power=found_power,
                rows=challenger.rows,
                confidence=allowed.confidence,
                observations=None if ring.clusters is None else challenger.observations,
            ),
            *unfair(fairness),
        ),
        primary=primary,
        baseline=dummy,
        guardrail_metrics=guardrail_metrics,
        guardrails=guardrails,
        metrics=tuple(_shown(ring, challenger, champion, judged)),
        slices=judge_slices(
            rule.metric,
            challenger,
            champion,
            ring.slices,
            min_rows=ring.compare.min_slice_rows,
            confidence=confidence,
            seed=ring.seed,
        ),
        found_slices=()
        if champion is None
        else find_slices(
            rule.metric,
            challenger,
            champion,
            ring.traits,
            min_rows=ring.compare.min_slice_rows,
            confidence=confidence,
            seed=ring.seed,
        ),
        fairness=fairness,
        changed=None if champion is None else changed_rows(challenger, champion),
        power=found_power,
        curves=curves(challenger, champion),
        anchor=anchor,
        cautions=cautions(challenger, champion, (primary, *guardrail_metrics)),
    )


def _primary(rule: Primary, duel: Comparison, confidence: float) -> MetricResult:
    found = duel.difference
    if found is None:
        return duel.result(rule=rule.rule, margin=rule.margin, explanation="There is no champion yet to compare with.")
    status = against(rule.rule, rule.margin, found.low, found.high)
    text = reasons.of_rule(duel.result(rule=rule.rule, status=status, margin=rule.margin), confidence)
    return duel.result(rule=rule.rule, status=status, margin=rule.margin, explanation=text)


def _against_anchor(ring: Ring, name: str, challenger: Sheet, confidence: float) -> MetricResult | None:
    if ring.anchor is None:
        return None
    first = sheet_of(ring, ring.anchor.predictions, ring.anchor.own)
    return judge_anchor(name, challenger, first, margin=ring.anchor.margin, confidence=confidence, seed=ring.seed)


def _against_dummy(ring: Ring, name: str, challenger: Sheet) -> MetricResult:
    constant = baseline(
        metric(name, ring.terms),
        task=ring.task,
        classes=len(ring.classes),
        positive=ring.positive,
        train_truth=ring.train_truth,
        rows=challenger.rows,
        terms=ring.terms,
    )
    confidence = ring.compare.confidence
    dummy = sheet_of(ring, constant, ring.own_of_dummy)
    duel = contrast(name, challenger, dummy, confidence=confidence, seed=ring.seed)
    found = duel.difference
    status = "uncertain" if found is None else against("superior", 0.0, found.low, found.high)
    text = reasons.of_baseline(duel.result(rule="superior", status=status, margin=0.0), confidence)
    return duel.result(rule="superior", status=status, margin=0.0, explanation=text)


def _shown(ring: Ring, challenger: Sheet, champion: Sheet | None, judged: set[str]) -> Iterator[MetricResult]:
    for name in told_for(ring.task, ring.terms):
        found = metric(name, ring.terms)
        needs = found.needs
        if name in judged or not challenger.has(needs) or found.refusal(challenger):
            continue
        missing = champion is not None and not champion.has(needs)
        if champion is not None and not missing and found.refusal(champion):
            continue
        duel = contrast(
            name,
            challenger,
            None if missing else champion,
            confidence=ring.compare.confidence,
            seed=ring.seed,
        )
        yield duel.result(explanation=f"The champion gave no {needs} to compare with." if missing else "")
