from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn import metrics as sk

from modelbout.bout.curves import MAX_POINTS, curves
from modelbout.bout.sheet import Sheet
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.evidence import Curve


def by_kind(found: tuple[Curve, ...]) -> dict[tuple[str, str], Curve]:
    return {(one.kind, one.side): one for one in found}


@pytest.mark.parametrize(
    ("task", "kinds"),
    [
        ("binary", ["roc", "precision_recall", "calibration"]),
        ("multiclass", ["calibration"]),
        ("regression", ["residuals"]),
    ],
)
def test_each_task_has_its_curves(task: str, kinds: list[str], draw: Callable[..., Sheet]) -> None:
    mine, theirs = draw(task, rows=5000, model=1), draw(task, rows=5000, model=2)
    found = curves(mine, theirs)
    assert [(one.side, one.kind) for one in found] == [(s, k) for s in ("champion", "challenger") for k in kinds]
    for one in found:
        assert len(one.x) == len(one.y) <= MAX_POINTS
        assert list(one.x) == sorted(one.x)
    assert [one.kind for one in curves(mine, None)] == kinds


def test_labels_alone_have_no_curve(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    assert curves(Sheet("binary", 2, 1, sheet.truth, Predictions(label=sheet.label)), None) == ()


def test_small_curves_are_whole(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=90)
    found = by_kind(curves(sheet, None))
    score = sheet.proba[:, 1]
    x, y, _ = sk.roc_curve(sheet.truth, score, drop_intermediate=False)
    assert found["roc", "challenger"].x == pytest.approx(x)
    assert found["roc", "challenger"].y == pytest.approx(y)
    precision, recall, _ = sk.precision_recall_curve(sheet.truth, score)
    assert found["precision_recall", "challenger"].x == pytest.approx(recall[:-1][::-1])
    assert found["precision_recall", "challenger"].y == pytest.approx(precision[:-1][::-1])


def test_thinned_curves_keep_their_ends_and_their_area(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=20_000)
    found = by_kind(curves(sheet, None))["roc", "challenger"]
    assert 150 < len(found.x) <= MAX_POINTS
    assert (found.x[0], found.y[0], found.x[-1], found.y[-1]) == (0, 0, 1, 1)
    assert sk.auc(found.x, found.y) == pytest.approx(sk.roc_auc_score(sheet.truth, sheet.proba[:, 1]), abs=2e-3)


def test_calibration_counts_every_row_and_lies_on_the_diagonal(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary", rows=50_000, noise=0.0)
    found = by_kind(curves(sheet, None))["calibration", "challenger"]
    assert sum(found.rows) == 50_000
    assert len(found.x) == 10
    assert found.y == pytest.approx(found.x, abs=0.03)


@pytest.mark.parametrize("number", [0.5, 0.0, 1.0])
def test_a_constant_score_is_one_bin(number: float, draw: Callable[..., Sheet]) -> None:
    truth = draw("binary").codes
    proba = np.column_stack([np.full(300, 1 - number), np.full(300, number)])
    found = by_kind(curves(Sheet("binary", 2, 1, truth, Predictions(label=truth, proba=proba)), None))
    assert found["calibration", "challenger"].rows == (300,)
    assert found["roc", "challenger"].x == (0, 1)


def test_residuals_are_truth_minus_prediction(draw: Callable[..., Sheet]) -> None:
    sheet = draw("regression", rows=4000, shift=1.5)
    (found,) = curves(sheet, None)
    assert np.average(found.y, weights=found.rows) == pytest.approx(-1.5, abs=0.1)
    assert len(found.x) == 20
