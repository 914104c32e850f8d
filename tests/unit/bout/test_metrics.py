from __future__ import annotations

import itertools
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from modelbout import catalogue
from modelbout.bout.calibration import LEAST_ROWS
from modelbout.bout.metric import TableMetric
from modelbout.bout.roster import METRICS, deciding_for, metric, names_for, told_for
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import Terms
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.metric import Measured
    from modelbout.manifest import Task

DOCS = Path(__file__).parents[3] / "docs" / "metrics"
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
CASES = [(task, name) for task in TASKS for name in names_for(task)]

# Metrics that leaving out one row does not describe: by the bootstrap, without interval, of cuts by rank and of bins.
NOT_BY_ROWS = {"medae", "max_error", "ece", "ece_debiased", "precision_at_k", "lift"}


COSTS = ((0.0, 2.0), (9.0, -3.0))
QUANTILE = 0.8
TERMS = Terms(costs=COSTS, currency="EUR", top=0.2, quantile=QUANTILE)


def measured_by(name: str, sheet: Sheet) -> Measured:
    return metric(name, sheet.terms).measure(sheet)


def under_terms(sheet: Sheet) -> Sheet:
    return replace(sheet, terms=TERMS)


def _top_2(sheet: Sheet) -> float:
    """Average over what a coin does with equal probabilities: scikit-learn breaks ties by the class's place."""
    ways = itertools.permutations(range(sheet.classes))
    return float(
        np.mean(
            [
                (np.argsort(-sheet.proba[:, way], axis=1, kind="stable")[:, :2] == np.argsort(way)[sheet.codes, None])
                .any(axis=1)
                .mean()
                for way in map(list, ways)
            ]
        )
    )


def _precision_at_k(sheet: Sheet) -> float:
    """Walk down the scores, a whole group of equal ones at a time, until there is no room."""
    score, room, found = sheet.proba[:, 1], sheet.terms.top * sheet.rows, 0.0
    for value in np.unique(score)[::-1]:
        hits = sheet.codes[score == value]
        taken = min(hits.size, room - 0.0)
        found += taken * hits.mean()
        room -= taken
        if room <= 0:
            break
    return float(found / (sheet.terms.top * sheet.rows))


def _in_bins(sheet: Sheet, *, debiased: bool) -> float:
    """Kumar, Liang and Ma 2019, Definition 5.1 (debiased) and the plug-in error, bin by bin."""
    if sheet.task == "binary":
        score, hit = sheet.proba[:, 1], sheet.codes == 1
    else:
        score, hit = sheet.proba.max(axis=1), sheet.proba.argmax(axis=1) == sheet.codes
    count = min(15, sheet.rows // 20)
    bins = np.array([((score < one).sum() + (score == one).sum() / 2) * count // sheet.rows for one in score])
    total = 0.0
    for one in np.unique(bins):
        inside = bins == one
        rows, share, said = inside.sum(), hit[inside].mean(), score[inside].mean()
        assert rows >= LEAST_ROWS
        part = (said - share) ** 2 - share * (1 - share) / (rows - 1) if debiased else abs(said - share)
        total += rows / sheet.rows * part
    return float(total)


def by_scikit_learn(name: str, sheet: Sheet) -> float:
    y = sheet.truth
    told = sheet.predictions
    binary = sheet.task == "binary"
    everywhere: dict[str, Callable[[], float]] = {
        "accuracy": lambda: sk.accuracy_score(y, told.label),
        "balanced_accuracy": lambda: sk.balanced_accuracy_score(y, told.label),
        "f1": lambda: sk.f1_score(y, told.label, zero_division=0),
        "f1_macro": lambda: sk.f1_score(y, told.label, average="macro", zero_division=0),
        "mcc": lambda: sk.matthews_corrcoef(y, told.label),
        "rmse": lambda: sk.root_mean_squared_error(y, told.value),
        "mae": lambda: sk.mean_absolute_error(y, told.value),
        "r2": lambda: sk.r2_score(y, told.value),
        "mape_safe": lambda: float(np.abs(sheet.target - sheet.value).sum() / np.abs(sheet.target).sum()),
        "mape": lambda: sk.mean_absolute_percentage_error(y, told.value),
        "mse": lambda: sk.mean_squared_error(y, told.value),
        "msle": lambda: sk.mean_squared_log_error(y, told.value),
        "rmsle": lambda: sk.root_mean_squared_log_error(y, told.value),
        "medae": lambda: sk.median_absolute_error(y, told.value),
        "max_error": lambda: sk.max_error(y, told.value),
        "explained_variance": lambda: sk.explained_variance_score(y, told.value),
        "poisson_deviance": lambda: sk.mean_poisson_deviance(y, told.value),
        "gamma_deviance": lambda: sk.mean_gamma_deviance(y, told.value),
        "pinball": lambda: sk.mean_pinball_loss(y, told.value, alpha=QUANTILE),
        "d2_pinball": lambda: sk.d2_pinball_score(y, told.value, alpha=QUANTILE),
        "d2_absolute_error": lambda: sk.d2_absolute_error_score(y, told.value),
        "precision": lambda: sk.precision_score(y, told.label, zero_division=0),
        "recall": lambda: sk.recall_score(y, told.label, zero_division=0),
        "specificity": lambda: sk.recall_score(y, told.label, pos_label=0, zero_division=0),
        "f2": lambda: sk.fbeta_score(y, told.label, beta=2, zero_division=0),
        "f05": lambda: sk.fbeta_score(y, told.label, beta=0.5, zero_division=0),
        "jaccard": lambda: sk.jaccard_score(y, told.label, zero_division=0),
        "jaccard_macro": lambda: sk.jaccard_score(y, told.label, average="macro", zero_division=0),
        "precision_macro": lambda: sk.precision_score(y, told.label, average="macro", zero_division=0),
        "recall_macro": lambda: sk.recall_score(y, told.label, average="macro", zero_division=0),
        "f1_weighted": lambda: sk.f1_score(y, told.label, average="weighted", zero_division=0),
        "cohen_kappa": lambda: sk.cohen_kappa_score(y, told.label),
        "cost_matrix": lambda: float(1000 * (sk.confusion_matrix(y, told.label) * np.array(COSTS)).sum() / len(y)),
        "brier_skill": lambda: sk.d2_brier_score(y, sheet.proba[:, 1] if binary else sheet.proba),
        "d2_log_loss": lambda: sk.d2_log_loss_score(y, told.proba, labels=range(sheet.classes)),
        "top_2_accuracy": lambda: _top_2(sheet),
        "precision_at_k": lambda: _precision_at_k(sheet),
        "lift": lambda: _precision_at_k(sheet) / float((sheet.codes == 1).mean()),
        "ece": lambda: _in_bins(sheet, debiased=False),
        "ece_debiased": lambda: _in_bins(sheet, debiased=True),
        "log_loss": lambda: sk.log_loss(y, told.proba, labels=range(sheet.classes)),
    }
    if name in everywhere:
        return float(everywhere[name]())
    assert told.proba is not None
    if name == "brier":
        if binary:
            return float(sk.brier_score_loss(y, told.proba[:, 1]))
        return float(((told.proba - np.eye(sheet.classes)[sheet.codes]) ** 2).sum(axis=1).mean())
    if binary:
        score = sk.roc_auc_score if name == "roc_auc" else sk.average_precision_score
        return float(score(y, told.proba[:, 1]))
    if name == "roc_auc":
        return float(sk.roc_auc_score(y, told.proba, multi_class="ovr", average="macro"))
    return float(sk.average_precision_score(y, told.proba, average="macro"))


@pytest.mark.parametrize("decimals", [None, 1, 0])
@pytest.mark.parametrize(("task", "name"), CASES)
def test_equals_scikit_learn_also_with_ties(
    task: Task, name: str, decimals: int | None, draw: Callable[..., Sheet]
) -> None:
    sheet = under_terms(draw(task, rows=257, decimals=decimals, lowest=0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = by_scikit_learn(name, sheet)
    assert measured_by(name, sheet).value == pytest.approx(expected, abs=1e-9, rel=1e-9)


@pytest.mark.parametrize("decimals", [None, 1])
@pytest.mark.parametrize(("task", "name"), [case for case in CASES if case[1] not in NOT_BY_ROWS])
def test_influence_is_what_leaving_a_row_out_does(
    task: Task, name: str, decimals: int | None, draw: Callable[..., Sheet]
) -> None:
    sheet = under_terms(draw(task, rows=1500, decimals=decimals, lowest=0.5))
    measured = measured_by(name, sheet)
    rows = np.arange(sheet.rows)
    left_out = rows[::30]
    without = np.array([measured_by(name, sheet.take(rows[rows != row])).value for row in left_out])
    jackknife = (sheet.rows - 1) * (measured.value - without)
    widest = np.abs(measured.influence[left_out]).max()
    assert widest > 0
    assert np.abs(measured.influence[left_out] - jackknife).max() < 0.03 * widest
    assert measured.influence.mean() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", names_for("multiclass"))
def test_class_without_rows_is_left_out_of_means(name: str, draw: Callable[..., Sheet]) -> None:
    sheet = draw("multiclass", rows=200, classes=3)
    told = sheet.predictions
    assert told.label is not None
    assert told.proba is not None
    never = np.zeros((200, 1))
    wider = Sheet("multiclass", 4, None, sheet.truth, Predictions(told.label, np.hstack([told.proba, never])))
    mine, theirs = measured_by(name, wider), measured_by(name, sheet)
    assert mine.value == pytest.approx(theirs.value, abs=1e-12)
    assert mine.influence == pytest.approx(theirs.influence, abs=1e-12)


def test_delong_variance_is_that_of_the_placement_values(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=150, decimals=1)
    score = sheet.proba[:, 1]
    yes, no = score[sheet.codes == 1], score[sheet.codes == 0]
    wins = (yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
    expected = wins.mean(axis=1).var(ddof=1) / yes.size + wins.mean(axis=0).var(ddof=1) / no.size
    influence = metric("roc_auc").measure(sheet).influence
    assert (influence**2).sum() / sheet.rows**2 == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_one_class_has_no_order_to_judge(name: str, draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=100)
    assert np.isnan(metric(name).measure(sheet.take(np.flatnonzero(sheet.codes == 1))).value)


def test_r2_of_a_constant_truth_and_relative_error_of_zeros_are_undefined() -> None:
    sheet = Sheet("regression", 0, None, np.zeros(30), Predictions(value=np.ones(30)))
    assert np.isnan(metric("r2").measure(sheet).value)
    assert np.isnan(metric("mape_safe").measure(sheet).value)


def test_zeros_in_the_truth_do_not_blow_up_the_relative_error() -> None:
    truth = np.array([0.0, 0.0, 10.0, 30.0])
    sheet = Sheet("regression", 0, None, truth, Predictions(value=truth + 1))
    assert metric("mape_safe").measure(sheet).value == pytest.approx(4 / 40)


def test_perfect_regression_has_no_error_and_no_influence() -> None:
    truth = np.linspace(0, 1, 30)
    measured = metric("rmse").measure(Sheet("regression", 0, None, truth, Predictions(value=truth)))
    assert measured.value == 0
    assert not measured.influence.any()


@pytest.mark.parametrize(
    "name",
    ["f1", "f1_macro", "mcc", "balanced_accuracy", "precision", "jaccard", "f2", "f05", "cohen_kappa", "specificity"],
)
def test_a_constant_label_is_no_division_by_zero(name: str, draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=100)
    constant = Sheet("binary", 2, 1, sheet.truth, Predictions(label=np.zeros(100, dtype=np.int64)))
    measured = metric(name).measure(constant)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert measured.value == pytest.approx(by_scikit_learn(name, constant), abs=1e-9)
    assert np.isfinite(measured.influence).all()


@pytest.mark.exhaustive
@given(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.5, 0.50000001, 1.0])), min_size=2, max_size=40)
)
@settings(max_examples=200, deadline=None)
def test_orders_with_any_ties_equal_scikit_learn(rows: list[tuple[int, float]]) -> None:
    truth = np.array([code for code, _ in rows] + [0, 1], dtype=np.int64)
    score = np.array([score for _, score in rows] + [0.5, 0.1])
    told = Predictions(label=(score > 0.5).astype(np.int64), proba=np.column_stack([1 - score, score]))
    sheet = Sheet("binary", 2, 1, truth, told)
    for name in ("roc_auc", "average_precision", "mcc", "f1"):
        assert metric(name).measure(sheet).value == pytest.approx(by_scikit_learn(name, sheet), abs=1e-9)


@pytest.mark.parametrize("name", [name for name in names_for("binary") if metric(name).needs == "label"])
def test_tables_can_be_judged_many_at_once(name: str) -> None:
    found = metric(name, TERMS)
    assert isinstance(found, TableMetric)
    tables = np.random.default_rng(1).integers(1, 50, (7, 2, 2)).astype(np.float64)
    assert found.formula(tables, 1) == pytest.approx([float(found.formula(table, 1)) for table in tables])
    assert found.formula(tables / 3, 1) == pytest.approx(found.formula(tables, 1))


def test_every_metric_has_its_section_in_the_docs() -> None:
    overview = DOCS.joinpath("README.md").read_text(encoding="utf-8")
    for name in catalogue.names(METRICS):
        found = metric(name)
        text = DOCS.joinpath(f"{name}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {name}\n\n**Title** {found.title}. ")
        assert f"| [`{name}`]({name}.md) | {found.title} | {found.better} | {', '.join(found.tasks)} |\n" in overview
        assert f"**Better** {found.better}" in text
        assert f"**Tasks** {', '.join(found.tasks)}" in text
        for word in ("**Definition**", "**Interval**", "**Source**"):
            assert word in text
    assert {page.stem for page in DOCS.glob("*.md")} == {"README", *catalogue.names(METRICS)}


@pytest.mark.parametrize("name", ["precision_at_k", "lift", "ece", "ece_debiased", "brier_skill", "d2_log_loss"])
def test_one_probability_for_all_rows(name: str) -> None:
    truth = np.array([0, 0, 0, 1] * 25, dtype=np.int64)
    constant = Predictions(label=np.zeros(100, dtype=np.int64), proba=np.full((100, 2), [0.75, 0.25]))
    sheet = under_terms(Sheet("binary", 2, 1, truth, constant))
    expected = {"precision_at_k": 0.25, "lift": 1.0, "ece_debiased": -0.25 * 0.75 / 99}.get(name, 0.0)
    measured = measured_by(name, sheet)
    assert measured.value == pytest.approx(expected, abs=1e-12)
    assert np.isfinite(measured.influence).all()


@pytest.mark.parametrize("name", names_for("binary"))
def test_one_positive_row_makes_no_traceback(name: str, draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=100)
    one = np.append(np.flatnonzero(sheet.codes == 0), np.flatnonzero(sheet.codes == 1)[:1])
    alone = under_terms(sheet.take(one))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert measured_by(name, alone).value == pytest.approx(by_scikit_learn(name, alone), abs=1e-9)


@pytest.mark.parametrize(
    ("name", "truth", "answer", "refusal"),
    [
        ("msle", -1.0, 1.0, "1 of 30 true values are at or below -1"),
        ("rmsle", 1.0, -2.0, "1 of 30 predictions are at or below -1"),
        ("poisson_deviance", -0.5, 1.0, "1 of 30 true values are below 0"),
        ("poisson_deviance", 0.0, 0.0, "1 of 30 predictions are at or below 0"),
        ("gamma_deviance", 0.0, 1.0, "1 of 30 true values are at or below 0"),
        ("mape", 0.0, 1.0, "1 of 30 true values are 0"),
        ("poisson_deviance", 0.0, 1.0, ""),
        ("rmse", -5.0, -5.0, ""),
    ],
)
def test_what_has_no_meaning_is_said(name: str, truth: float, answer: float, refusal: str) -> None:
    truths, answers = np.ones(30), np.ones(30)
    truths[0], answers[0] = truth, answer
    found = metric(name).refusal(Sheet("regression", 0, None, truths, Predictions(value=answers)))
    assert found.startswith(refusal)
    assert bool(found) == bool(refusal)


def test_costs_follow_the_positive_class() -> None:
    truth, label = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1])
    sheet = Sheet("binary", 2, 0, truth, Predictions(label=label), terms=TERMS)
    # Positive is the first class here: two misses at 9, a hit at -3, a right no at 0.
    assert measured_by("cost_matrix", sheet).value == pytest.approx(1000 * (2 * 9 - 3) / 4)
    assert metric("cost_matrix", TERMS).unit(TERMS) == "EUR"
    assert metric("accuracy").unit(TERMS) == ""
    with pytest.raises(LookupError):
        metric("cost_matrix").measure(sheet)


def test_a_quantile_has_to_be_told(draw: Callable[..., Sheet]) -> None:
    with pytest.raises(LookupError):
        metric("pinball").measure(draw("regression"))
    assert {"pinball", "d2_pinball"}.isdisjoint(told_for("regression", Terms()))
    assert {"pinball", "d2_pinball"} <= set(told_for("regression", TERMS))


def test_what_no_interval_holds_decides_nothing() -> None:
    assert {"ece", "max_error"} <= {*told_for("binary", TERMS), *told_for("regression", TERMS)}
    assert {"ece", "max_error"}.isdisjoint({*deciding_for("binary", TERMS), *deciding_for("regression", TERMS)})
    assert "ece_debiased" in deciding_for("multiclass", TERMS)


def test_a_lift_of_nothing_is_undefined_and_a_table_refuses_nothing(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=100)
    assert np.isnan(metric("lift").measure(sheet.take(np.flatnonzero(sheet.codes == 0))).value)
    assert metric("f1").refusal(sheet) == ""
    assert metric("f1").constant(np.array([1.0, 2.0]), Terms()) == 1.5


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        metric("auc")
