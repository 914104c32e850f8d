from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.training.worker.answers import class_text
from tests.unit.training.worker.play import do, job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
    classes = [class_text(value) for value in values]
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
