from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.bout.measurements import Behaviour, Parity, Stability
from modelbout.bout.ring import Corner, Ring
from modelbout.config.compare import Compare
from modelbout.data.digests import table_digest
from modelbout.errors import ConfigError, DataError
from modelbout.evidence import Scoring
from modelbout.manifest import Feature, Lineage, Manifest, Scorer, Signature
from modelbout.predictions import Predictions
from modelbout.profile import ColumnProfile, Profile, profile_bytes
from modelbout.progress import Quiet
from modelbout.results import Side
from modelbout.stages import measures
from modelbout.stages.fighters import Fighter
from modelbout.stages.measures import on_other_rows, take
from modelbout.stages.scene import Scene
from modelbout.stages.tables import Rows
from modelbout.stages.workspace import open_workspace
from modelbout.training.fit import Fitted
from modelbout.training.probing import Probed, Timed
from modelbout.training.score import Scored

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.stages.workspace import Workspace

HEAD = """\
version: 1
model: m
task: binary
train: {estimator: 'p:b', timeout_minutes: 3}
data: {target: y, positive: "yes", train: a.csv, holdout: b.csv}
"""
SHAPE = Signature((Feature("a", "number"), Feature("b", "string")), "y", "string", ("no", "yes"), "yes")
ROWS = 60


def workspace(root: Path, compare: str = "") -> Workspace:
    (root / "modelbout.yaml").write_text(HEAD + (f"compare: {compare}\n" if compare else ""), encoding="utf-8")
    return open_workspace(root / "modelbout.yaml", None)


def frame(seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=ROWS)
    return pl.DataFrame({"a": a, "b": rng.choice(["u", "v"], ROWS), "y": np.where(a > 0, "yes", "no")})


TABLE = Rows(frame(1), frame(2), table_digest(frame(1)), table_digest(frame(2)))


def said(frame: pl.DataFrame) -> Predictions:
    """Answer as a model that looks at both columns."""
    share = 1 / (1 + np.exp(-frame["a"].to_numpy())) * np.where(frame["b"].to_numpy() == "u", 1.0, 0.9)
    return Predictions(label=(share > 0.5).astype(np.int64), proba=np.column_stack([1 - share, share]))


def fighter(root: Path, name: str, *, importance: float | None = 0.7, seconds: float | None = 12.5) -> Fighter:
    bundle = root / name
    bundle.mkdir()
    columns = (
        ColumnProfile(name="a", type="number", count=1, nulls=0, importance=importance),
        ColumnProfile(name="b", type="string", count=1, nulls=0, importance=None if importance is None else 0.3),
    )
    (bundle / "profile.json").write_bytes(profile_bytes(Profile(rows=1, columns=columns)))
    lineage = Lineage("2026", 7, "c", "c", "d", "e", "f", "3.12", 60, fit_seconds=seconds)
    manifest = Manifest(1, "m", "binary", SHAPE, Scorer("skops"), (), lineage)
    return Fighter(bundle, manifest, Side(bundle_digest=name))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Put fakes in the place of what starts children; return how they were called."""
    told: list[tuple[Any, ...]] = []

    def time_models(bundles: Any, rows: Any, setting: Any, **what: bool) -> tuple[Timed, ...]:
        told.append(("time", [one.name for one in bundles], rows.height, setting.timeout_minutes, what))
        return tuple(Timed(np.full(9, 1.0 + place), np.full(9, 2.0 + place)) for place in range(len(bundles)))

    def probe_model(bundle: Any, _rows: Any, _setting: Any, **what: bool) -> Probed:
        told.append(("probe", bundle.name, what))
        return Probed(5_000, 8, (("missing values", ("a",)),), 0.25, None, 60)

    def fit(train: Any, **how: Any) -> Fitted:
        told.append(("fit", train.estimator, how["rows"].height, [one.height for one in how["ask"]]))
        answers = said(how["ask"][0])
        assert answers.proba is not None
        moved = Predictions(label=answers.label, proba=np.abs(answers.proba - np.array([0.0, 0.0625])))
        return Fitted(how["work"], Scorer("skops"), how["work"], "3", "", 1.0, (moved,))

    def score(bundles: Any, rows: pl.DataFrame, **how: Any) -> tuple[Scored]:
        told.append(("score", bundles[0].name, rows.height, how["timeout_minutes"]))
        return (Scored(said(rows), np.empty(0), 0.0, None),)  # type: ignore[arg-type]

    for fake in (time_models, probe_model, fit, score):
        monkeypatch.setattr(measures, fake.__name__, fake)
    return told


def guards(*names: str) -> str:
    return "{guardrails: [" + ", ".join(f"{{metric: {name}, max: 1}}" for name in names) + "]}"


def test_nothing_is_measured_that_nobody_asks_for(tmp_path: Path, calls: list[Any]) -> None:
    scene = Scene(fighter(tmp_path, "mine"), fighter(tmp_path, "theirs", importance=None, seconds=None))
    taken = take(
        workspace(tmp_path, guards("artifact_mb", "latency_ratio")), scene, TABLE, said(TABLE.holdout), Quiet()
    )
    assert calls == []
    mine, theirs = taken.challenger, taken.champion
    assert theirs is not None
    assert (mine.train_seconds, mine.importances, mine.inputs) == (12.5, {"a": 0.7, "b": 0.3}, SHAPE.inputs)
    assert (theirs.train_seconds, theirs.importances, theirs.inputs) == (None, None, SHAPE.inputs)
    empty = (mine.row_seconds, mine.load_seconds, mine.stability, mine.parity, mine.refit_change, mine.behaviours)
    assert empty == (None,) * 6
    assert taken.simple == {}


def test_a_profile_of_another_version_says_nothing_of_importance(tmp_path: Path, calls: list[Any]) -> None:
    old = fighter(tmp_path, "mine")
    (old.bundle / "profile.json").write_bytes(b'{"schema_version": 1}')
    taken = take(workspace(tmp_path), Scene(old), TABLE, said(TABLE.holdout), Quiet())
    assert taken.challenger.importances is None
    assert taken.champion is None
    assert calls == []


def test_ratios_are_timed_beside_the_champion(tmp_path: Path, calls: list[Any]) -> None:
    scene = Scene(fighter(tmp_path, "mine"), fighter(tmp_path, "theirs"))
    taken = take(workspace(tmp_path, guards("load_ratio")), scene, TABLE, said(TABLE.holdout), Quiet())
    assert calls == [("time", ["mine", "theirs"], ROWS, 3.0, {"loads": True, "row_times": False})]
    assert taken.champion is not None
    assert taken.challenger.load_seconds is not None
    assert taken.champion.load_seconds is not None
    assert (taken.challenger.load_seconds[0], taken.champion.load_seconds[0]) == (1.0, 2.0)


@pytest.mark.parametrize("environment", ["own", "none"])
def test_a_champion_that_did_not_answer_here_cannot_be_timed_here(
    tmp_path: Path, calls: list[Any], environment: Any
) -> None:
    theirs = fighter(tmp_path, "theirs")
    side = Side(bundle_digest="theirs", scored=Scoring(fresh=0, recorded=ROWS, environment=environment))
    scene = Scene(fighter(tmp_path, "mine"), replace(theirs, side=side))
    with pytest.raises(DataError, match="the champion does not answer in this environment"):
        take(workspace(tmp_path, guards("load_ratio")), scene, TABLE, said(TABLE.holdout), Quiet())
    assert calls == []


def test_times_of_its_own_need_no_champion(tmp_path: Path, calls: list[Any]) -> None:
    work = workspace(tmp_path, guards("latency_row_ms", "load_seconds"))
    scene = Scene(fighter(tmp_path, "mine"), fighter(tmp_path, "theirs"))
    taken = take(work, scene, TABLE, said(TABLE.holdout), Quiet())
    assert calls == [("time", ["mine"], ROWS, 3.0, {"loads": True, "row_times": True})]
    assert taken.champion is not None
    assert taken.champion.row_seconds is None
    assert taken.challenger.row_seconds is not None


def test_without_a_champion_ratios_are_not_timed(tmp_path: Path, calls: list[Any]) -> None:
    work = workspace(tmp_path, guards("latency_row_ratio", "load_ratio", "importance_shift"))
    take(work, Scene(fighter(tmp_path, "mine")), TABLE, said(TABLE.holdout), Quiet())
    assert calls == []


def test_the_challenger_is_probed_in_a_process_of_its_own(tmp_path: Path, calls: list[Any]) -> None:
    work = workspace(tmp_path, guards("memory_mb", "stability_errors", "parity"))
    taken = take(work, Scene(fighter(tmp_path, "mine")), TABLE, said(TABLE.holdout), Quiet())
    assert calls == [("probe", "mine", {"stability": True, "parity": True})]
    assert taken.challenger.peak_bytes == 5_000
    assert taken.challenger.stability == Stability(8, (("missing values", ("a",)),))
    assert taken.challenger.parity == Parity(60, 0.25, None)
    (tmp_path / "again").mkdir()
    bare = workspace(tmp_path / "again", guards("memory_mb"))
    taken = take(bare, Scene(fighter(tmp_path, "other")), TABLE, said(TABLE.holdout), Quiet())
    assert calls[-1] == ("probe", "other", {"stability": False, "parity": False})
    assert (taken.challenger.stability, taken.challenger.parity) == (None, None)


def test_a_second_fit_is_compared_with_the_first(tmp_path: Path, calls: list[Any]) -> None:
    work = workspace(tmp_path, guards("determinism"))
    (work.run / "refit").mkdir(parents=True)
    (work.run / "refit" / "old.txt").write_text("left by an earlier run")
    taken = take(work, Scene(fighter(tmp_path, "mine")), TABLE, said(TABLE.holdout), Quiet())
    assert calls == [("fit", "p:b", ROWS, [ROWS])]
    assert taken.challenger.refit_change == pytest.approx(0.0625)
    assert not (work.run / "refit").exists()


def test_each_expectation_is_asked_in_one_go(tmp_path: Path, calls: list[Any]) -> None:
    expected = "{expectations: [{rising: a}, {falling: a, share: 0.5}, {invariant: [b]}]}"
    taken = take(workspace(tmp_path, expected), Scene(fighter(tmp_path, "mine")), TABLE, said(TABLE.holdout), Quiet())
    assert calls == [("score", "mine", ROWS * (9 + 9 + 6), 3.0)]
    assert taken.challenger.behaviours is not None
    rising, falling, invariant = taken.challenger.behaviours
    assert rising == Behaviour(ROWS, 0, 0.0)
    assert (falling.rows, falling.broken) == (ROWS, ROWS)
    assert 0.5 < falling.worst < 1
    assert 0.8 * ROWS < invariant.broken <= ROWS
    assert 0.04 < invariant.worst < 0.1


def test_on_other_rows_only_what_is_about_rows_is_asked(tmp_path: Path, calls: list[Any]) -> None:
    names = ("latency_ratio", "determinism", "log_loss", "negative_flips", "linear_gain", "signature_changes")
    compare = guards(*names).replace("]}", "], expectations: [{rising: a}]}")
    answers = said(TABLE.holdout)
    ring = Ring(
        task="binary",
        classes=("maybe", "no", "yes"),
        positive=2,
        truth=np.zeros(ROWS, dtype=np.int64),
        challenger=Corner(answers, 1),
        champion=Corner(answers, 2),
        train_truth=np.zeros(ROWS, dtype=np.int64),
        slices=(),
        compare=workspace(tmp_path, compare).config.compare,
        seed=0,
    )
    found = on_other_rows(fighter(tmp_path, "mine"), TABLE, ring, Quiet())
    assert [one.metric for one in found.compare.guardrails] == ["log_loss", "negative_flips", "linear_gain"]
    assert found.compare.expectations == ()
    assert set(found.simple) == {"linear model"}
    proba = found.simple["linear model"].predictions.proba
    assert proba is not None
    assert proba.shape == (ROWS, 3)
    assert calls == []


def test_an_expectation_of_no_input_names_its_line(tmp_path: Path, calls: list[Any]) -> None:
    work = workspace(tmp_path, "{expectations: [{rising: a}, {falling: gone}]}")
    with pytest.raises(ConfigError, match="'gone' is no input") as caught:
        take(work, Scene(fighter(tmp_path, "mine")), TABLE, said(TABLE.holdout), Quiet())
    place = caught.value.problems[0].place
    assert (place.key, place.line) == ("compare.expectations[1].falling", 6)
    assert place.file is not None
    assert calls == []


def test_what_was_taken_is_put_into_the_ring_on_the_classes_of_both(tmp_path: Path, calls: list[Any]) -> None:
    scene = Scene(fighter(tmp_path, "mine"), fighter(tmp_path, "theirs"))
    work = workspace(tmp_path, guards("linear_gain", "single_feature_gain", "load_ratio"))
    taken = take(work, scene, TABLE, said(TABLE.holdout), Quiet())
    assert len(calls) == 1
    answers = Predictions(label=np.zeros(ROWS, dtype=np.int64))
    ring = Ring(
        task="binary",
        classes=("maybe", "no", "yes"),
        positive=2,
        truth=np.zeros(ROWS, dtype=np.int64),
        challenger=Corner(answers, 1),
        champion=Corner(answers, 2),
        train_truth=np.zeros(ROWS, dtype=np.int64),
        slices=(),
        compare=Compare(),
        seed=0,
    )
    full = taken.into(ring)
    assert full.champion is not None
    assert (full.challenger.measured, full.champion.measured) == (taken.challenger, taken.champion)
    assert (full.challenger.artifact_bytes, full.champion.artifact_bytes) == (1, 2)
    assert set(full.simple) == {"linear model", "single column"}
    for simple in full.simple.values():
        assert simple.predictions.proba is not None
        assert simple.predictions.proba.shape == (ROWS, 3)
        assert not simple.predictions.proba[:, 0].any()
        assert simple.predictions.label is not None
        assert simple.predictions.label.min() == 1
    assert full.simple["single column"].note == "The best single column is a."
