from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import special, stats

from modelbout.bout import intervals
from modelbout.bout.comparison import contrast
from modelbout.bout.roster import metric
from modelbout.bout.sheet import Sheet
from modelbout.bout.spread import Spread, effective, independent_rows, spread, students
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def plain(influence: NDArray[np.float64], clusters: NDArray[np.int64] | None = None) -> Sheet:
    zeros = np.zeros(influence.size)
    return Sheet("regression", 0, None, zeros, Predictions(value=zeros), clusters)


def test_students_quantile_and_its_limit() -> None:
    assert students(np.inf, 0.95) == pytest.approx(1.959964, abs=1e-6)
    assert students(9, 0.95) == pytest.approx(stats.t.ppf(0.975, 9))


def test_p_and_reach_belong_together() -> None:
    for freedom in (4.0, np.inf):
        found = Spread(0.3, freedom)
        assert found.p(found.reach(0.95)) == pytest.approx(0.05)
        assert found.p(-found.reach(0.8)) == pytest.approx(0.2)
        assert found.p(0) == 1
    assert Spread(0.0, 5.0).p(0.1) == 0
    assert Spread(0.0, 5.0).p(0) == 1
    assert Spread(np.inf, 1.0).p(0.1) == 1


def test_rows_that_stand_alone_are_the_paired_t_test() -> None:
    rows = np.random.default_rng(0).normal(1, 2, 60)
    found = spread(rows - rows.mean(), plain(rows), by_class=False)
    expected = stats.ttest_1samp(rows, 0)
    assert found.error == pytest.approx(stats.sem(rows))
    assert found.p(rows.mean()) == pytest.approx(expected.pvalue)


def test_clusters_are_the_jackknife_that_leaves_out_each_of_them() -> None:
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(30), rng.integers(1, 9, 30))
    rows = rng.normal(size=30)[clusters] + rng.normal(size=clusters.size)
    found = spread(rows - rows.mean(), plain(rows, clusters), by_class=False)
    without = np.array([rows[clusters != one].mean() for one in range(30)])
    assert found.error == pytest.approx(np.sqrt(29 / 30 * ((without - rows.mean()) ** 2).sum()))
    sizes = np.bincount(clusters)
    assert found.freedom == pytest.approx(sizes.sum() ** 2 / (sizes**2).sum() - 1)


def test_clusters_of_one_row_are_rows(draw: Callable[..., Sheet]) -> None:
    alone = draw("binary"), draw("binary", model=2)
    together = [replace(sheet, clusters=np.arange(sheet.rows)[::-1].copy()) for sheet in alone]
    for name in ("roc_auc", "log_loss", "f1", "lift"):
        one = contrast(name, *alone, confidence=0.95, seed=0).difference
        other = contrast(name, *together, confidence=0.95, seed=0).difference
        assert one is not None
        assert other is not None
        assert other.error == pytest.approx(one.error, rel=1e-6)
        assert other.low == pytest.approx(one.low, abs=1e-6)


def test_a_row_copied_five_times_is_no_more_than_one(draw: Callable[..., Sheet]) -> None:
    alone = draw("binary", rows=200), draw("binary", rows=200, model=2)
    rows = np.repeat(np.arange(200), 5)
    copied = [replace(sheet.take(rows), clusters=rows) for sheet in alone]
    for name in ("roc_auc", "log_loss", "accuracy", "f1"):
        one = contrast(name, *alone, confidence=0.95, seed=0)
        other = contrast(name, *copied, confidence=0.95, seed=0)
        assert one.difference is not None
        assert other.difference is not None
        assert other.difference.error == pytest.approx(one.difference.error, rel=0.02)
        assert one.challenger.interval is not None
        assert other.challenger.interval is not None
        assert other.challenger.interval.low == pytest.approx(one.challenger.interval.low, abs=0.004)


def test_one_cluster_that_is_everything_tells_nothing() -> None:
    rows = np.arange(40.0)
    found = spread(rows - rows.mean(), plain(rows, np.zeros(40, dtype=np.int64)), by_class=False)
    assert found == Spread(np.inf, 1.0)
    assert found.p(3) == 1


def test_a_rare_class_in_few_clusters_decides_the_degrees_of_freedom() -> None:
    rng = np.random.default_rng(4)
    truth = (np.arange(600) % 30 == 0).astype(np.int64)  # 20 positives, in clusters of 60 rows: 10 of them
    clusters = np.arange(600) // 60
    score = special.expit(truth + rng.normal(size=600))
    told = Predictions(label=(score > 0.5).astype(np.int64), proba=np.column_stack([1 - score, score]))
    alone, together = (Sheet("binary", 2, 1, truth, told, given) for given in (None, clusters))
    influence = metric("roc_auc").measure(alone).influence
    assert 19 < spread(influence, alone, by_class=True).freedom < 24
    assert spread(influence, together, by_class=True).freedom == pytest.approx(9)
    assert spread(influence, together, by_class=False).freedom == pytest.approx(9)
    # Positives in two clusters only, out of thirty small ones.
    lumped = np.where(truth == 1, np.arange(600) // 300, 2 + np.arange(600) // 20)
    assert spread(influence, Sheet("binary", 2, 1, truth, told, lumped), by_class=True).freedom < 3


def test_a_class_of_one_row_has_no_variance_of_its_own() -> None:
    truth = np.array([0] * 30 + [1], dtype=np.int64)
    sheet = Sheet("multiclass", 2, None, truth, Predictions(label=truth))
    influence = np.where(truth == 1, 0.0, np.arange(31.0) - 14.5)
    assert spread(influence, sheet, by_class=True).freedom == pytest.approx(29)
    assert spread(np.zeros(31), sheet, by_class=True).freedom == np.inf


def test_effective_number_of_clusters() -> None:
    assert effective(np.full(7, 3.0)) == pytest.approx(7)
    assert effective(np.array([100.0, 1, 1])) == pytest.approx(102**2 / 10002)


def test_independent_rows() -> None:
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(50), 10)
    common = rng.normal(size=50)[clusters]
    alone = rng.normal(size=500)

    def worth(rows: NDArray[np.float64], given: NDArray[np.int64] | None = clusters) -> float:
        return independent_rows(rows - rows.mean(), plain(rows, given), by_class=False, confidence=0.95)

    assert worth(common, None) == 500
    stretch = students(49, 0.95) / students(499, 0.95)
    assert worth(common) == pytest.approx(50 / stretch**2, rel=0.03)
    assert 250 < worth(alone) <= 500
    assert worth(np.zeros(500)) == pytest.approx(50)
    opposite = np.tile([1.0, -1.0], 250)  # clusters that cancel out are still no more than all rows
    assert worth(opposite) == 500


@pytest.mark.parametrize("name", ["roc_auc", "log_loss", "accuracy", "f1", "lift"])
def test_equal_models_on_clustered_rows_are_told_apart_no_more_often_than_promised(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "DRAWS", 1000)
    rng = np.random.default_rng([5, len(name)])
    false = by_row = 0
    for repeat in range(150):
        clusters = np.repeat(np.arange(60), rng.geometric(1 / 8, 60))
        rows = clusters.size

        def normal(clusters: NDArray[np.int64] = clusters, rows: int = rows) -> NDArray[np.float64]:
            return 0.8 * rng.normal(size=60)[clusters] + 0.6 * rng.normal(size=rows)

        signal = 1.5 * normal() - 0.5
        truth = (rng.random(rows) < special.expit(signal)).astype(np.int64)
        sheets = []
        for _ in range(2):
            score = special.expit(signal + normal())
            told = Predictions(label=(score > 0.5).astype(np.int64), proba=np.column_stack([1 - score, score]))
            sheets.append(Sheet("binary", 2, 1, truth, told, clusters))
        found = contrast(name, *sheets, confidence=0.95, seed=repeat).difference
        alone = contrast(
            name, *(replace(sheet, clusters=None) for sheet in sheets), confidence=0.95, seed=repeat
        ).difference
        assert found is not None
        assert alone is not None
        false += found.p < 0.05
        by_row += alone.p < 0.05
    assert false <= 15  # of 150: 5 % and two and a half standard errors
    assert by_row > false
