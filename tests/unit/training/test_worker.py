from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from modelbout.training import worker
from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.rows import write_rows
from modelbout.training.signature import class_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FRAME = pl.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": [1.0, 0.0, 1.0, 0.0]})


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what a job does to its process: the path, the user's modules, the random state."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(random, "seed", lambda _seed: None)
    before = set(sys.modules)
    state = np.random.get_state()  # noqa: NPY002 -- the one that is seeded
    yield
    np.random.set_state(state)  # noqa: NPY002 -- as above
    for name in set(sys.modules) - before:
        if not name.startswith(("sklearn", "skops", "scipy", "numpy", "pandas")):
            del sys.modules[name]


def job(tmp_path: Path, root: Path, **changes: Any) -> dict[str, Any]:
    specs = write_rows(tmp_path / "train.npz", FRAME, target=np.array([0, 1, 1, 0]))
    columns = [{"name": s.name, "type": s.type, "timezone": s.timezone} for s in specs]
    write_rows(tmp_path / "ask.npz", FRAME)
    ask = {"rows": str(tmp_path / "ask.npz"), "columns": columns, "answers": str(tmp_path / "answers.npz")}
    return {
        "job": "fit",
        "root": str(root),
        "estimator": "pipeline:build",
        "seed": 3,
        "rows": str(tmp_path / "train.npz"),
        "columns": columns,
        "classes": ["no", "yes"],
        "class_values": ["no", "yes"],
        "allowed": list(ALLOWED_TYPES),
        "model": str(tmp_path / "model.skops"),
        "asks": [ask],
        "result": str(tmp_path / "result.json"),
    } | changes


def do(tmp_path: Path, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    (tmp_path / "job.json").write_text(json.dumps(given))
    code = worker.main(str(tmp_path / "job.json"))
    return code, json.loads((tmp_path / "result.json").read_text())


def test_this_file_is_python_3_9() -> None:
    source = Path(worker.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [name for name in names if name.startswith("modelbout")]


def test_its_neighbours_do_not_shadow_the_users_modules(repository: Callable[..., Path], tmp_path: Path) -> None:
    root = repository(score_py="def build():\n    raise RuntimeError('the right module')\n")
    (tmp_path / "job.json").write_text(json.dumps(job(tmp_path, root, estimator="score:build")))
    subprocess.run([sys.executable, worker.__file__, str(tmp_path / "job.json")], check=False, capture_output=True)
    assert "the right module" in json.loads((tmp_path / "result.json").read_text())["found"]


def test_fit_writes_model_answers_and_result(
    repository: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(
        pipeline_py="""
        from sklearn.linear_model import LogisticRegression
        from mine import C
        def build():
            print("hello")
            return LogisticRegression(C=C)
        """,
        mine_py="C = 100.0",
    )
    code, result = do(tmp_path, job(tmp_path, root))
    assert code == 0
    assert result["ok"] is True
    assert result["seconds"] > 0
    assert result["imported"] == ["mine.py", "pipeline.py"]
    assert capsys.readouterr().out == "hello\n"
    with np.load(tmp_path / "answers.npz", allow_pickle=False) as said:
        assert said["label"].shape == (4,)
        assert said["proba"].shape == (4, 2)
        assert (said["proba"].argmax(axis=1) == said["label"]).all()


@pytest.mark.parametrize("values", [[False, True], [10, 2], [0.5, 1.5], ["1", "2"]])
def test_the_estimator_sees_the_targets_own_values(
    repository: Callable[..., Path], tmp_path: Path, values: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(
        pipeline_py="""
        from sklearn.dummy import DummyClassifier
        class Seeing(DummyClassifier):
            def fit(self, X, y):
                print("saw", sorted({(type(v).__name__, v) for v in y.tolist()}), list(X.columns), len(X))
                raise SystemExit(1)
        def build():
            return Seeing()
        """
    )
    classes = [worker.class_text(value) for value in values]
    _, result = do(tmp_path, job(tmp_path, root, class_values=values, classes=classes))
    assert "sys.exit(1)" in result["found"]
    seen = sorted({(type(value).__name__, value) for value in values})
    assert capsys.readouterr().out == f"saw {seen} ['a', 'b'] 4\n"


@pytest.mark.parametrize(
    ("source", "found", "fix"),
    [
        ("def biuld(): pass", "module pipeline has no function build. Did you mean `biuld`?", "correct"),
        ("build = 3", "pipeline:build is a int, not a function", "put it into a function"),
        ("def build(): pass", "pipeline:build returned a NoneType without fit", "`return`"),
        (
            "from sklearn.linear_model import Ridge as build_\ndef build(): return build_",
            "returned the class Ridge",
            "Ridge()",
        ),
        ("def build(x): pass", "pipeline:build: build() failed: TypeError", "mend it"),
        ("import sys\nsys.exit(3)", "importing pipeline ended the program with sys.exit(3)", "take sys.exit out"),
        ("def build():\n    import sys\n    sys.exit('no')", "build() ended the program with sys.exit(no)", "sys.exit"),
        ("import not_there_at_all", "failed: ModuleNotFoundError: No module named 'not_there_at_all'", "install"),
        ("1 +", "importing pipeline failed: SyntaxError", "mend it"),
        ("raise ValueError('a' * 999)", "importing pipeline failed: ValueError: aaa", "mend it"),
        (
            "from sklearn.linear_model import Ridge\ndef build(): return Ridge().fit([[1]], [1])",
            "fitted already: Ridge has coef_",
            "do not call fit()",
        ),
        (
            (
                "from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
                "from sklearn.linear_model import Ridge\n"
                "def build(): return make_pipeline(StandardScaler().fit([[1]]), Ridge())"
            ),
            "fitted already: StandardScaler has",
            "do not call fit()",
        ),
        (
            "from sklearn.linear_model import LogisticRegression\ndef build(): return LogisticRegression(C=-1)",
            "the estimator's fit() failed: InvalidParameterError",
            "mend it",
        ),
        ("def build(): raise MemoryError()", "the machine refused: MemoryError()", "memory"),
        ("def build(): raise OSError(28, 'No space left on device')", "build() failed: OSError", "mend it"),
    ],
)
def test_users_mistakes_are_findings(
    repository: Callable[..., Path], tmp_path: Path, source: str, found: str, fix: str
) -> None:
    code, result = do(tmp_path, job(tmp_path, repository(pipeline_py=source)))
    assert code == 1
    assert result["ok"] is False
    assert found in result["found"]
    assert fix in result["fix"]
    assert len(result["found"]) < 600


def test_a_module_that_is_not_there(repository: Callable[..., Path], tmp_path: Path) -> None:
    _, result = do(tmp_path, job(tmp_path, repository(pipelines_py="")))
    assert result["found"] == "there is no module pipeline. Did you mean `pipelines`?"


def test_the_traceback_goes_to_the_log(
    repository: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    do(tmp_path, job(tmp_path, repository(pipeline_py="def build():\n    raise KeyError('deep')")))
    assert "in build\n" in capsys.readouterr().err


def test_a_disk_that_refuses_is_a_finding(repository: Callable[..., Path], tmp_path: Path) -> None:
    root = repository(pipeline_py="from sklearn.linear_model import LogisticRegression as build")
    _, result = do(tmp_path, job(tmp_path, root, model=str(tmp_path / "no" / "model.skops")))
    assert result["found"] == "the machine refused: No such file or directory"


def test_every_open_seed_is_set_and_no_other() -> None:
    model = make_pipeline(StandardScaler(), BaggingClassifier(RandomForestClassifier(random_state=1)))
    worker.set_seeds(model, 9)
    parameters = model.get_params(deep=True)
    assert parameters["baggingclassifier__random_state"] == 9
    assert parameters["baggingclassifier__estimator__random_state"] == 1
    plain = LinearRegression()
    worker.set_seeds(plain, 9)
    assert plain.get_params() == LinearRegression().get_params()


def test_the_same_seed_gives_the_same_model(repository: Callable[..., Path], tmp_path: Path) -> None:
    root = repository(
        pipeline_py="""
        from sklearn.ensemble import RandomForestClassifier
        def build():
            return RandomForestClassifier(3)
        """
    )
    said = []
    for seed in (1, 1, 2):
        assert do(tmp_path, job(tmp_path, root, seed=seed))[0] == 0
        said.append(np.load(tmp_path / "answers.npz")["proba"].tolist())
    assert said[0] == said[1]


class Says:
    """An estimator with given answers."""

    def __init__(self, said: Any, proba: Any = None, classes: Any = None) -> None:
        self.said = said
        self.classes_ = classes
        if proba is not None:
            self.predict_proba = lambda _rows: proba

    def predict(self, _rows: object) -> Any:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def test_columns_are_sorted_as_the_signature_says() -> None:
    model = Says(np.array([2, 10]), proba=[[0.9, 0.1], [0.3, 0.7]], classes=np.array([2, 10]))
    said = worker.predict(model, pd.DataFrame({"a": [1, 2]}), ("10", "2"))
    assert said["label"].tolist() == [1, 0]
    assert said["proba"].tolist() == [[0.1, 0.9], [0.7, 0.3]]


def test_a_column_vector_is_a_vector() -> None:
    assert worker.predict(Says(np.array([[1], [2]])), pd.DataFrame(), ())["value"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("model", "classes", "message"),
    [
        (Says(["a", "b"]), (), "predict() returned no numbers"),
        (Says([[1, 2], [3, 4]]), (), "predict() returned an array of shape (2, 2)"),
        (Says(["maybe", "no"]), ("no", "yes"), "1 class(es) that no training row has"),
        (Says(["no"], proba=[[1.0]], classes=np.array(["no", "yes"])), ("no", "yes"), "array of shape (1, 1)"),
        (Says(RuntimeError("inside")), (), "the model: predict() failed: RuntimeError: inside"),
    ],
)
def test_answers_of_the_wrong_kind(model: Says, classes: tuple[str, ...], message: str) -> None:
    with pytest.raises(worker.Stop) as caught:
        worker.predict(model, pd.DataFrame({"a": [1, 2]}), classes)
    assert message in caught.value.answer["found"]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (False, "false"), (1.0, "1"), (1.5, "1.5"), (7, "7"), ("x", "x")]
)
def test_class_texts_are_those_of_the_signature(value: object, text: str) -> None:
    assert worker.class_text(value) == text == class_texts(pl.Series([value]))[0]


def test_score_answers_and_times_in_turns(tmp_path: Path) -> None:
    models = []
    for number, model in enumerate((Ridge(), LogisticRegression())):
        place = tmp_path / str(number)
        place.mkdir()
        target = [0.5, 1.5, 2.5, 3.5] if number == 0 else ["no", "yes", "yes", "no"]
        path = str(place / "model.skops")
        model.fit(pd.DataFrame(FRAME.to_dict(as_series=False)), target)
        worker.write_model(model, path, ALLOWED_TYPES)
        entry = job(place, tmp_path)
        ask = entry["asks"][0]
        golden = ask | {"answers": str(place / "golden.npz")}
        classes = [] if number == 0 else entry["classes"]
        models.append({"name": f"m{number}", "model": path, "classes": classes, "rows": ask, "golden": golden})
    plan = {"batch_rows": 3, "rounds": 6, "least_rounds": 2, "seconds": 60}
    given = {
        "job": "score",
        "models": models,
        "allowed": ALLOWED_TYPES,
        "latency": plan,
        "result": str(tmp_path / "result.json"),
    }
    code, result = do(tmp_path, given)
    assert code == 0
    assert [len(times) for times in result["timings"]] == [6, 6]
    assert all(seconds > 0 for times in result["timings"] for seconds in times)
    assert len(result["load_seconds"]) == 2
    assert np.load(tmp_path / "0" / "answers.npz")["value"].shape == (4,)
    _, soon = do(tmp_path, given | {"latency": plan | {"seconds": 0}})
    assert [len(times) for times in soon["timings"]] == [2, 2]
    _, strange = do(tmp_path, given | {"models": [models[1] | {"classes": ["no", "maybe"]}]})
    assert strange["kind"] == "bundle"
    assert strange["found"] == "m1: the model answers with 1 class(es) that no training row has"
    assert "requirements.lock" in strange["fix"]
    _, none = do(tmp_path, given | {"latency": None})
    assert none["timings"] == [[], []]


def test_probing_finds_versions() -> None:
    found = worker.probe({})
    assert found["python"].startswith("3.")
    assert set(worker.NEEDED) <= set(found["packages"])
    assert all(name == name.lower() and "_" not in name for name in found["packages"])


@pytest.mark.parametrize("version", ["0.11.0", "0.9", "0.12.dev0"])
def test_a_skops_that_runs_forged_files_is_refused(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skops.__version__", version)
    with pytest.raises(worker.Stop, match="is not safe to load with"):
        worker.load_model(str(tmp_path / "none.skops"), [])
    for newer in ("0.13.0", "0.16.0", "1.0rc1"):
        monkeypatch.setattr("skops.__version__", newer)
        with pytest.raises(FileNotFoundError):
            worker.load_model(str(tmp_path / "none.skops"), [])
