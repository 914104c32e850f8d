from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import special, stats

from modelbout.bout import intervals
from modelbout.bout.comparison import contrast
from modelbout.bout.intervals import DIRICHLET, INFLUENCE
from modelbout.bout.metric import TableMetric
from modelbout.bout.paired import ADJUSTED, SAME, TIE, difference
from modelbout.bout.roster import deciding_for, metric
from modelbout.bout.sheet import Sheet
from modelbout.bout.terms import Terms
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelbout.bout.paired import Difference
    from modelbout.manifest import Task

TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
# What some metrics must be told; amounts below it would have no gamma deviance and no logarithm.
TERMS = Terms(costs=((0.0, 1.0), (5.0, 0.0)), quantile=0.6)
LOWEST = 0.5
CASES = [(task, name) for task in TASKS for name in deciding_for(task, TERMS)]
POPULATION = 60_000
REPEATS = 300


def between(name: str, challenger: Sheet, champion: Sheet, seed: int = 0) -> Difference:
    found = contrast(name, challenger, champion, confidence=0.95, seed=seed).difference
    assert found is not None
    return found


def drawn(draw: Callable[..., Sheet], task: Task, **how: Any) -> Sheet:
    return replace(draw(task, lowest=LOWEST, **how), terms=TERMS)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_better_is_positive_and_swapping_the_corners_flips_it(
    task: Task, name: str, draw: Callable[..., Sheet]
) -> None:
    good, bad = (drawn(draw, task, rows=2000, model=model, noise=noise) for model, noise in ((1, 0.1), (2, 2.5)))
    forth, back = between(name, good, bad), between(name, bad, good)
    assert forth.low > 0
    assert forth.p < 0.01
    assert forth.improvement == pytest.approx(-back.improvement)
    assert forth.low == pytest.approx(-back.high, abs=0.02 * forth.improvement)
    assert forth.error == pytest.approx(back.error, rel=0.05)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_the_same_model_twice_is_a_tie(task: Task, name: str, draw: Callable[..., Sheet]) -> None:
    assert between(name, drawn(draw, task), drawn(draw, task)) == TIE
    assert TIE.method == SAME


def test_each_kind_says_its_method(draw: Callable[..., Sheet]) -> None:
    binary = draw("binary", model=1), draw("binary", model=2)
    many = draw("multiclass", model=1), draw("multiclass", model=2)
    assert between("roc_auc", *binary).method == INFLUENCE
    assert between("f1", *binary).method == DIRICHLET
    assert between("accuracy", *many).method == ADJUSTED
    assert between("log_loss", *many).method == INFLUENCE


@pytest.mark.parametrize(("task", "name"), [("binary", "ece"), ("regression", "max_error")])
def test_a_metric_without_an_interval_has_no_difference_that_decides(
    task: Task, name: str, draw: Callable[..., Sheet]
) -> None:
    found = contrast(name, draw(task), draw(task, model=2), confidence=0.95, seed=0)
    assert found.difference is None
    assert found.challenger.interval is None
    assert found.improvement is not None
    assert found.improvement.value != 0


def test_rounding_noise_is_a_tie(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    noisy = Sheet("binary", 2, 1, sheet.truth, Predictions(sheet.label, sheet.proba * (1 - 1e-15)))
    assert not sheet.same_answers(noisy)
    assert between("log_loss", sheet, noisy) == TIE


def test_a_steady_difference_is_sure() -> None:
    truth = np.arange(64.0)
    near, far = (Sheet("regression", 0, None, truth, Predictions(value=truth + by)) for by in (1.0, 1.5))
    found = between("mae", near, far)
    assert (found.improvement, found.low, found.high, found.p) == (0.5, 0.5, 0.5, 0.0)


def test_the_same_order_is_no_difference_of_auc(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    squeezed = sheet.proba[:, 1] ** 3
    other = Sheet("binary", 2, 1, sheet.truth, Predictions(sheet.label, np.column_stack([1 - squeezed, squeezed])))
    found = between("roc_auc", sheet, other)
    assert (found.improvement, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_same_labels_of_different_models_are_not_surely_the_same(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    squeezed = 0.9 * sheet.proba + 0.05
    found = between("accuracy", sheet, Sheet("binary", 2, 1, sheet.truth, Predictions(sheet.label, squeezed)))
    assert found.improvement == 0
    assert found.low < 0 < found.high
    assert found.p > 0.5


@pytest.mark.parametrize(
    ("task", "name", "most"),
    [
        ("multiclass", "accuracy", 1.0),
        ("multiclass", "f1_macro", 2.5),
        ("multiclass", "top_2_accuracy", 1.0),
        ("binary", "precision_at_k", 10.0),
        ("binary", "lift", 30.0),
    ],
)
def test_no_row_that_changed_is_no_certainty(task: Task, name: str, most: float, draw: Callable[..., Sheet]) -> None:
    sheet = draw(task, rows=400)
    assert sheet.predictions.proba is not None
    assert sheet.predictions.label is not None
    blurred = 0.9 * sheet.predictions.proba + 0.1 / sheet.classes
    other = replace(sheet, predictions=Predictions(label=sheet.predictions.label, proba=blurred))
    found = between(name, sheet, other)
    assert found.improvement == pytest.approx(0)
    assert 0 < found.error <= most / 400
    assert found.low < 0 < found.high
    assert found.method == ADJUSTED


@pytest.mark.parametrize("name", ["rmse", "rmsle"])
def test_roots_are_compared_by_what_is_under_them_too(name: str) -> None:
    wider = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        truth = rng.gamma(5, 2, 25)
        sheets = [
            Sheet("regression", 0, None, truth, Predictions(value=truth * rng.uniform(0.7, 1.4, 25))) for _ in "ab"
        ]
        found = between(name, sheets[0], sheets[1])
        parts = [metric(name).measure(sheet) for sheet in sheets]
        squares = [2 * part.value * part.influence for part in parts]
        under = stats.sem(squares[0] - squares[1]) / (parts[0].value + parts[1].value)
        plain = stats.sem(parts[0].influence - parts[1].influence)
        assert found.error == pytest.approx(max(under, plain))
        wider += under > plain
    assert 10 < wider < 40


def test_perfect_roots_are_a_tie() -> None:
    truth = np.arange(1.0, 41.0)
    sheets = [Sheet("regression", 0, None, truth, Predictions(value=truth * (1 + by))) for by in (0.0, 1e-15)]
    assert between("rmse", sheets[0], sheets[1]) == TIE


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_four_rows_that_changed_do_not_decide(task: Task, draw: Callable[..., Sheet]) -> None:
    sheet = draw(task, rows=1000, classes=3)
    champion = sheet.label.copy()
    right = np.flatnonzero(champion == sheet.codes)[:4]
    champion[right] = (champion[right] + 1) % sheet.classes
    mine = Sheet(task, sheet.classes, sheet.positive, sheet.truth, Predictions(label=sheet.label))
    theirs = Sheet(task, sheet.classes, sheet.positive, sheet.truth, Predictions(label=champion))
    found = between("accuracy", mine, theirs)
    assert found.improvement == pytest.approx(0.004)
    assert found.low < 0


def test_a_rare_class_leaves_no_difference_of_means_over_classes() -> None:
    truth = np.array([0] * 30 + [1] * 30 + [2] * 4, dtype=np.int64)
    sheets = [Sheet("multiclass", 3, None, truth, Predictions(label=(truth + by) % 3)) for by in (0, 1)]
    found = contrast("balanced_accuracy", sheets[0], sheets[1], confidence=0.95, seed=0)
    assert found.difference is None
    assert found.improvement is not None
    assert found.improvement.value == pytest.approx(1)
    assert found.improvement.interval is None


def test_draws_that_go_down_are_turned_round(draw: Callable[..., Sheet]) -> None:
    # No metric of the table is lower-is-better today; one that is must not be judged upside down.
    accuracy = metric("accuracy")
    assert isinstance(accuracy, TableMetric)
    right = accuracy.formula

    def wrong(table: NDArray[np.float64], positive: int | None) -> NDArray[np.float64]:
        return np.asarray(1 - right(table, positive))

    errors = TableMetric("Errors", ("binary",), "unit", wrong, accuracy.gradient, better="lower")
    sheets = draw("binary", model=1, noise=0.1), draw("binary", model=2, noise=2.5)
    measured = errors.measure(sheets[0]), errors.measure(sheets[1])
    found = difference(errors, *sheets, measured, confidence=0.95, seed=0)
    straight = between("accuracy", *sheets)
    assert found is not None
    assert found.improvement == pytest.approx(straight.improvement)
    assert (found.low, found.high) == pytest.approx((straight.low, straight.high))


@pytest.mark.parametrize(
    ("task", "name", "rows"),
    [
        ("binary", "roc_auc", 200),
        ("binary", "roc_auc", 1000),
        ("binary", "average_precision", 500),
        ("binary", "log_loss", 200),
        ("binary", "brier", 200),
        ("binary", "accuracy", 200),
        ("binary", "f1", 500),
        ("binary", "mcc", 1000),
        ("multiclass", "roc_auc", 300),
        ("multiclass", "accuracy", 500),
        ("multiclass", "f1_macro", 500),
        ("regression", "rmse", 200),
        ("regression", "mae", 200),
        ("regression", "r2", 500),
        ("regression", "mape_safe", 200),
    ],
)
def test_paired_intervals_hold_the_true_difference_as_often_as_they_say(
    task: Task, name: str, rows: int, draw: Callable[..., Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "DRAWS", 2000)  # a tenth: many repeats in a few seconds
    good = draw(task, rows=POPULATION, model=1, noise=0.4)
    fair = draw(task, rows=POPULATION, model=2, noise=0.6)
    truth = between(name, good, fair).improvement
    rng = np.random.default_rng(rows)
    held = 0
    for repeat in range(REPEATS):
        drawn = rng.integers(0, POPULATION, rows)
        found = between(name, good.take(drawn), fair.take(drawn), seed=repeat)
        held += found.low <= truth <= found.high
    assert 0.92 <= held / REPEATS <= 0.98


def test_few_positives_widen_the_interval_as_students_does() -> None:
    rng = np.random.default_rng(5)
    for rows, positives, least, most in (
        (200, 20, 2.05, 2.13),
        (200, 100, 1.971, 1.99),
        (20_000, 10_000, 1.9599, 1.961),
    ):
        truth = np.zeros(rows, dtype=np.int64)
        truth[:positives] = 1
        signal = 1.5 * truth + rng.normal(0, 1, rows)
        sheets = []
        for _ in range(2):
            score = 1 / (1 + np.exp(-signal - rng.normal(0, 0.5, rows)))
            told = Predictions(label=(score > 0.5).astype(np.int64), proba=np.column_stack([1 - score, score]))
            sheets.append(Sheet("binary", 2, 1, truth, told))
        found = between("roc_auc", sheets[0], sheets[1])
        assert least < (found.high - found.improvement) / found.error < most
        z = abs(found.improvement) / found.error
        assert 2 * special.ndtr(-z) < found.p < 2 * special.ndtr(-z) * 1.2 + 0.02
        plain = between("log_loss", sheets[0], sheets[1])
        assert (plain.high - plain.improvement) / plain.error == pytest.approx(special.stdtrit(rows - 1, 0.975))
