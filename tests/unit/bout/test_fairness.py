from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.fairness import judge_fairness, told
from modelbout.bout.judge import judge
from modelbout.bout.ring import Ring, SliceColumn
from modelbout.bout.sheet import Sheet, sheet_of
from modelbout.config.compare import Compare, Fairness, Primary
from modelbout.predictions import Predictions
from tests.unit.bout.conftest import make_ring

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.evidence import FairnessMeasure, FairnessResult

ROWS = 6000


def answers(truth: NDArray[np.int64], right: NDArray[np.float64], seed: int) -> Predictions:
    """Return answers that are right with each row's own probability."""
    hit = np.random.default_rng(seed).random(truth.size) < right
    label = np.where(hit, truth, 1 - truth).astype(np.int64)
    positive = np.where(label == 1, 0.8, 0.2)
    return Predictions(label=label, proba=np.column_stack([1 - positive, positive]))


def judged(
    measures: tuple[FairnessMeasure, ...],
    *,
    spoilt: float = 0.0,
    margin: float = 0.05,
    champion: bool = True,
    rows: int = ROWS,
) -> dict[tuple[str, str], FairnessResult]:
    """Judge a challenger that is right less often in group b, by ``spoilt``, and like the champion elsewhere."""
    rng = np.random.default_rng(1)
    truth, group = (rng.random(rows) < 0.4).astype(np.int64), (np.arange(rows) % 2).astype(np.int64)
    base = np.full(rows, 0.9)
    theirs = answers(truth, base, 2)
    assert theirs.label is not None
    hit = np.random.default_rng(3).random(rows) >= np.where(group == 1, spoilt, 0.0)
    label = np.where(hit, theirs.label, 1 - truth).astype(np.int64)
    positive = np.where(label == 1, 0.8, 0.2)
    mine = Predictions(label=label, proba=np.column_stack([1 - positive, positive]))
    compare = Compare(fairness=Fairness(columns=("g",), margin=margin, measures=measures))
    sheets = [Sheet("binary", 2, 1, truth, told) for told in (mine, theirs)]
    plain = make_ring(sheets[0], sheets[1] if champion else None, compare)
    ring = Ring(**{**vars(plain), "watched": (SliceColumn("g", group, ("a", "b")),)})
    found = judge_fairness(ring, sheet_of(ring, mine), sheet_of(ring, theirs) if champion else None)
    return {(one.group, one.measure): one for one in found}


def test_nothing_is_judged_when_nothing_is_watched() -> None:
    sheet = Sheet("binary", 2, 1, np.arange(40) % 2, answers(np.arange(40) % 2, np.full(40, 0.9), 1))
    assert judge_fairness(make_ring(sheet, sheet), sheet, sheet) == ()


def test_rates_are_those_of_the_group_by_hand() -> None:
    found = judged(("tpr", "fpr", "selection_rate", "calibration"), spoilt=0.3)
    rng = np.random.default_rng(1)
    truth, group = (rng.random(ROWS) < 0.4).astype(np.int64), np.arange(ROWS) % 2
    theirs = answers(truth, np.full(ROWS, 0.9), 2)
    assert theirs.label is not None
    assert theirs.proba is not None
    label, proba, own = theirs.label[group == 1], theirs.proba[group == 1, 1], truth[group == 1]
    expected = {
        "tpr": label[own == 1].mean(),
        "fpr": label[own == 0].mean(),
        "selection_rate": label.mean(),
        "calibration": abs(proba.mean() - own.mean()),
    }
    for measure, value in expected.items():
        champion = found["b", measure].champion
        assert champion is not None
        assert champion.value == pytest.approx(value)


@pytest.mark.parametrize("measure", ["tpr", "fpr"])
def test_a_group_that_is_treated_worse_breaks_the_rule_and_the_other_holds_it(measure: FairnessMeasure) -> None:
    found = judged((measure,), spoilt=0.3)
    assert {group: one.status for (group, _), one in found.items()} == {"a": "holds", "b": "broken"}
    assert found["b", measure].explanation == "It has surely got worse by more than 0.05."
    improvement = found["b", measure].improvement
    assert improvement is not None
    assert improvement.value < -0.2


def test_a_selection_rate_may_not_move_either_way() -> None:
    # Wrong answers on the many negatives select more of them.
    found = judged(("selection_rate",), spoilt=0.5)["b", "selection_rate"]
    assert found.improvement is not None
    assert found.improvement.value > 0.05
    assert (found.status, found.explanation) == ("broken", "It has surely moved by more than 0.05.")


def test_the_gap_of_calibration_widens() -> None:
    found = judged(("calibration",), spoilt=0.5, margin=0.02)
    assert found["b", "calibration"].status == "broken"
    assert found["a", "calibration"].status == "holds"


def test_what_keeps_a_challenger_from_winning_is_said_once_and_the_worst_by_name() -> None:
    found = tuple(judged(("tpr", "fpr"), spoilt=0.3).values())
    assert told(found) == (
        "True positive rate of b (g): It has surely got worse by more than 0.05.",
        "False positive rate of b (g): It has surely got worse by more than 0.05.",
    )
    few = tuple(judged(("tpr",), rows=150).values())
    assert told(few) == ("2 of 2 rates of groups are not settled.",)
    assert told(tuple(judged(("tpr",)).values())) == ()
    many = told(found * 3)
    assert len(many) == 4
    assert many[-1] == "3 more rates are broken."


def test_what_the_rows_cannot_tell_is_uncertain() -> None:
    found = judged(("tpr",), spoilt=0.06, rows=600)
    assert found["b", "tpr"].status == "uncertain"
    assert found["b", "tpr"].explanation == "It may have got worse by more than 0.05."


def test_a_small_group_is_never_all_well() -> None:
    found = judged(("tpr",), rows=150)
    assert {one.status for one in found.values()} == {"uncertain"}
    said = "The group has 75 rows; 100 are the least that are judged."
    assert all(one.explanation == said for one in found.values())
    assert all(one.challenger is None for one in found.values())


def test_a_group_without_enough_rows_of_a_class_says_so() -> None:
    truth = np.zeros(300, dtype=np.int64)
    truth[:4] = 1
    truth[150:200] = 1
    told = answers(truth, np.full(300, 0.9), 4)
    sheet = Sheet("binary", 2, 1, truth, told)
    compare = Compare(fairness=Fairness(columns=("g",), margin=0.1, measures=("tpr", "fpr")))
    group = SliceColumn("g", np.repeat([0, 1], 150).astype(np.int64), ("few", "many"))
    ring = Ring(**{**vars(make_ring(sheet, sheet, compare)), "watched": (group,)})
    found = {(one.group, one.measure): one for one in judge_fairness(ring, sheet, sheet)}
    assert found["few", "tpr"].explanation == "The group has 4 positive rows; 5 are the least that are judged."
    assert found["few", "tpr"].status == "uncertain"
    assert found["few", "fpr"].status == "holds"


def test_without_a_champion_the_rates_are_shown() -> None:
    found = judged(("tpr",), champion=False)
    assert {one.status for one in found.values()} == {"shown"}
    assert all(one.challenger is not None and one.champion is None for one in found.values())
    small = judged(("tpr",), champion=False, rows=150)
    assert {one.status for one in small.values()} == {"shown"}


def test_a_model_without_probabilities_has_no_calibration() -> None:
    truth = (np.arange(400) % 3 == 0).astype(np.int64)
    sheet = Sheet("binary", 2, 1, truth, Predictions(label=truth))
    compare = Compare(fairness=Fairness(columns=("g",), margin=0.1, measures=("calibration",)))
    group = SliceColumn("g", np.zeros(400, dtype=np.int64), ("all",))
    ring = Ring(**{**vars(make_ring(sheet, sheet, compare)), "watched": (group,)})
    (found,) = judge_fairness(ring, sheet, sheet)
    assert (found.status, found.explanation) == ("uncertain", "The model gives no probabilities.")


@pytest.mark.exhaustive
def test_many_groups_do_not_make_a_false_loss_likelier() -> None:
    losses = 0
    for seed in range(40):
        rng = np.random.default_rng([seed, 8])
        truth = (rng.random(4000) < 0.5).astype(np.int64)
        pair = [Sheet("binary", 2, 1, truth, answers(truth, np.full(4000, 0.8), seed * 2 + k)) for k in (0, 1)]
        group = SliceColumn("g", rng.integers(0, 10, 4000), tuple("abcdefghij"))
        compare = Compare(fairness=Fairness(columns=("g",), margin=0.0, measures=("tpr", "fpr")))
        ring = Ring(**{**vars(make_ring(pair[0], pair[1], compare)), "watched": (group,)})
        losses += any(one.status == "broken" for one in judge_fairness(ring, *pair))
    # Twenty tests at 2.5 % each would raise 16 of 40 alarms; together they may raise one.
    assert losses <= 4


@pytest.mark.parametrize(("spoilt", "verdict"), [(0.3, "loss"), (0.0, "win")])
def test_a_group_that_fares_worse_costs_a_win(spoilt: float, verdict: str) -> None:
    rng = np.random.default_rng(1)
    truth, group = (rng.random(ROWS) < 0.4).astype(np.int64), (np.arange(ROWS) % 2).astype(np.int64)
    theirs = answers(truth, np.full(ROWS, 0.7), 2)
    mine = answers(truth, np.where(group == 1, 0.8 - spoilt, 0.99), 3)
    sheets = [Sheet("binary", 2, 1, truth, said) for said in (mine, theirs)]
    compare = Compare(
        primary=Primary(metric="accuracy"), fairness=Fairness(columns=("g",), margin=0.05, measures=("tpr",))
    )
    plain = make_ring(sheets[0], sheets[1], compare)
    found = judge(Ring(**{**vars(plain), "watched": (SliceColumn("g", group, ("a", "b")),)}))
    assert found.primary.status == "holds"
    assert found.verdict == verdict
    assert any("True positive rate of b" in reason for reason in found.reasons) is (verdict == "loss")
