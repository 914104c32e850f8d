"""Realistic results for the tests of the report: one story for each verdict."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from modelbout.contract_diff import ContractChange, ContractDiff
from modelbout.drift_result import (
    DriftCell,
    DriftColumn,
    DriftReading,
    DriftReference,
    DriftResult,
    DriftSide,
    NotCompared,
)
from modelbout.errors import Place, Problem
from modelbout.evidence import (
    Anchor,
    ChangedRows,
    Condition,
    Contender,
    Curve,
    Estimate,
    FairnessResult,
    FoundSlice,
    GuardrailResult,
    Holding,
    Interval,
    MetricResult,
    Power,
    Rule,
    Scoring,
    Sealed,
    Search,
    SliceResult,
    SliceStatus,
    Trial,
    Wear,
)
from modelbout.report.story import Story
from modelbout.results import (
    BoutResult,
    DataFile,
    Finding,
    HeldRule,
    Holdout,
    Leak,
    PromotionResult,
    SeenRows,
    Side,
    TableSummary,
    TrainingResult,
    ValidationResult,
    Verdict,
)

CHALLENGER = "b7c1" * 16
CHAMPION = "a04e" * 16
HOLDOUT = "c9d2" * 16
CREATED = "2026-11-20T20:00:00Z"
LATER = "2026-11-20T20:01:00Z"


def estimate(value: float, low: float | None = None, high: float | None = None, method: str = "") -> Estimate:
    if low is None or high is None:
        return Estimate(value=value)
    return Estimate(value=value, interval=Interval(low=low, high=high, method=method or "influence function"))


def metric(
    name: str,
    title: str,
    champion: float | None,
    challenger: float,
    half: float,
    *,
    better: str = "higher",
    rule: Rule = "none",
    status: Holding = "shown",
    margin: float | None = None,
    explanation: str = "",
    unit: str = "",
) -> MetricResult:
    sign = 1 if better == "higher" else -1
    gain = None if champion is None else sign * (challenger - champion)
    return MetricResult(
        metric=name,
        title=title,
        better="higher" if better == "higher" else "lower",
        rule=rule,
        status=status,
        challenger=estimate(challenger, challenger - 2 * half, challenger + 2 * half),
        champion=None if champion is None else estimate(champion, champion - 2 * half, champion + 2 * half),
        improvement=None if gain is None else estimate(gain, gain - half, gain + half),
        margin=margin,
        explanation=explanation,
        unit=unit,
    )


def part(
    column: str, group: str, rows: int, status: SliceStatus, gain: float | None = None, *, half: float = 0.01
) -> SliceResult:
    if gain is None:
        return SliceResult(column=column, group=group, rows=rows, status=status)
    return SliceResult(
        column=column,
        group=group,
        rows=rows,
        status=status,
        challenger=0.82 + gain,
        champion=0.82,
        improvement=estimate(gain, gain - half, gain + half),
        p_adjusted=0.5,
    )


def curves(*, champion: bool = True) -> tuple[Curve, ...]:
    grid = [step / 50 for step in range(51)]
    found = []
    powers: dict[Literal["champion", "challenger"], float] = {"champion": 0.32, "challenger": 0.28}
    for name, power in powers.items():
        if name == "champion" and not champion:
            continue
        found.append(Curve(kind="roc", side=name, x=tuple(grid), y=tuple(x**power for x in grid)))
        found.append(
            Curve(
                kind="precision_recall",
                side=name,
                x=tuple(grid[1:]),
                y=tuple(1 - (1 - power) * x**1.5 * 0.95 for x in grid[1:]),
            )
        )
        bins = [(step + 0.5) / 10 for step in range(10)]
        wave = 0.06 if name == "champion" else 0.02
        found.append(
            Curve(
                kind="calibration",
                side=name,
                x=tuple(bins),
                y=tuple(max(0.0, x + wave * math.sin(5 * x)) for x in bins),
                rows=tuple(300 - 25 * step for step in range(10)),
            )
        )
    return tuple(found)


def residuals() -> tuple[Curve, ...]:
    x = tuple(500.0 + 350 * step for step in range(20))
    return (
        Curve(kind="residuals", side="champion", x=x, y=tuple(0.12 * (v - 3800) for v in x), rows=(18,) * 20),
        Curve(
            kind="residuals",
            side="challenger",
            x=x,
            y=tuple(0.03 * (v - 3800) + 60 * math.sin(v) for v in x),
            rows=(18,) * 20,
        ),
    )


def slices() -> tuple[SliceResult, ...]:
    return (
        part("Contract", "Month-to-month", 774, "better", 0.021, half=0.009),
        part("Contract", "One year", 301, "no difference shown", 0.004, half=0.022),
        part("Contract", "Two year", 334, "no difference shown", -0.006, half=0.031),
        part("gender", "Female", 702, "no difference shown", 0.012, half=0.014),
        part("gender", "Male", 707, "no difference shown", 0.015, half=0.0135),
        part("SeniorCitizen", "0", 1180, "better", 0.0162, half=0.0098),
        part("SeniorCitizen", "1", 229, "worse", -0.029, half=0.024),
        part("PaymentMethod", "Mailed check", 61, "not enough rows"),
    )


def guardrails(status: Holding = "holds", ratio: float = 1.04) -> tuple[GuardrailResult, ...]:
    return (
        GuardrailResult(
            guardrail="latency_ratio",
            title="Scoring time against the champion",
            rule="max",
            status=status,
            measured=estimate(ratio, ratio - 0.06, ratio + 0.05, "order statistics of paired ratios"),
            limit=1.25,
            unit="times",
            explanation="the median of 40 paired batches" if status != "holds" else "",
        ),
        GuardrailResult(
            guardrail="artifact_mb",
            title="Size of the model",
            rule="max",
            status="holds",
            measured=estimate(3.412907, 3.412907, 3.412907, "exact"),
            limit=200,
            unit="MB",
        ),
    )


def bout(verdict: Verdict = "win", gain: float = 0.0136, **changes: object) -> BoutResult:
    """Return a binary bout whose primary metric gained so much; ``changes`` replace fields of it."""
    status: Holding = {"win": "holds", "loss": "broken"}.get(verdict, "uncertain")  # type: ignore[assignment]
    old, half = 0.8312, 0.0085
    fields: dict[str, object] = {
        "model": "churn",
        "task": "binary",
        "verdict": verdict,
        "passed": verdict == "win",
        "reasons": ("ROC AUC improved by more than the margin of 0",),
        "exit_code": 0 if verdict == "win" else 1,
        "stage": "production",
        "confidence": 0.95,
        "seed": 7,
        "created": LATER,
        "challenger": Side(bundle_digest=CHALLENGER, fingerprint="f1" * 32),
        "champion": Side(bundle_digest=CHAMPION, version="v1.0.0", fingerprint="e2" * 32),
        "holdout": Holdout(digest=HOLDOUT, rows=1409, train_rows=5634, balance={"No": 1034, "Yes": 375}),
        "primary": metric("roc_auc", "ROC AUC", old, old + gain, half, rule="superior", margin=0.0, status=status),
        "guardrail_metrics": (
            metric(
                "log_loss",
                "Log loss",
                0.4302,
                0.4302 - gain,
                half,
                better="lower",
                rule="non_inferior",
                margin=0.005,
                status="holds",
            ),
        ),
        "guardrails": guardrails(),
        "metrics": (
            metric("average_precision", "Average precision", 0.6211, 0.6211 + 1.5 * gain, 0.019),
            metric("brier", "Brier score", 0.1389, 0.1389 - gain / 3, 0.0031, better="lower"),
            metric("accuracy", "Accuracy", 0.7963, 0.7963 + gain, 0.0121),
            metric("f1", "F1", 0.5712, 0.5712 + gain, 0.0277),
            metric("mcc", "MCC", 0.4466, 0.4466 + gain, 0.0311),
        ),
        "slices": slices(),
        "changed": ChangedRows(fixed=52, broken=33, both_right=1089, both_wrong=235),
        "power": Power(metric="roc_auc", detectable=0.0121, rows_needed=1104),
        "curves": curves(),
        "seconds": {"scoring": 1.31, "judging": 0.42},
    }
    fields.update(changes)
    return BoutResult(**fields)  # type: ignore[arg-type]


def validation(*findings: Finding, created: str = CREATED) -> ValidationResult:
    return ValidationResult(
        model="churn",
        passed=not any(finding.level == "error" for finding in findings),
        tables=(
            TableSummary(
                role="source",
                files=(DataFile(path="data/telco.csv", sha256="9d" * 32, bytes=970457),),
                rows=7043,
                columns=21,
                digest="d4" * 32,
            ),
        ),
        rules=33,
        findings=findings,
        held=(HeldRule(check="max", rule="columns.tenure.max", role="source", line=12),),
        contract="contract.yaml",
        contract_digest="5e" * 32,
        seconds=0.084,
        created=created,
    )


BLANKS = Finding(
    check="nulls",
    rule="nulls: 0",
    columns=("TotalCharges",),
    level="warn",
    role="source",
    failed=11,
    total=7043,
    message="11 of 7,043 rows have no value, more than the share of 0 allows",
    fix="Fill them in, or raise `nulls:` for this column.",
    rows=(489, 754, 937, 1083, 1341, 3332, 3827),
    place=Place(file="contract.yaml", line=24, column=5, key="columns.TotalCharges.nulls"),
)

BROKEN = Finding(
    check="values",
    rule="values",
    columns=("Contract",),
    level="error",
    role="source",
    failed=2310,
    total=7043,
    message="2,310 rows have a value that is not among the 3 allowed ones",
    fix="Mend the data, or add the new values to `values:`.",
    rows=(3, 4, 9, 12),
    place=Place(file="contract.yaml", line=31, column=5, key="columns.Contract.values"),
)


def training(status: str = "trained") -> TrainingResult:
    return TrainingResult(
        model="churn",
        status="trained" if status == "trained" else "reused",
        bundle="bundle",
        bundle_digest=CHALLENGER,
        fingerprint="f1" * 32,
        train_rows=5634,
        holdout_rows=1409,
        features=19,
        seconds=3.42,
        created=CREATED,
        log="train.log",
    )


def promotion(event: str = "promote", *, dry_run: bool = False, bundle: str | None = CHALLENGER) -> PromotionResult:
    return PromotionResult(
        model="churn",
        event=event,  # type: ignore[arg-type]
        version="v1.1.0" if event == "promote" else "v1.0.0",
        previous="v1.0.0" if event == "promote" else "v1.1.0",
        stage="production",
        reason="win; ROC AUC improved",
        created=LATER,
        seq=None if dry_run else 4,
        bundle_digest=bundle,
        dry_run=dry_run,
    )


def win() -> Story:
    return Story(validation=validation(BLANKS), training=training(), bout=bout("win"))


def promoted() -> Story:
    return Story(validation=validation(), training=training("reused"), bout=bout("win"), promotion=promotion())


UNKNOWN_ROWS = SeenRows(rows=1409, note="its bundle holds no row ids")


def loss() -> Story:
    return Story(
        validation=validation(),
        training=training(),
        bout=bout(
            "loss",
            gain=-0.0241,
            seen=UNKNOWN_ROWS,
            changed=ChangedRows(fixed=29, broken=71, both_right=1051, both_wrong=258),
        ),
    )


def slow() -> Story:
    """Return a loss by a guardrail that is broken for sure, whatever the primary metric did."""
    shown = bout("win")
    return Story(
        validation=validation(),
        training=training(),
        bout=bout("loss", gain=0.0136, primary=shown.primary, guardrails=guardrails("broken", 1.61)),
    )


def inconclusive() -> Story:
    return Story(
        validation=validation(),
        training=training(),
        bout=bout(
            "inconclusive",
            gain=0.0031,
            power=Power(metric="roc_auc", detectable=0.0121, rows_needed=21467),
            changed=ChangedRows(fixed=31, broken=27, both_right=1095, both_wrong=256),
        ),
    )


def first() -> Story:
    dummy = MetricResult(
        metric="roc_auc",
        title="ROC AUC",
        better="higher",
        rule="superior",
        status="holds",
        challenger=estimate(0.8312, 0.8071, 0.8534),
        champion=estimate(0.5),
        improvement=estimate(0.3312, 0.3071, 0.3534),
        margin=0.0,
    )
    return Story(
        validation=validation(BLANKS),
        training=training(),
        bout=bout(
            "first",
            passed=True,
            exit_code=0,
            champion=None,
            primary=metric("roc_auc", "ROC AUC", None, 0.8312, 0.0116, rule="superior", margin=0.0),
            baseline=dummy,
            guardrail_metrics=(),
            guardrails=(
                GuardrailResult(
                    guardrail="latency_ratio",
                    title="Scoring time against the champion",
                    rule="max",
                    status="shown",
                    measured=None,
                    limit=1.25,
                    unit="times",
                    explanation="There is no champion yet to compare with.",
                ),
                guardrails()[1],
            ),
            metrics=(
                metric("log_loss", "Log loss", None, 0.4302, 0.008, better="lower"),
                metric("accuracy", "Accuracy", None, 0.7963, 0.0105),
            ),
            slices=(
                SliceResult(column="gender", group="Female", rows=702, status="no difference shown", challenger=0.8277),
            ),
            changed=None,
            power=None,
            curves=curves(champion=False),
        ),
    )


def error() -> Story:
    return Story(
        validation=validation(),
        training=training(),
        bout=BoutResult(
            model="churn",
            task="binary",
            verdict="error",
            passed=False,
            reasons=("one feature alone predicts the target",),
            exit_code=3,
            stage="production",
            confidence=0.95,
            seed=7,
            created=LATER,
            champion=Side(bundle_digest=CHAMPION, version="v1.0.0"),
            error=Problem(
                found="`casual` and `registered` together give the target `cnt` away",
                allowed="features that are known before the target is",
                fix="Add one of them to `data.exclude`.",
                place=Place(file="modelbout.yaml", line=9, column=3, key="data.exclude"),
            ),
            leaks=(
                Leak(
                    kind="target leak",
                    columns=("casual", "registered"),
                    level="error",
                    strength=1.0,
                    message="casual + registered = cnt in every row",
                ),
            ),
        ),
    )


def contract() -> Story:
    return Story(validation=validation(BLANKS, BROKEN))


def regression() -> Story:
    return Story(
        validation=validation(),
        training=training(),
        bout=bout(
            "win",
            model="churn",
            task="regression",
            holdout=Holdout(digest=HOLDOUT, rows=366, train_rows=365),
            primary=metric(
                "rmse",
                "RMSE",
                1843.21,
                1502.83,
                171.4,
                better="lower",
                rule="superior",
                margin=100.0,
                status="holds",
            ),
            guardrail_metrics=(
                metric(
                    "mae",
                    "MAE",
                    1404.9,
                    1198.4,
                    120.2,
                    better="lower",
                    rule="non_inferior",
                    margin=50.0,
                    status="holds",
                ),
            ),
            metrics=(
                metric("r2", "R\u00b2", 0.1324, 0.4233, 0.11),
                metric("mape_safe", "Weighted MAPE", 0.2508, 0.2139, 0.021, better="lower"),
            ),
            slices=(
                SliceResult(
                    column="season",
                    group="winter",
                    rows=91,
                    status="better",
                    challenger=1203.1,
                    champion=1822.0,
                    improvement=estimate(618.9, 301.2, 950.0),
                ),
            ),
            changed=ChangedRows(fixed=231, broken=134, both_right=0, both_wrong=1),
            power=Power(metric="rmse", detectable=239.8, rows_needed=364),
            curves=residuals(),
        ),
    )


def contract_changes() -> ContractDiff:
    """Return the changes of a contract in a pull request: two that break somebody, one that does not."""
    return ContractDiff(
        model="churn",
        contract="contract.yaml",
        base="0fe1c2d3a4b5",
        breaking=2,
        fine=1,
        changes=(
            ContractChange(
                key="columns.Contract.values",
                column="Contract",
                breaking=True,
                what="changed",
                before="[Month-to-month, One year, Two year]",
                after="[Month-to-month, One year]",
                reason="data that kept the old rule may break this one",
                place=Place(file="contract.yaml", line=21, column=3, key="columns.Contract.values"),
            ),
            ContractChange(
                key="columns.gender",
                column="gender",
                breaking=True,
                what="column removed",
                reason="its readers miss it",
                place=Place(file="contract.yaml", line=9, column=3, key="columns.gender"),
            ),
            ContractChange(
                key="columns.TotalCharges.nulls",
                column="TotalCharges",
                breaking=False,
                what="rule added",
                after="0.005",
                reason="data that kept the old rule keep this one",
                place=Place(file="contract.yaml", line=25, column=3, key="columns.TotalCharges.nulls"),
            ),
        ),
        created=CREATED,
    )


def narrowed() -> Story:
    """Return a win in a pull request that changes the contract too."""
    return replace(win(), contract_diff=contract_changes())


def drift_column(name: str, message: str = "", **fields: object) -> DriftColumn:
    """Return one column of a drift report; one with a message has drifted."""
    reading = DriftReading(
        measure="wasserstein",
        verdict="drift" if message else "no drift",
        effect=0.28 if message else 0.03,
        allowance=0.075,
        threshold=0.1,
        value=8.33,
    )
    values: dict[str, object] = {
        "column": name,
        "role": "feature",
        "verdict": reading.verdict,
        "level": "warn",
        "effect": reading.effect,
        "threshold": 0.1,
        "detectable": 0.075,
        "readings": (reading,),
        "reference": DriftSide(rows=5657, missing=0, mean=64.9, std=30.0, median=70.9),
        "current": DriftSide(rows=7043, missing=0, mean=74.48, std=34.6, median=81.2),
        "importance": 0.052,
        "message": message,
        "fix": "find out whether the world changed" if message else "",
        "cells": (
            DriftCell(label="18 to 40", reference=0.5, current=0.2),
            DriftCell(label="40 to 90", reference=0.5, current=0.5),
            DriftCell(label="above 90", reference=0.0, current=0.3),
        )
        if message
        else (),
        **fields,
    }
    return DriftColumn(**values)  # type: ignore[arg-type]


def drift(*columns: DriftColumn, **fields: object) -> DriftResult:
    """Return a drift report of these columns."""
    drifted = any(column.verdict == "drift" and column.level != "info" for column in columns)
    values: dict[str, object] = {
        "model": "churn",
        "verdict": "drift" if drifted else "no drift",
        "passed": not drifted,
        "reference": DriftReference(kind="version", name="churn@v1.0.0", rows=5657),
        "rows": 7043,
        "columns": columns,
        "table": (
            DriftReading(
                measure="rows",
                verdict="no drift",
                effect=0.0,
                allowance=0.0,
                threshold=0.1,
                value=1.245,
                detail="7,043 rows, the reference has 5,657",
            ),
        ),
        "effect": 0.1,
        "false_alarms": 0.01,
        "seconds": 1.5,
        "created": CREATED,
        **fields,
    }
    return DriftResult(**values)  # type: ignore[arg-type]


def drifted() -> Story:
    """Return a win on data that has drifted from what the champion was trained on."""
    return replace(
        win(),
        drift=drift(
            drift_column("MonthlyCharges", "mean 64.9 to 74.48 (+0.32 standard deviations)"),
            drift_column("Contract", "share of `Two year` 24.5 % to 16.6 %", importance=0.11),
            drift_column(
                "gender", "share of `Male` 50 % to 60 %", importance=0.001, level="info", fix="for your information"
            ),
            drift_column("tenure"),
            drift_column("PhoneService", verdict="too few rows"),
            not_compared=(NotCompared(column="P(Yes)", reason="no prediction in the current data"),),
        ),
    )


def grouped() -> Story:
    """Return a loss by groups: one found to be worse, one treated worse than before."""
    told = bout(
        "loss",
        -0.004,
        primary=metric("roc_auc", "ROC AUC", 0.8312, 0.8272, 0.0085, rule="superior", margin=0.0, status="uncertain"),
        metrics=(metric("cost_matrix", "Cost", 8200.0, 7860.0, 220.0, better="lower", unit="EUR per 1,000 decisions"),),
        found_slices=(
            FoundSlice(
                conditions=(
                    Condition(column="tenure", relation="at most", value="12"),
                    Condition(column="Contract", relation="is", value="Month-to-month"),
                ),
                rows=312,
                status="worse",
                challenger=0.77,
                champion=0.81,
                improvement=estimate(-0.04, -0.061, -0.019),
                p_adjusted=0.0004,
            ),
            FoundSlice(
                conditions=(Condition(column="MonthlyCharges", relation="above", value="90"),),
                rows=101,
                status="not enough rows",
            ),
        ),
        fairness=(
            FairnessResult(
                column="gender",
                group="Female",
                measure="tpr",
                rows=702,
                status="broken",
                challenger=estimate(0.51, 0.44, 0.58),
                champion=estimate(0.59, 0.52, 0.66),
                improvement=estimate(-0.08, -0.11, -0.052),
                margin=0.05,
                explanation="It has surely got worse by more than 0.05.",
            ),
            FairnessResult(
                column="gender",
                group="Male",
                measure="selection_rate",
                rows=707,
                status="holds",
                challenger=estimate(0.22, 0.19, 0.25),
                champion=estimate(0.23, 0.2, 0.26),
                improvement=estimate(-0.01, -0.02, 0.001),
                margin=0.05,
            ),
            FairnessResult(
                column="gender",
                group="not told",
                measure="calibration",
                rows=31,
                status="uncertain",
                margin=0.05,
                explanation="The group has 31 rows; 100 are the least that are judged.",
            ),
        ),
        champion=Side(
            bundle_digest=CHAMPION,
            version="v1.0.0",
            scored=Scoring(fresh=0, recorded=1409, environment="none", note="it does not load under scikit-learn 1.9"),
        ),
        search=Search(
            by="optuna",
            metric="roc_auc",
            minutes=10,
            tried=50,
            failed=2,
            best={"model__C": "0.7"},
            trials=(
                Trial(number=31, score=0.8312, seconds=1.4, parameters={"model__C": "0.7"}),
                Trial(number=4, score=None, seconds=0.2, parameters={"model__C": "90.0"}, end="cut"),
            ),
            explanation="lift is not scored on folds: roc_auc was searched for instead.",
        ),
        contenders=(
            Contender(name="forest", verdict="loss", passed=False, chosen=True, explanation="It is worse for some."),
            Contender(
                name="linear",
                verdict="inconclusive",
                passed=False,
                chosen=False,
                primary=metric("roc_auc", "ROC AUC", 0.8312, 0.8302, 0.0085, rule="superior", status="uncertain"),
            ),
        ),
        cautions=("F1: intervals on so few positive rows hold the truth in 91 of 100 cases instead of 95.",),
    )
    return Story(validation=validation(), training=training(), bout=told)


def worn() -> Story:
    """Return a win on the open rows that the sealed rows do not bear out, on a holdout that is nearly spent."""
    told = bout(
        "inconclusive",
        primary=metric("roc_auc", "ROC AUC", 0.8312, 0.8448, 0.0085, rule="superior", margin=0.0, status="holds"),
        wear=Wear(
            bouts=19,
            promotions=3,
            policy="budget",
            level=0.025,
            budget=20,
            left=1,
            explanation="19 other challengers have been judged on this holdout; its budget is 20.",
            holdout=HOLDOUT,
        ),
        anchor=Anchor(
            version="v1.0.0",
            bundle_digest=CHAMPION,
            result=metric(
                "roc_auc",
                "ROC AUC",
                0.8412,
                0.8448,
                0.0085,
                rule="non_inferior",
                margin=0.005,
                status="uncertain",
                explanation="Against the anchor: ROC AUC is better by 0.0036: it may be worse by more than 0.005.",
            ),
        ),
        sealed=Sealed(
            rows=704,
            open_rows=705,
            opened=True,
            passed=False,
            explanation="On the 704 sealed rows, ROC AUC is worse by about 0.002: that does not show there what the "
            "open rows showed.",
        ),
    )
    return Story(validation=validation(), training=training(), bout=told)


STORIES = {
    "contract": contract,
    "drifted": drifted,
    "error": error,
    "first": first,
    "grouped": grouped,
    "inconclusive": inconclusive,
    "loss": loss,
    "narrowed": narrowed,
    "promoted": promoted,
    "regression": regression,
    "slow": slow,
    "win": win,
    "worn": worn,
}
