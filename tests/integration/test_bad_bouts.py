"""Bad answers and bad holdouts: each is an error with its place and the next step, or the right verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
import pytest

from modelbout.bout.judge import judge
from modelbout.bout.ring import Corner, Ring
from modelbout.config.compare import Compare, Guardrail, Primary
from modelbout.config.model import Data
from modelbout.errors import DataError
from modelbout.manifest import Feature, Signature
from modelbout.predictions import Predictions
from modelbout.stages.arrays import aligned, all_classes
from modelbout.stages.clusters import clusters
from modelbout.training.signature import truth as codes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROWS = 600
METRICS = ("roc_auc", "log_loss", "accuracy", "f1", "brier", "mcc")
Fixed = Literal["error", "no pass", "win"]


def world(rows: int = ROWS, seed: int = 0) -> tuple[NDArray[np.int64], Floats]:
    """Draw a truth and the chance of a yes that made it."""
    drawn = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(-drawn.normal(0, 1.5, rows)))
    return (drawn.uniform(size=rows) < chance).astype(np.int64), chance


def answers(yes: Floats) -> Predictions:
    """Return what a model says that is so sure of a yes."""
    return Predictions(label=(yes > 0.5).astype(np.int64), proba=np.column_stack([1 - yes, yes]))


def noisy(chance: Floats, noise: float, seed: int) -> Floats:
    logit = np.log(chance / (1 - chance)) + np.random.default_rng(seed).normal(0, noise, chance.size)
    return 1 / (1 + np.exp(-logit))


def fight(
    truth: NDArray[np.int64], challenger: Predictions, champion: Predictions | None, metric: str = "roc_auc"
) -> Ring:
    compare = Compare(primary=Primary(metric=metric), find_slices=False)
    return Ring(
        task="binary",
        classes=("no", "yes"),
        positive=1,
        truth=truth,
        challenger=Corner(challenger, 1),
        champion=None if champion is None else Corner(champion, 1),
        train_truth=world(seed=9)[0],
        slices=(),
        compare=compare,
        seed=1,
    )


TRUTH, CHANCE = world()
GOOD, FAIR = answers(noisy(CHANCE, 0.1, 1)), answers(noisy(CHANCE, 1.0, 2))


def proba_with(row: int, values: tuple[float, float]) -> Predictions:
    assert GOOD.proba is not None
    proba = GOOD.proba.copy()
    proba[row] = values
    return Predictions(label=GOOD.label, proba=proba)


def first_of(found: Predictions, rows: int) -> Predictions:
    assert found.label is not None
    assert found.proba is not None
    return Predictions(label=found.label[:rows], proba=found.proba[:rows])


def shuffled(found: Predictions) -> Predictions:
    order = np.random.default_rng(4).permutation(ROWS)
    assert found.label is not None
    assert found.proba is not None
    return Predictions(label=found.label[order], proba=found.proba[order])


# What is wrong with the challenger's answers; what comes of it, and the words of the error.
CASES: dict[str, tuple[Predictions, Fixed, str]] = {
    "constant probabilities": (answers(np.full(ROWS, 0.4)), "no pass", ""),
    "constant probabilities of a yes": (answers(np.full(ROWS, 0.9)), "no pass", ""),
    "ties everywhere": (
        answers(np.where(CHANCE > 0.5, 0.6, 0.4)[np.random.default_rng(3).permutation(ROWS)]),
        "no pass",
        "",
    ),
    "answers in another row order": (shuffled(GOOD), "no pass", ""),
    "everything upside down": (answers(1 - noisy(CHANCE, 0.1, 1)), "no pass", ""),
    "perfect separation": (answers(np.where(TRUTH == 1, 0.99, 0.01)), "win", ""),
    "surely right, with probabilities of 0 and 1": (answers(TRUTH.astype(np.float64)), "win", ""),
    "a probability above 1": (proba_with(7, (-0.2, 1.2)), "error", "below 0 or above 1 in 1 rows"),
    "probabilities that do not sum to 1": (proba_with(7, (0.4, 0.4)), "error", "do not sum to 1 in 1 rows"),
    "odds instead of probabilities": (
        Predictions(label=GOOD.label, proba=np.full((ROWS, 2), 3.0)),
        "error",
        "below 0 or above 1",
    ),
    "NaN in one row": (proba_with(7, (np.nan, np.nan)), "error", "NaN or infinite in 1 of 600 rows"),
    "one row short": (first_of(GOOD, ROWS - 1), "error", "answered 599 rows and the champion 600"),
    "no row at all": (first_of(GOOD, 0), "error", "answered 0 rows"),
    "one class alone": (
        Predictions(label=GOOD.label, proba=np.full((ROWS, 1), 1.0)),
        "error",
        "probabilities of shape (600, 1)",
    ),
    "a label that is no class": (
        Predictions(label=np.full(ROWS, 2, dtype=np.int64), proba=GOOD.proba),
        "error",
        "no class of the target",
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("metric", METRICS)
def test_bad_answers_never_pass_by_accident(name: str, metric: str) -> None:
    challenger, expected, words = CASES[name]
    ring = fight(TRUTH, challenger, FAIR, metric)
    if expected == "error":
        with pytest.raises(DataError) as caught:
            judge(ring)
        problem = caught.value.problems[0]
        assert words in problem.found
        assert problem.allowed
        assert problem.fix
        return
    found = judge(ring)
    assert found.passed is (expected == "win")
    assert found.verdict == "win" if expected == "win" else found.verdict in {"loss", "inconclusive"}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[1] == "error"])
def test_a_champion_with_bad_answers_is_no_prey(name: str) -> None:
    with pytest.raises(DataError) as caught:
        judge(fight(TRUTH, GOOD, CASES[name][0]))
    assert caught.value.problems[0].fix


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[1] == "no pass"])
def test_bad_answers_are_no_first_champion(name: str) -> None:
    found = judge(fight(TRUTH, CASES[name][0], None))
    assert (found.verdict, found.passed) == ("first", False)


@pytest.mark.parametrize("metric", METRICS)
def test_two_models_that_say_the_same_are_a_tie(metric: str) -> None:
    constant = answers(np.full(ROWS, 0.4))
    assert judge(fight(TRUTH, constant, constant, metric)).verdict == "inconclusive"
    assert judge(fight(TRUTH, GOOD, GOOD, metric)).verdict == "inconclusive"


def test_nan_in_one_row_of_a_million() -> None:
    truth, chance = world(1_000_000)
    yes = chance.copy()
    yes[123_456] = np.nan
    broken = Predictions(label=(chance > 0.5).astype(np.int64), proba=np.column_stack([1 - yes, yes]))
    with pytest.raises(DataError, match="NaN or infinite in 1 of 1000000 rows"):
        judge(fight(truth, answers(chance), broken))


@pytest.mark.parametrize("positives", [0, 1, 4])
def test_too_few_positive_rows_are_an_error(positives: int) -> None:
    truth = np.zeros(ROWS, dtype=np.int64)
    truth[:positives] = 1
    with pytest.raises(DataError, match=r"one of the two classes has|only one value") as caught:
        judge(fight(truth, GOOD, FAIR))
    assert "Hold out more rows" in caught.value.problems[0].fix


def signature(classes: tuple[str, ...]) -> Signature:
    return Signature(
        inputs=(Feature(name="x", type="number"),),
        target="y",
        target_type="string",
        classes=classes,
        positive=classes[-1] if len(classes) == 2 else None,
    )


def test_the_order_of_classes_does_not_matter() -> None:
    mine, theirs = signature(("no", "yes")), signature(("yes", "no"))
    classes = all_classes([mine, theirs])
    assert FAIR.label is not None
    assert FAIR.proba is not None
    turned = Predictions(label=1 - FAIR.label, proba=FAIR.proba[:, ::-1].copy())
    same = aligned(turned, theirs.classes, classes)
    plain, other = judge(fight(TRUTH, GOOD, FAIR)), judge(fight(TRUTH, GOOD, same))
    assert plain.primary == other.primary
    assert plain.verdict == other.verdict == "win"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (("no", "yes"), ("0", "1")),
        (("0", "1"), ("0.0", "1.0")),
        (("a", "b", "c"), ("A", "B", "c")),
        (("a", "b"), ("b",)),
    ],
)
def test_other_words_for_the_classes_are_an_error_and_no_victory(
    mine: tuple[str, ...], theirs: tuple[str, ...]
) -> None:
    with pytest.raises(DataError, match="a model to be met knows") as caught:
        all_classes([signature(mine), signature(theirs)])
    problem = caught.value.problems[0]
    assert problem.place.key == "data.target"
    assert "as they were when the champion was trained" in problem.fix
    assert not any(repr(name) in str(problem) for name in (*mine, *theirs))


def test_classes_may_come_and_go() -> None:
    assert all_classes([signature(("a", "b", "c")), signature(("a", "b"))]) == ("a", "b", "c")
    assert all_classes([signature(("a", "b")), signature(("a", "b", "c"))]) == ("a", "b", "c")


def test_labels_as_numbers_in_the_table_are_the_classes_as_text() -> None:
    told = signature(("0", "1"))
    numbers, texts = (pl.DataFrame({"y": values}) for values in ([0, 1, 1], ["0", "1", "1"]))
    assert codes_of(numbers, told).tolist() == codes_of(texts, told).tolist() == [0, 1, 1]


def test_a_row_that_is_there_ten_times_is_one_observation() -> None:
    """Ten copies of a small holdout look like a large one; by their ids they are what they are."""
    rows = 60
    truth, chance = world(rows, seed=5)
    mine, theirs = answers(noisy(chance, 0.3, 6)), answers(noisy(chance, 0.9, 7))
    once = fight(truth, mine, theirs)
    times = np.tile(np.arange(rows), 10)

    def copied(found: Predictions) -> Predictions:
        assert found.label is not None
        assert found.proba is not None
        return Predictions(label=found.label[times], proba=found.proba[times])

    frame = pl.DataFrame({"id": times})
    known = clusters(frame, Data(target="y", id="id"), None)
    tenfold = fight(truth[times], copied(mine), copied(theirs))
    widths: list[float] = []
    for ring in (once, tenfold, replace(tenfold, clusters=known)):
        improvement = judge(ring).primary.improvement
        assert improvement is not None
        assert improvement.interval is not None
        widths.append(improvement.interval.high - improvement.interval.low)
    assert widths[1] < widths[0] / 2, "unknown copies make an interval too sure of itself"
    assert widths[2] == pytest.approx(widths[0], rel=0.1)


def test_guardrails_of_bad_answers_do_not_hold_by_accident() -> None:
    guardrails = (
        Guardrail(metric="log_loss", rule="non_inferior", margin=0.01),
        Guardrail(metric="brier", rule="relative_cost", margin=0.05),
        Guardrail(metric="accuracy", min=0.6),
    )
    ring = fight(TRUTH, shuffled(GOOD), FAIR)
    found = judge(replace(ring, compare=Compare(primary=Primary(metric="roc_auc"), guardrails=guardrails)))
    assert found.verdict == "loss"
    assert {one.status for one in found.guardrail_metrics} == {"broken"}


def test_a_ratio_to_a_perfect_champion_is_an_error() -> None:
    perfect = answers(TRUTH.astype(np.float64))
    guardrails = (Guardrail(metric="brier", rule="relative_cost", margin=0.05),)
    ring = replace(
        fight(TRUTH, GOOD, perfect), compare=Compare(primary=Primary(metric="roc_auc"), guardrails=guardrails)
    )
    with pytest.raises(DataError, match="brier of the champion is not above 0") as caught:
        judge(ring)
    assert caught.value.problems[0].place.key == "compare.guardrails[0].rule"


@pytest.mark.parametrize("spoil", [lambda y: np.where(y == y[3], np.inf, y), lambda y: np.where(y == y[3], np.nan, y)])
def test_numbers_that_are_none_are_an_error(spoil: Callable[[Floats], Floats]) -> None:
    truth = np.random.default_rng(0).normal(size=ROWS)
    ring = Ring(
        task="regression",
        classes=(),
        positive=None,
        truth=truth,
        challenger=Corner(Predictions(value=spoil(truth)), 1),
        champion=Corner(Predictions(value=truth + 1), 1),
        train_truth=truth,
        slices=(),
        compare=Compare(primary=Primary(metric="rmse")),
        seed=1,
    )
    with pytest.raises(DataError, match="NaN or infinite in 1 of 600 rows"):
        judge(ring)
    constant = judge(replace(ring, challenger=Corner(Predictions(value=np.full(ROWS, 5.0)), 1)))
    assert not constant.passed
