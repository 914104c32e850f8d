from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from modelbout import catalogue
from modelbout.bout.metric import TableMetric
from modelbout.bout.roster import METRICS, metric, names_for
from modelbout.bout.sheet import Sheet
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.manifest import Task

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
CASES = [(task, name) for task in TASKS for name in names_for(task)]


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
    sheet = draw(task, rows=257, decimals=decimals)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = by_scikit_learn(name, sheet)
    assert metric(name).measure(sheet).value == pytest.approx(expected, abs=1e-9, rel=1e-9)


@pytest.mark.parametrize("decimals", [None, 1])
@pytest.mark.parametrize(("task", "name"), CASES)
def test_influence_is_what_leaving_a_row_out_does(
    task: Task, name: str, decimals: int | None, draw: Callable[..., Sheet]
) -> None:
    sheet = draw(task, rows=1500, decimals=decimals)
    measured = metric(name).measure(sheet)
    rows = np.arange(sheet.rows)
    left_out = rows[::10]
    without = np.array([metric(name).measure(sheet.take(rows[rows != row])).value for row in left_out])
    jackknife = (sheet.rows - 1) * (measured.value - without)
    widest = np.abs(measured.influence).max()
    assert np.abs(jackknife).max() > 0.1 * widest
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
    mine, theirs = metric(name).measure(wider), metric(name).measure(sheet)
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


@pytest.mark.parametrize("name", ["f1", "f1_macro", "mcc", "balanced_accuracy"])
def test_a_constant_label_is_no_division_by_zero(name: str, draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=100)
    constant = Sheet("binary", 2, 1, sheet.truth, Predictions(label=np.zeros(100, dtype=np.int64)))
    measured = metric(name).measure(constant)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert measured.value == pytest.approx(by_scikit_learn(name, constant), abs=1e-9)
    assert np.isfinite(measured.influence).all()


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
    found = metric(name)
    assert isinstance(found, TableMetric)
    tables = np.random.default_rng(1).integers(1, 50, (7, 2, 2)).astype(np.float64)
    assert found.formula(tables, 1) == pytest.approx([float(found.formula(table, 1)) for table in tables])
    assert found.formula(tables / 3, 1) == pytest.approx(found.formula(tables, 1))


def test_every_metric_has_its_section_in_the_docs() -> None:
    sections = dict(part.split("\n", 1) for part in DOCS.read_text().split("\n## ")[1:])
    for name in catalogue.names(METRICS):
        found = metric(name)
        text = sections[f"`{name}`"]
        assert f"**Title** {found.title}" in text
        assert f"**Better** {found.better}" in text
        assert f"**Tasks** {', '.join(found.tasks)}" in text
        for word in ("**Definition**", "**Interval**", "**Source**"):
            assert word in text
    assert {title for title in sections if title.startswith("`")} == {f"`{name}`" for name in catalogue.names(METRICS)}


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        metric("auc")
