from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
import pytest

from modelbout.config.compare import Compare, Costs, Primary
from modelbout.config.model import Data, Split
from modelbout.config.train import Train
from modelbout.errors import DataError
from modelbout.manifest import Signature
from modelbout.predictions import Predictions
from modelbout.progress import Quiet
from modelbout.stages import threshold
from modelbout.stages.tables import Rows
from modelbout.stages.threshold import chosen

if TYPE_CHECKING:
    from modelbout.stages.workspace import Workspace
    from modelbout.training.environment import Environment
    from modelbout.training.folds import Fold

SHAPE = Signature(inputs=(), target="y", target_type="string", classes=("no", "yes"), positive="yes")
CHANCE = np.linspace(0.005, 0.995, 200)
TRUTH = np.where(np.random.default_rng(1).random(200) < CHANCE, "yes", "no")
TRAIN = pl.DataFrame({"y": TRUTH, "home": np.arange(200) // 2, "day": np.arange(200)[::-1]})
BEST = Compare(threshold="best", primary=Primary(metric="f1"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Fold, ...]]:
    """Answer for the models of the folds: calibrated probabilities."""
    made: list[tuple[Fold, ...]] = []

    def answer(_: Train, folds: tuple[Fold, ...], **__: Any) -> tuple[Any, Predictions]:
        made.append(folds)
        rows = np.concatenate([one.asked for one in folds])
        return rows, Predictions(proba=np.column_stack([1 - CHANCE, CHANCE])[rows])

    monkeypatch.setattr(threshold, "out_of_fold", answer)
    return made


def choose(compare: Compare, train: pl.DataFrame = TRAIN, **data: Any) -> float | None:
    told = Data(**({"target": "y", "source": "a.csv", "positive": "yes"} | data))
    config = SimpleNamespace(compare=compare, data=told, train=Train(estimator="m:b", seed=3))
    work = cast("Workspace", SimpleNamespace(config=config, root=Path("root"), run=Path("run")))
    table = Rows(train=train, holdout=train.head(0), train_digest="t", holdout_digest="h")
    return chosen(work, config.train, table, SHAPE, cast("Environment", None), Quiet())


def test_the_models_own_labels_need_no_fold(asked: list[tuple[Fold, ...]]) -> None:
    assert choose(Compare()) is None
    assert asked == []


def test_it_is_best_for_the_primary_metric_or_for_the_costs(asked: list[tuple[Fold, ...]]) -> None:
    by_f1 = choose(BEST)
    dear = choose(Compare(threshold="best", costs=Costs(false_positive=1, false_negative=9)))
    cheap = choose(Compare(threshold="best", costs=Costs(false_positive=9, false_negative=1)))
    assert by_f1 is not None
    assert dear is not None
    assert cheap is not None
    # Elkan 2001: at cost(FP) / (cost(FP) + cost(FN)), give or take what 200 rows know.
    assert dear < 0.3 < by_f1 + 0.1 < cheap
    assert cheap > 0.7
    assert len(asked) == 3


def test_costs_go_before_the_primary_metric(asked: list[tuple[Fold, ...]]) -> None:
    costs = Costs(false_positive=1, false_negative=9)
    both = choose(Compare(threshold="best", primary=Primary(metric="f1"), costs=costs))
    assert both == choose(Compare(threshold="best", costs=costs))
    assert len(asked) == 2


def test_groups_stay_together(asked: list[tuple[Fold, ...]]) -> None:
    choose(BEST, group="home")
    for one in asked[0]:
        assert np.intersect1d(TRAIN["home"].to_numpy()[one.learned], TRAIN["home"].to_numpy()[one.asked]).size == 0


def test_a_split_by_time_learns_from_the_past_alone(asked: list[tuple[Fold, ...]]) -> None:
    choose(BEST, split=Split(by="time", column="day", from_="2020-01-01"))
    day = TRAIN["day"].to_numpy()
    for one in asked[0]:
        assert day[one.learned].max() < day[one.asked].min()


def test_too_few_rows_of_a_class_are_an_error_with_its_key(asked: list[tuple[Fold, ...]]) -> None:
    few = pl.concat([TRAIN.filter(pl.col("y") == "no"), TRAIN.filter(pl.col("y") == "yes").head(9)])
    with pytest.raises(DataError, match="one of the classes has 9 training rows") as caught:
        choose(BEST, few)
    assert caught.value.problems[0].place.key == "compare.threshold"
    assert asked == []
