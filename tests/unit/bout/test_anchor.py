from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.anchor import judge_anchor
from modelbout.bout.judge import judge
from modelbout.bout.ring import First
from modelbout.bout.sheet import Sheet
from modelbout.bout.wear import Allowance
from modelbout.config.compare import Compare, Primary
from modelbout.errors import DataError
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.bout.ring import Ring


def test_a_challenger_that_is_as_good_holds(draw: Callable[..., Sheet]) -> None:
    mine, first = draw("binary", rows=2000, noise=0.2), draw("binary", rows=2000, model=2, noise=0.25)
    found = judge_anchor("roc_auc", mine, first, margin=0.05, confidence=0.95, seed=0)
    assert (found.rule, found.status, found.margin) == ("non_inferior", "holds", 0.05)
    assert found.explanation.startswith("Against the anchor: ROC AUC is ")
    assert found.champion is not None


def test_small_steps_down_are_seen(draw: Callable[..., Sheet]) -> None:
    mine, first = draw("binary", rows=2000, noise=3.0), draw("binary", rows=2000, model=2, noise=0.1)
    broken = judge_anchor("roc_auc", mine, first, margin=0.01, confidence=0.95, seed=0)
    assert broken.status == "broken"
    assert broken.improvement is not None
    near = judge_anchor("roc_auc", mine, first, margin=-broken.improvement.value, confidence=0.95, seed=0)
    assert near.status == "uncertain"


def test_the_anchor_itself_is_no_step_down(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    assert judge_anchor("roc_auc", sheet, sheet, margin=0.01, confidence=0.95, seed=0).status == "holds"


def test_an_anchor_without_what_the_metric_needs_is_an_error(draw: Callable[..., Sheet]) -> None:
    sheet = draw("binary")
    labels = Sheet("binary", 2, 1, sheet.truth, Predictions(label=sheet.label))
    with pytest.raises(DataError, match="the champion gave none"):
        judge_anchor("roc_auc", sheet, labels, margin=0.01, confidence=0.95, seed=0)
    assert sheet.predictions.proba is not None
    proba = sheet.predictions.proba.copy()
    proba[3] = np.nan
    broken = Sheet("binary", 2, 1, sheet.truth, Predictions(label=sheet.label, proba=proba))
    with pytest.raises(DataError, match="the anchor gave probabilities that are NaN"):
        judge_anchor("roc_auc", sheet, broken, margin=0.01, confidence=0.95, seed=0)


@pytest.fixture
def won(draw: Callable[..., Sheet], ring_of: Callable[..., Ring]) -> Ring:
    """A ring in which the challenger wins clearly."""
    mine, theirs = draw("binary", rows=2000, noise=0.1), draw("binary", rows=2000, model=2, noise=3.0)
    compare = Compare(primary=Primary(metric="roc_auc"), find_slices=False)
    return ring_of(mine, theirs, compare)


def test_a_win_needs_the_anchor(won: Ring) -> None:
    assert judge(won).verdict == "win"
    assert judge(won).anchor is None
    same = judge(replace(won, anchor=First(won.challenger.predictions, 0.01)))
    assert (same.verdict, same.anchor and same.anchor.status) == ("win", "holds")
    perfect = np.eye(2)[won.truth.astype(int)] * 0.98 + 0.01
    best = Predictions(label=won.truth.astype(np.int64), proba=perfect)
    lost = judge(replace(won, anchor=First(best, 0.01)))
    assert (lost.verdict, lost.passed) == ("loss", False)
    assert lost.anchor is not None
    assert lost.anchor.improvement is not None
    near = judge(replace(won, anchor=First(best, -lost.anchor.improvement.value)))
    assert (near.verdict, near.passed) == ("inconclusive", False)


def test_a_spent_holdout_lets_nothing_win(won: Ring) -> None:
    found = judge(replace(won, allowance=Allowance(0.95, spent=True)))
    assert (found.verdict, found.passed, found.primary.status) == ("inconclusive", False, "holds")


def test_the_level_of_the_bout_decides_alone_and_is_not_shown_for_another(won: Ring) -> None:
    plain, strict = judge(won), judge(replace(won, allowance=Allowance(0.9999)))
    assert plain.primary.deciding is None
    assert strict.primary.improvement == plain.primary.improvement
    assert plain.primary.improvement is not None
    assert plain.primary.judged == plain.primary.improvement.interval
    wide, narrow = strict.primary.judged, plain.primary.judged
    assert wide is not None
    assert narrow is not None
    assert wide.low < narrow.low < narrow.high < wide.high
    assert "at 99.99 % confidence" in strict.primary.explanation
    assert [one.improvement for one in strict.metrics] == [one.improvement for one in plain.metrics]


def test_what_only_the_plain_level_shows_is_no_win(won: Ring, draw: Callable[..., Sheet]) -> None:
    near = draw("binary", rows=2000, model=3, noise=0.35)
    assert won.champion is not None
    close = replace(won, champion=replace(won.champion, predictions=near.predictions))
    levels = [judge(replace(close, allowance=Allowance(level))) for level in (0.5, 0.999999)]
    assert [one.verdict for one in levels] == ["win", "inconclusive"]
    assert levels[0].primary.improvement == levels[1].primary.improvement


def test_the_reasons_name_the_level_that_decided_with_its_own_interval(won: Ring) -> None:
    found = judge(replace(won, allowance=Allowance(0.9999)))
    assert found.reasons[0] == found.primary.explanation
    assert found.primary.judged is not None
    assert f"{found.primary.judged.low:.3g} to" in found.reasons[0]
