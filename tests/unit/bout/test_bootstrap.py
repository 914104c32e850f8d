from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout import bootstrap
from modelbout.bout.bootstrap import WORDS, Bits, Blocks, Shares, replicates, weights_of
from modelbout.bout.comparison import compared, contrast
from modelbout.bout.intervals import BOOTSTRAP
from modelbout.bout.metric import RowMetric, TableMetric
from modelbout.bout.roster import metric
from modelbout.bout.sheet import Sheet
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelbout.bout.metric import Metric
    from modelbout.manifest import Task

REWEIGHED: tuple[tuple[Task, str], ...] = (
    ("binary", "roc_auc"),
    ("binary", "average_precision"),
    ("binary", "log_loss"),
    ("binary", "brier"),
    ("binary", "f1"),
    ("binary", "accuracy"),
    ("multiclass", "roc_auc"),
    ("multiclass", "average_precision"),
    ("multiclass", "brier"),
    ("multiclass", "f1_macro"),
    ("regression", "medae"),
)


def resampled(name: str) -> Metric:
    found = metric(name)
    assert isinstance(found, RowMetric | TableMetric)
    return replace(found, interval="bootstrap")


def of_whole_rows(sheet: Sheet, counts: NDArray[np.int64]) -> Sheet:
    return sheet.take(np.repeat(np.arange(sheet.rows), counts))


@pytest.mark.parametrize("decimals", [None, 1])
@pytest.mark.parametrize(("task", "name"), REWEIGHED)
def test_a_weight_of_three_is_a_row_that_is_there_three_times(
    task: Task, name: str, decimals: int | None, draw: Callable[..., Sheet]
) -> None:
    sheet = draw(task, rows=150, decimals=decimals)
    counts = np.random.default_rng(0).integers(0, 4, (150, 5))
    found = metric(name).reweigh(sheet)(Shares(counts.astype(np.float64), None))
    expected = [metric(name).measure(of_whole_rows(sheet, counts[:, at])).value for at in range(5)]
    if name == "medae":  # the lower of two medians, not their mean
        assert found == pytest.approx(expected, abs=0.05)
    else:
        assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("task", "name"), REWEIGHED)
def test_bits_weigh_whole_blocks_of_neighbours(
    task: Task, name: str, draw: Callable[..., Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = draw(task, rows=3000)
    bits = Bits(3000, None, (0, 1))
    kept = [np.flatnonzero((bits.drawn[:-1] >> np.uint64(bit)) & np.uint64(1)) for bit in (0, 63)]
    expected = [metric(name).measure(sheet.take(rows)).value for rows in kept]
    exact = metric(name).reweigh(sheet)(bits)
    assert exact.shape == (64,)
    assert exact[[0, 63]] == pytest.approx(expected, abs=2e-3 if name == "medae" else 1e-12)
    monkeypatch.setattr(bootstrap, "SINGLE_ROWS", 200)
    monkeypatch.setattr(bootstrap, "MOST_BLOCKS", 200)
    sheet = replace(sheet)  # nothing kept
    assert metric(name).reweigh(sheet)(bits)[[0, 63]] == pytest.approx(expected, abs=0.01)


def test_blocks_are_as_few_as_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "SINGLE_ROWS", 10)
    monkeypatch.setattr(bootstrap, "MOST_BLOCKS", 8)
    rows = np.arange(21.0)[::-1].copy()
    one, many = Blocks(np.arange(10)[::-1]), Blocks(np.argsort(rows))
    assert (one.length, many.length, Blocks(np.arange(21), most=1).length) == (1, 4, 32)
    assert one.means(rows) == pytest.approx(np.arange(11.0, 21.0))
    assert many.means(rows) == pytest.approx([1.5, 5.5, 9.5, 13.5, 17.5, 20])


@pytest.mark.parametrize("cached", [2**18, 64])
@pytest.mark.parametrize("most", [1, 3, 64])
@pytest.mark.parametrize("together", [False, True])
def test_a_block_weighs_as_much_as_the_bits_of_its_rows(
    most: int, cached: int, monkeypatch: pytest.MonkeyPatch, *, together: bool
) -> None:
    monkeypatch.setattr(bootstrap, "SINGLE_ROWS", 10)
    monkeypatch.setattr(bootstrap, "CACHED_WORDS", cached)
    rng = np.random.default_rng(4)
    order = rng.permutation(700)[:501]  # the others are of another class
    observation = rng.integers(0, 90, 700) if together else None
    bits = Bits(90 if together else 700, observation, (3, 5))
    blocks = Blocks(order, most=most)
    words = bits.drawn[order if observation is None else observation[order]]
    each = (words[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    expected = np.add.reduceat(each, np.arange(0, 501, blocks.length))
    assert len(expected) == -(-501 // blocks.length) <= most
    assert (bits.of(blocks) == expected).all()


@pytest.mark.parametrize("most", [1000, 10])
def test_weights_have_mean_and_variance_one_and_are_the_same_each_time(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "SINGLE_ROWS", most)
    each = Blocks(np.arange(10))

    def drawn(seed: int, observation: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        rows = 10 if most > 10 else 200
        weights = [weights_of(rows, observation, seed, word).of(each) for word in range(WORDS)]
        return np.concatenate(weights, axis=1) * (1 if most > 10 else 2)

    weights = drawn(3)
    assert weights.shape == (10, 2048)
    assert weights.mean() == pytest.approx(1, abs=0.03)
    assert weights.var() == pytest.approx(1, abs=0.06)
    assert np.abs(np.corrcoef(weights) - np.eye(10)).max() < 0.1
    assert (weights == drawn(3)).all()
    assert (weights != drawn(4)).any()
    together = drawn(3, np.repeat(np.arange(40), 5))
    assert (together[:5] == together[0]).all()
    assert (together[5:] == together[5]).all()
    assert (together[0] != together[5]).any()


@pytest.mark.parametrize("most", [2**12, 100])  # single rows, and blocks of 16
@pytest.mark.parametrize(("task", "name"), [case for case in REWEIGHED if case[1] != "medae"])
def test_resamples_and_influences_know_the_same_error(
    task: Task, name: str, most: int, draw: Callable[..., Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "SINGLE_ROWS", most)
    monkeypatch.setattr(bootstrap, "MOST_BLOCKS", most)
    sheets = draw(task, rows=1500, noise=0.4), draw(task, rows=1500, model=2, noise=0.7)
    usual = contrast(name, *sheets, confidence=0.95, seed=0).difference
    found = compared(name, resampled(name), *sheets, confidence=0.95, seed=0)
    assert usual is not None
    assert found.difference is not None
    assert found.difference.improvement == usual.improvement
    assert found.difference.error == pytest.approx(usual.error, rel=0.12)
    assert found.difference.method == BOOTSTRAP
    assert found.challenger.interval is not None
    assert found.challenger.interval.method == BOOTSTRAP


def test_metrics_of_one_order_share_what_was_counted(
    draw: Callable[..., Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "SINGLE_ROWS", 64)
    asked = []
    counted = bootstrap._counted

    def watched(words: NDArray[np.uint64]) -> NDArray[np.uint32]:
        asked.append(words.size)
        return counted(words)

    monkeypatch.setattr(bootstrap, "_counted", watched)
    sheet = draw("binary", rows=500)
    weights = [weights_of(500, None, 7, word) for word in range(2)]
    found = {name: [metric(name).reweigh(sheet)(one) for one in weights] for name in ("roc_auc", "brier")}
    assert len(asked) == 4  # hits and misses, once a word
    for name, (first, second) in found.items():
        again = [metric(name).reweigh(replace(sheet))(one) for one in weights]
        assert (again[0] == first).all()
        assert (again[1] == second).all()
        assert (first != second).any()


def test_clusters_are_resampled_whole(draw: Callable[..., Sheet]) -> None:
    rows = np.repeat(np.arange(300), 4)
    alone = [draw("binary", rows=300, model=model) for model in (1, 2)]
    copied = [replace(sheet.take(rows), clusters=rows) for sheet in alone]
    one = compared("roc_auc", resampled("roc_auc"), *alone, confidence=0.95, seed=0)
    other = compared("roc_auc", resampled("roc_auc"), *copied, confidence=0.95, seed=0)
    assert one.difference is not None
    assert other.difference is not None
    assert other.difference.error == pytest.approx(one.difference.error, rel=1e-9)
    assert other.difference.method == "paired bootstrap, clusters as one"


def test_without_a_champion_there_is_a_level(draw: Callable[..., Sheet]) -> None:
    found = contrast("medae", draw("regression"), None, confidence=0.95, seed=0)
    assert found.challenger.interval is not None
    assert found.challenger.interval.low < found.challenger.value < found.challenger.interval.high
    assert found.challenger.interval.method == BOOTSTRAP


def test_a_metric_that_is_seldom_defined_has_no_interval(draw: Callable[..., Sheet]) -> None:
    def never(sheet: Sheet) -> Callable[..., NDArray[np.float64]]:
        del sheet
        return lambda weights: np.where(np.arange(64) < 30, 0.5, np.nan) + 0 * weights.of(Blocks(np.arange(1)))[0]

    found = metric("roc_auc")
    assert isinstance(found, RowMetric)
    odd = replace(found, interval="bootstrap", reweighed=never)
    both = compared("odd", odd, draw("binary"), draw("binary", model=2), confidence=0.95, seed=0)
    assert both.challenger.interval is None
    assert both.difference is None


def test_a_metric_that_does_not_say_how_cannot_be_reweighed(draw: Callable[..., Sheet]) -> None:
    with pytest.raises(LookupError, match="RMSE has no form"):
        replicates(metric("rmse"), (draw("regression"),), 0)


def test_few_rows_of_a_class_are_few_degrees_of_freedom() -> None:
    truth = (np.arange(200) < 6).astype(np.int64)
    rng = np.random.default_rng(2)
    sheets = []
    for _ in range(2):
        score = 1 / (1 + np.exp(-rng.normal(size=200) - truth))
        told = Predictions(label=(score > 0.5).astype(np.int64), proba=np.column_stack([1 - score, score]))
        sheets.append(Sheet("binary", 2, 1, truth, told))
    found = compared("roc_auc", resampled("roc_auc"), *sheets, confidence=0.95, seed=0).difference
    assert found is not None
    assert (found.high - found.improvement) / found.error == pytest.approx(2.5706, abs=1e-3)  # Student's, 5 degrees
