from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.data.digests import row_keys
from modelbout.errors import BundleError, DataError, Problem, TrainingError
from modelbout.evidence import Scoring
from modelbout.manifest import Scorer
from modelbout.predictions import Predictions
from modelbout.progress import Quiet
from modelbout.training import faithful
from modelbout.training.bundle import seal
from modelbout.training.faithful import Case, Check, score_faithfully
from modelbout.training.golden import remember
from modelbout.training.own_environment import NoOwnEnvironmentError
from modelbout.training.rows import features
from modelbout.training.score import Scored
from modelbout.training.signature import signature
from tests.unit.training.conftest import DATA, lineage, people

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

OLD = "numpy==2.0.2\npandas==2.2.3\nscikit-learn==1.5.2\nskops==0.16.0\n"
ROWS = people(50, seed=4)
HERE, OWN = "here", "/cache/python"
"""The interpreters of the stand-in for `score`, which starts none."""


def answers(rows: pl.DataFrame, shift: float = 0.0) -> Predictions:
    """Return what the champion says of some rows: a function of the rows alone."""
    yes = rows["age"].to_numpy() / 100 + shift
    return Predictions(label=(yes > 0.5).astype(np.int64), proba=np.column_stack([1 - yes, yes]))


@dataclass
class Watcher(Quiet):
    problems: list[Problem] = field(default_factory=list)

    def tell(self, problem: Problem) -> None:
        self.problems.append(problem)


@dataclass
class Stage:
    """Stands in for `score` and for uv: what each interpreter does with the champion and with the challenger."""

    champion: Path
    here: Predictions | Exception
    own: Predictions | Exception = field(default_factory=lambda: AssertionError("nobody should ask"))
    challenger: Predictions | Exception = field(default_factory=lambda: answers(ROWS, 0.1))
    built: str | NoOwnEnvironmentError = OWN
    asked: list[tuple[str, int, bool]] = field(default_factory=list)

    def score(
        self, bundles: Sequence[Path], rows: pl.DataFrame, *, python: str, latency: bool = False, **other: Any
    ) -> tuple[Scored, ...]:
        self.asked.append((python, len(bundles), latency))
        assert other.keys() >= {"root", "work", "timeout_minutes"}
        assert ("variables" in other) == (python == OWN)
        said = []
        for bundle in bundles:
            told = self.challenger if bundle != self.champion else (self.here if python == HERE else self.own)
            if isinstance(told, Exception):
                raise told
            seconds = np.ones(3) if latency else np.empty(0)
            said.append(Scored(told, seconds, 0.1, Scoring(fresh=rows.height, recorded=0)))
        return tuple(said)

    def own_interpreter(self, lock: str, *_: object, near: str, **__: object) -> str:
        assert (lock, near) == (OLD, f"/bin/{HERE}")
        if isinstance(self.built, Exception):
            raise self.built
        return self.built


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle whose record knows the first 40 of the rows; nobody loads its model."""
    files = tmp_path_factory.mktemp("files")
    (files / "model.skops").write_bytes(b"PK no model")
    shape = signature(ROWS, DATA, "binary")
    golden, known = ROWS.tail(5), ROWS.head(40)
    place = tmp_path_factory.mktemp("champion") / "bundle"
    seal(
        place,
        name="churn",
        task="binary",
        signature=shape,
        scorer=Scorer(kind="skops"),
        files=files,
        environment=OLD,
        lineage=lineage(240),
        profile=b"{}\n",
        golden=remember(features(golden, shape), answers(golden), shape),
        keys=row_keys(known, [feature.name for feature in shape.inputs]),
        predictions=answers(known),
        metrics={},
    )
    return place


def refused(where: str) -> BundleError:
    return BundleError(Problem(found=f"{where}: the model file cannot be loaded. The last lines of its log:\n  | Ada"))


def go(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    *,
    rows: pl.DataFrame = ROWS,
    alone: bool = False,
    latency: bool = False,
    environment: Any = "auto",
    minutes: float = 5.0,
) -> tuple[tuple[Scored, ...], Watcher]:
    monkeypatch.setattr(faithful, "score", stage.score)
    monkeypatch.setattr(faithful, "own_interpreter", stage.own_interpreter)
    monkeypatch.setattr(faithful, "interpreter", lambda python, _root: f"/bin/{python}")
    watcher = Watcher()
    case = Case(stage.champion, rows, Path("root"), Path("work"), minutes, environment, watcher)
    challengers = () if alone else (Path("challenger"),)
    return score_faithfully(case, python=HERE, challengers=challengers, latency=latency), watcher


def same(said: Predictions, rows: pl.DataFrame) -> bool:
    wanted = answers(rows)
    return bool(np.array_equal(said.proba, wanted.proba) and np.array_equal(said.label, wanted.label))  # type: ignore[arg-type]


def test_a_champion_that_answers_here_is_scored_afresh_with_the_challenger(
    champion: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(champion, here=answers(ROWS))
    (mine, theirs), watcher = go(stage, monkeypatch, latency=True)
    assert stage.asked == [(HERE, 2, True)]
    assert mine.scoring == Scoring(fresh=50, recorded=0)
    note = "40 of 40 rows from its bundle's record were answered as then"
    assert theirs.scoring == Scoring(fresh=50, recorded=0, environment="this", note=note)
    assert theirs.seconds.size == 3
    assert watcher.problems == []


def test_rows_that_its_record_does_not_know_are_no_reproach(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = ROWS.tail(10)
    (_, theirs), _ = go(Stage(champion, here=answers(new)), monkeypatch, rows=new)
    assert theirs.scoring.note == "none of these rows is in its bundle's record"


def test_a_champion_that_does_not_load_is_answered_for_by_its_record(
    champion: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ROWS.head(40).sample(40, shuffle=True, seed=1)
    stage = Stage(champion, here=refused("champion"), challenger=answers(rows, 0.1))
    (mine, theirs), watcher = go(stage, monkeypatch, rows=rows)
    # The second time for the challenger alone: nobody else runs a model.
    assert stage.asked == [(HERE, 2, False), (HERE, 1, False)]
    assert mine.predictions is stage.challenger
    assert same(theirs.predictions, rows)
    assert (theirs.scoring.fresh, theirs.scoring.recorded, theirs.scoring.environment) == (0, 40, "none")
    assert "scikit-learn==1.5.2" in theirs.scoring.note
    # What its program said is shown, and not kept.
    assert "Ada" not in theirs.scoring.note
    assert [problem.level for problem in watcher.problems] == ["warn"]
    assert "Ada" in watcher.problems[0].found


def test_new_rows_take_its_own_environment_which_answers_all(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(champion, here=refused("champion"), own=answers(ROWS))
    (_, theirs), _ = go(stage, monkeypatch)
    assert stage.asked == [(HERE, 2, False), (HERE, 1, False), (OWN, 1, False)]
    assert same(theirs.predictions, ROWS)
    assert (theirs.scoring.fresh, theirs.scoring.recorded, theirs.scoring.environment) == (50, 0, "own")
    assert theirs.scoring.note.endswith("; there 40 of 40 rows from its bundle's record were answered as then")


def test_other_answers_than_in_its_record_are_as_bad_as_other_golden_rows(
    champion: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(champion, here=answers(ROWS, 0.001), own=answers(ROWS))
    (mine, theirs), watcher = go(stage, monkeypatch)
    # The challenger's answers are good already.
    assert stage.asked == [(HERE, 2, False), (OWN, 1, False)]
    assert mine.predictions is stage.challenger
    assert theirs.scoring.environment == "own"
    assert watcher.problems[0].found.startswith("the model answers 40 of 40 rows of its record otherwise")


def test_a_champion_whose_child_dies(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    died = TrainingError(Problem(found="the program was ended by signal 11 (SIGSEGV)"))
    (_, theirs), _ = go(Stage(champion, here=died, own=answers(ROWS)), monkeypatch)
    assert theirs.scoring.environment == "own"


def test_what_a_challenger_cannot_do_is_its_own_fault(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(champion, here=answers(ROWS), challenger=refused("challenger"))
    with pytest.raises(BundleError, match="challenger: the model file"):
        go(stage, monkeypatch)
    assert stage.asked == [(HERE, 2, False), (HERE, 1, False)]


def test_a_broken_seal_is_no_matter_of_libraries(
    champion: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = shutil.copytree(champion, tmp_path / "bundle")
    (broken / "predictions.npz").write_bytes(b"PK")
    with pytest.raises(BundleError, match=r"predictions\.npz"):
        go(Stage(broken, here=refused("champion")), monkeypatch, rows=ROWS.head(40))


def test_latency_takes_a_champion_that_runs_here(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ROWS.head(40)
    stage = Stage(champion, here=refused("champion"), challenger=answers(rows))
    with pytest.raises(DataError, match="its latency cannot be measured") as caught:
        go(stage, monkeypatch, rows=rows, latency=True)
    assert caught.value.problems[0].place.key == "compare.guardrails"


def test_no_time_is_left(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(champion, here=TrainingError(Problem(found="the program was ended after 5 minutes")))
    with pytest.raises(TrainingError, match="after 5 minutes"):
        go(stage, monkeypatch, minutes=0.0)
    assert len(stage.asked) == 1


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        ({"built": NoOwnEnvironmentError("there is no uv on the PATH")}, "there is no uv on the PATH"),
        ({"own": refused("champion")}, "nor does it in its own environment"),
        ({"own": answers(ROWS, 0.001)}, "nor does it in its own environment"),
    ],
)
def test_no_way_is_left_but_three(
    champion: Path, monkeypatch: pytest.MonkeyPatch, stage: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BundleError) as caught:
        go(Stage(champion, here=refused("champion"), **stage), monkeypatch)
    (problem,) = caught.value.problems
    assert problem.found.startswith("the champion cannot be scored: it does not answer here")
    assert problem.found.endswith(f"; 10 rows are not in its record; {reason}")
    assert "Ada" not in problem.found
    for command in ("uv venv --python 3.12 old", "modelbout run", "modelbout rollback --to"):
        assert command in problem.fix


def test_an_environment_may_be_forbidden(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(champion, here=refused("champion"))
    with pytest.raises(BundleError, match=r"`compare\.champion_environment` is `never`"):
        go(stage, monkeypatch, environment="never")
    # The record needs none.
    rows = ROWS.head(3)
    stage.challenger = answers(rows)
    (_, theirs), _ = go(stage, monkeypatch, rows=rows, environment="never")
    assert theirs.scoring.recorded == 3


def test_a_champion_alone(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(champion, here=refused("champion"), own=answers(ROWS))
    (theirs,), _ = go(stage, monkeypatch, alone=True)
    assert stage.asked == [(HERE, 1, False), (OWN, 1, False)]
    assert same(theirs.predictions, ROWS)


def test_only_some_rows_are_looked_up(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faithful, "CHECKED_ROWS", 5)
    (_, theirs), _ = go(Stage(champion, here=answers(ROWS)), monkeypatch)
    # The first of 50, the last, and three between: the last is not in the record.
    assert theirs.scoring.note == "4 of 4 rows from its bundle's record were answered as then"


def test_how_many_rows_rounding_may_change() -> None:
    assert Check(rows=999, wrong=0).holds
    assert not Check(rows=999, wrong=1).holds
    assert Check(rows=20_000, wrong=20).holds
    assert not Check(rows=20_000, wrong=21).holds
    assert Check(rows=0, wrong=0).holds
    assert str(Check(rows=20_000, wrong=20)) == "19,980 of 20,000 rows from its bundle's record were answered as then"


def test_no_rows(champion: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    none = ROWS.head(0)
    (_, theirs), _ = go(Stage(champion, here=answers(none)), monkeypatch, rows=none)
    assert theirs.scoring.fresh == 0
