from __future__ import annotations

import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.config.model import Data
from modelbout.config.train import Train
from modelbout.errors import ConfigError, DataError, TrainingError
from modelbout.progress import Quiet
from modelbout.training import errand
from modelbout.training import fit as fitting
from modelbout.training.environment import Environment
from modelbout.training.fit import fit
from modelbout.training.signature import signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.manifest import Signature


def go(
    root: Path, tmp_path: Path, table: pl.DataFrame, shape: Signature, *, train: Train | None = None, **more: Any
) -> fitting.Fitted:
    return fit(
        train or Train(estimator="pipeline:build", seed=7, timeout_minutes=2),
        root=root,
        signature=shape,
        task="binary",
        rows=table,
        work=tmp_path / "work",
        progress=Quiet(),
        **more,
    )


def test_a_pipeline_trained_for_real(sealed: Any) -> None:
    fitted = sealed.fitted
    assert sorted(path.name for path in fitted.files.iterdir()) == ["model.skops"]
    assert fitted.scorer.kind == "skops"
    assert fitted.log.read_text() == "building the pipeline\n"
    assert fitted.seconds > 0
    assert "scikit-learn==" in fitted.environment
    said = fitted.answers[0]
    assert said.label.shape == (60,)
    assert said.proba.shape == (60, 2)
    assert np.mean(said.label == (sealed.holdout["left"] == "yes").to_numpy()) > 0.75
    assert not list(fitted.log.parent.glob("*.npz"))


def test_a_command_trained_for_real(sealed_command: Any) -> None:
    fitted = sealed_command.fitted
    assert fitted.log.read_text() == "seed 7 7\n"
    assert sorted(path.name for path in (fitted.files / "model").iterdir()) == ["rates.json", "scorer.py"]
    assert fitted.scorer.command == ("python", "-S", "scorer.py")
    said = fitted.answers[0]
    assert said.proba.shape == (60, 2)
    rates = dict(zip(sealed_command.holdout["plan"].to_list(), said.proba[:, 1], strict=True))
    assert rates["plus"] > rates["basic"]


def test_a_command_without_questions(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository(
        train_py="""
        import json, os
        from pathlib import Path
        out = Path(os.environ["MODELBOUT_OUTPUT"])
        (out / "model").mkdir()
        (out / "model" / "m").write_text("")
        (out / "scorer.json").write_text(json.dumps({"command": ["x"]}))
        """
    )
    assert go(root, tmp_path, table, shape, train=Train(command="python -S train.py")).answers == ()


def test_users_errors_come_with_the_log(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository(pipeline_py="print('importing')\n1 / 0")
    with pytest.raises(
        TrainingError, match=r"importing pipeline failed: ZeroDivisionError.*\n  \| importing\n"
    ) as caught:
        go(root, tmp_path, table, shape)
    assert "\n  | ZeroDivisionError: division by zero" in str(caught.value)
    assert str(tmp_path / "work" / "train.log") in caught.value.problems[0].fix
    assert caught.value.problems[0].place.key == "train.estimator"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import os\nprint('here', flush=True)\nos._exit(9)", r"ended with exit code 9.*\n  \| here"),
        ("import os\nos.kill(os.getpid(), 11)", r"ended by signal 11 \(SIGSEGV\)"),
        ("import sys\nsys.exit(0)", r"ended the program with sys.exit\(0\)"),
        ("import os, sys\nopen(sys.argv[1] + 'x', 'w')\nos._exit(0)", "ended with exit code 0"),
    ],
)
def test_children_that_die(  # noqa: PLR0917 -- pytest hands fixtures in by name
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature, source: str, message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        go(repository(pipeline_py=source), tmp_path, table, shape)


def test_a_child_that_hangs(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository(pipeline_py="import time\ntime.sleep(60)")
    with pytest.raises(TrainingError, match=r"ended after 0\.0\d* minutes"):
        go(root, tmp_path, table, shape, train=Train(estimator="pipeline:build", timeout_minutes=0.03))


def test_a_user_class_is_refused_when_it_is_trained(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository(
        pipeline_py="""
        from sklearn.dummy import DummyClassifier
        class Mine(DummyClassifier):
            pass
        def build():
            return Mine()
        """
    )
    with pytest.raises(TrainingError, match=r"types that are not safe to load: pipeline\.Mine") as caught:
        go(root, tmp_path, table, shape)
    assert "`train.command`" in caught.value.problems[0].fix


def test_infinite_answers_stop_everything(repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame) -> None:
    root = repository(
        pipeline_py="""
        import numpy as np
        from sklearn.compose import TransformedTargetRegressor
        from sklearn.dummy import DummyRegressor
        def build():
            huge = DummyRegressor(strategy="constant", constant=1e6)
            return TransformedTargetRegressor(huge, func=np.log1p, inverse_func=np.expm1, check_inverse=False)
        """
    )
    rows = table.drop("left")
    shape = signature(rows, Data(target="age", source="x", id="id"), "regression")
    with pytest.raises(TrainingError, match="value is NaN or infinite in 240 of 240 rows"):
        fit(
            Train(estimator="pipeline:build"),
            root=root,
            signature=shape,
            task="regression",
            rows=rows,
            work=tmp_path / "work",
            progress=Quiet(),
            ask=(rows,),
        )


def test_code_outside_the_fingerprint_is_refused(repository: Callable[..., Path]) -> None:
    root = repository(pipeline_py="", extra_py="")
    (root / "env").mkdir()
    (root / "env" / "pyvenv.cfg").write_text("")
    imported = ("pipeline.py", "env/lib/numpy.py", ".venv/lib/numpy.py")
    train = Train(estimator="pipeline:build", code=("pipeline.py",))
    fitting._require_covered(imported, train, root)
    with pytest.raises(ConfigError, match=r"imported extra\.py, which `train.code` leaves out"):
        fitting._require_covered((*imported, "extra.py"), train, root)


def test_an_environment_without_skops_is_refused_before_anything_runs(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    bare = Environment(
        interpreter="/nowhere/python", python="3.9.1", packages={"numpy": "1", "pandas": "1", "scikit-learn": "1"}
    )
    with pytest.raises(ConfigError, match="/nowhere/python has no skops"):
        go(repository(), tmp_path, table, shape, environment=bare)


def test_a_real_environment_without_packages(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    root = repository()
    venv.create(root / ".venv", with_pip=False)
    train = Train(estimator="pipeline:build", python=".venv/bin/python")
    with pytest.raises(ConfigError, match="has no numpy, pandas, scikit-learn, skops") as caught:
        go(root, tmp_path, table, shape, train=train)
    assert str(root / ".venv" / "bin" / "python") in caught.value.problems[0].found


def test_paths_may_be_relative_although_the_child_runs_elsewhere(
    repository: Callable[..., Path],
    tmp_path: Path,
    table: pl.DataFrame,
    shape: Signature,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository(pipeline_py="raise RuntimeError('reached')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrainingError, match="RuntimeError: reached"):
        go(Path("repository"), Path(), table, shape)


def test_a_missing_interpreter(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    with pytest.raises(ConfigError, match=r"there is no interpreter '\.venv/bin/python'"):
        go(repository(), tmp_path, table, shape, train=Train(estimator="a:b", python=".venv/bin/python"))


def test_rows_without_an_input(
    repository: Callable[..., Path], tmp_path: Path, table: pl.DataFrame, shape: Signature
) -> None:
    with pytest.raises(DataError, match="no column 'age'"):
        go(repository(), tmp_path, table.drop("age"), shape)


def test_a_full_disk(
    repository: Callable[..., Path],
    tmp_path: Path,
    table: pl.DataFrame,
    shape: Signature,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fitting, "write_rows", full)
    whole = dict.fromkeys(("numpy", "pandas", "scikit-learn", "skops"), "1")
    ready = Environment(interpreter="/nowhere/python", python="3.9.1", packages=whole)
    with pytest.raises(TrainingError, match=r"cannot write below .*: No space left on device"):
        go(repository(), tmp_path, table, shape, environment=ready)


def test_the_worker_is_found_beside_this_package() -> None:
    assert errand.WORKER.is_file()


def test_whole_number_targets_reach_the_regressor_whole(table: pl.DataFrame) -> None:
    shape = signature(table, Data(target="age", source="x"), "regression")
    assert fitting._target(table, shape).dtype == np.int64


STRICT = """
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

def build():
    return make_pipeline(make_column_transformer((OneHotEncoder(), ["plan"])), LogisticRegression())
"""
COPIES = """
import json, os, shutil
from pathlib import Path
output = Path(os.environ["MODELBOUT_OUTPUT"])
(output / "model").mkdir()
shutil.copy("scorer.py", output / "model" / "scorer.py")
(output / "scorer.json").write_text(json.dumps({"command": ["python", "-S", "scorer.py"]}))
"""
PICKY = """
import csv, os, sys
with open(os.environ["MODELBOUT_INPUT"], newline="", encoding="utf-8") as given:
    rows = list(csv.DictReader(given))
if any(row["plan"] == "unheard of" for row in rows):
    sys.exit("no such plan")
with open(os.environ["MODELBOUT_OUTPUT"], "w", encoding="utf-8") as said:
    said.write("label\\n" + "yes\\n" * len(rows))
"""


@pytest.mark.parametrize(
    "given",
    [
        (Train(estimator="pipeline:build", timeout_minutes=2), {"pipeline_py": STRICT}),
        (
            Train(command="python -S train.py", timeout_minutes=2),
            {"train_py": COPIES, "scorer_py": PICKY},
        ),
    ],
    ids=["estimator", "command"],
)
def test_a_wish_may_fail_and_nothing_else(
    repository: Callable[..., Path],
    tmp_path: Path,
    table: pl.DataFrame,
    shape: Signature,
    given: tuple[Train, dict[str, str]],
) -> None:
    train, files = given
    root = repository(**files)
    rows = table.head(30)
    granted = go(root, tmp_path / "granted", table, shape, train=train, ask=[rows], wish=rows)
    assert granted.extra is not None
    first, again = granted.answers[0].label, granted.extra.label
    assert first is not None
    assert again is not None
    assert np.array_equal(first, again)
    unheard = rows.with_columns(plan=pl.lit("unheard of"))
    refused = go(root, tmp_path / "refused", table, shape, train=train, ask=[rows], wish=unheard)
    assert refused.extra is None
    assert refused.answers[0].rows == 30
