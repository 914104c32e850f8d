from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelbout.errors import ConfigError, TrainingError
from modelbout.manifest import Feature, Scorer, Signature
from modelbout.training import command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modelbout.manifest import ScorerKind

TWO = Signature(
    inputs=(Feature(name="a", type="number"),), target="y", target_type="string", classes=("no", "yes"), positive="yes"
)
NUMBER = Signature(inputs=TWO.inputs, target="y", target_type="number")
ROWS = pl.DataFrame({"a": [0.5, None]})


def trained(root: Path, work: Path, source: str, *, timeout_seconds: float = 30) -> tuple[Path, Scorer]:
    (root / "train.py").write_text(
        "import json, os, sys\nfrom pathlib import Path\nout = Path(os.environ['MODELBOUT_OUTPUT'])\n"
        "model = out / 'model'\n"
        "def leave(words=('python', 's.py')):\n"
        "    model.mkdir(exist_ok=True); (model / 'm.txt').write_text('m')\n"
        "    (out / 'scorer.json').write_text(json.dumps({'command': words}))\n"
        "def form(name, words=()):\n"
        "    (out / 'scorer.json').write_text(json.dumps({'format': name, 'command': words}))\n" + source
    )
    return command.train(
        (sys.executable, "-S", "train.py"),
        root=root,
        work=work,
        inputs=ROWS,
        target=pl.Series("y", ["no", "yes"]),
        signature=TWO,
        task="binary",
        seed=5,
        log=work / "train.log",
        timeout_seconds=timeout_seconds,
    )


def test_words_without_a_shell() -> None:
    assert command.program("python train.py --name 'a b'", "/py") == ("/py", "train.py", "--name", "a b")
    assert command.program("Rscript train.R; rm -rf /", "/py") == ("Rscript", "train.R;", "rm", "-rf", "/")
    for text in ("", "   ", "python 'train.py"):
        with pytest.raises(ConfigError, match="cannot be split into words"):
            command.program(text, "/py")


def test_what_the_program_is_given(repository: Callable[..., Path], tmp_path: Path) -> None:
    code = (
        "leave()\n"
        "names = ['JOB', 'TRAIN', 'TARGET', 'OUTPUT', 'SEED']\n"
        "job = json.load(open(os.environ['MODELBOUT_JOB']))\n"
        "rows = open(os.environ['MODELBOUT_TRAIN']).read()\n"
        "seen = {n: os.environ['MODELBOUT_' + n] for n in names}\n"
        "(model / 'seen.json').write_text(json.dumps([job, rows, seen, os.getcwd(), os.environ['PYTHONHASHSEED']]))\n"
        "(model / '__pycache__').mkdir(); (model / '__pycache__' / 'x.pyc').write_text('')\n"
    )
    root = repository()
    files, scorer = trained(root, tmp_path / "work", code)
    job, rows, seen, where, hashseed = json.loads((files / "model" / "seen.json").read_text())
    assert scorer == Scorer(kind="command", command=("python", "s.py"))
    assert rows == "a,y\n0.5,no\n,yes\n"
    assert (seen["TARGET"], seen["SEED"], hashseed) == ("y", "5", "5")
    assert job["columns"] == [{"name": "a", "type": "number", "nullable": False}]
    assert (job["version"], job["task"], job["classes"], job["positive"]) == (1, "binary", ["no", "yes"], "yes")
    assert (job["train"], job["output"]) == (seen["TRAIN"], seen["OUTPUT"])
    assert where == str(root.resolve())
    assert sorted(p.name for p in (files / "model").iterdir()) == ["m.txt", "seen.json"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print('half way'); sys.exit(7)", r"ended with exit code 7.*\n  \| half way"),
        ("os.kill(os.getpid(), 11)", r"ended by signal 11 \(SIGSEGV\)"),
        ("model.mkdir(); (model / 'm').write_text('')", "left no scorer.json"),
        ("(out / 'scorer.json').write_text(json.dumps({'command': ['x']}))", "left no model"),
        ("leave(); (model / 'm.txt').unlink()", "left no model"),
        ("leave([])", "names no program"),
        ("leave(['a\\0b'])", "names no program"),
        ("leave('python s.py')", "scorer.json cannot be used: Expected `array`"),
        ("leave(); (out / 'scorer.json').write_text('{')", "scorer.json cannot be used"),
        ("leave(); form('pmml')", "scorer.json cannot be used: Invalid enum value 'pmml'"),
        ("leave(); form('onnx', ['python'])", "scorer.json cannot be used: it names a command and a format"),
        ("leave(); form(None)", "names no program"),
        ("leave(); form('onnx')", "says onnx, and the program left no model.onnx"),
        ("leave(); form('xgboost')", "says xgboost, and the program left no model.ubj"),
        ("leave(['x' * 99999])", "scorer.json cannot be used: it is too long"),
        ("leave(); (model / 'l').symlink_to('/etc/passwd')", "the model holds a link: 'l'"),
        ("leave(); model.rename(out / 'm2'); model.symlink_to(out / 'm2')", "left no model"),
    ],
)
def test_programs_that_fail(repository: Callable[..., Path], tmp_path: Path, code: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as caught:
        trained(repository(), tmp_path / "work", code)
    assert caught.value.problems[0].place.key == "train.command"
    assert str(tmp_path / "work" / "train.log") in caught.value.problems[0].fix


@pytest.mark.parametrize(
    ("kind", "left", "place"),
    [
        ("onnx", "model.onnx", "model.onnx"),
        ("xgboost", "model.ubj", "model/model.ubj"),
        ("xgboost", "model.json", "model/model.json"),
        ("lightgbm", "model.txt", "model/model.txt"),
        ("catboost", "model.cbm", "model/model.cbm"),
        ("mlflow", "MLmodel", "model/MLmodel"),
        ("pickle", "model.pkl", "model/model.pkl"),
    ],
)
def test_a_program_that_leaves_a_file(
    repository: Callable[..., Path], tmp_path: Path, kind: ScorerKind, left: str, place: str
) -> None:
    code = f"leave(); (model / 'm.txt').rename(model / '{left}'); form('{kind}')"
    files, scorer = trained(repository(), tmp_path / "work", code)
    assert scorer == Scorer(kind=kind)
    assert [path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()] == [place]


def test_a_program_that_hangs(repository: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"train.timeout_minutes"):
        trained(repository(), tmp_path / "work", "import time; time.sleep(60)", timeout_seconds=1)


def asked(tmp_path: Path, source: str, shape: Signature = TWO) -> Any:
    model = tmp_path / "model"
    model.mkdir(exist_ok=True)
    (model / "s.py").write_text(
        "import os\nrows = open(os.environ['MODELBOUT_INPUT']).read()\nout = os.environ['MODELBOUT_OUTPUT']\n" + source
    )
    return command.ask(
        model,
        Scorer(kind="command", command=("python", "-S", "s.py")),
        ROWS,
        signature=shape,
        interpreter=sys.executable,
        work=tmp_path / "work",
        timeout_seconds=30,
    )


def test_a_scorer_that_works(tmp_path: Path) -> None:
    said = asked(
        tmp_path, "assert rows == 'a\\n0.5\\n\\n', repr(rows)\nopen(out, 'w').write('value\\n1.5\\n 2\\n')", NUMBER
    )
    assert said.value.tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import sys; print('oh'); sys.exit(2)", r"ended with exit code 2.*\n  \| oh"),
        ("pass", "wrote no answers"),
        ("import os; os.mkfifo(out)", "no regular file"),
        ("import os; os.mkdir(out)", "no regular file"),
        ("import os; os.symlink('/etc/hosts', out)", "no regular file"),
        ("open(out, 'w').write('value\\nnan\\n1\\n')", "value is NaN or infinite in 1 of 2 rows"),
        ("open(out, 'w').write('value\\ninf\\n1\\n')", "value is NaN or infinite in 1 of 2 rows"),
        ("open(out, 'w').write('value\\n1\\n')", "gave 1 answers for 2 rows"),
    ],
)
def test_scorers_that_fail(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        asked(tmp_path, source, NUMBER)


def read(tmp_path: Path, text: str, shape: Signature = TWO, rows: int = 2) -> Any:
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return command.read_csv_answers(path, shape, rows=rows)


def test_probabilities_labels_or_both(tmp_path: Path) -> None:
    both = read(tmp_path, "label,proba:yes,proba:no\nyes,0.4,0.6\nno,0.1,0.9\n")
    assert both.label.tolist() == [1, 0]
    assert both.proba.tolist() == [[0.6, 0.4], [0.9, 0.1]]
    assert read(tmp_path, "proba:no,proba:yes\n0.4,0.6\n0.9,0.1\n").label.tolist() == [1, 0]
    assert read(tmp_path, "label\nyes\nyes\n").proba is None


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("", TWO, "answers cannot be read"),
        ("labels\nyes\nno\n", TWO, r"column 'labels'. Did you mean `label`\?"),
        ("proba:yes\n1\n0\n", TWO, "wrote 1 columns proba:"),
        ("label\nyes\nmaybe\n", TWO, "label is no known class in 1 of 2 rows"),
        ("label\nyes\n", TWO, "gave 1 answers for 2 rows"),
        ("proba:no,proba:yes\n0.5,x\n0.5,0.5\n", TWO, "'proba:yes' is no number in 1 of 2 rows"),
        ("proba:no,proba:yes\n0.5,0.6\n0.5,0.5\n", TWO, "do not sum to 1 in 1 of 2 rows"),
        ("label\n1\n2\n", NUMBER, "column 'label'"),
        ("value\n1\n\n", NUMBER, "gave 1 answers|is no number"),
        ("value,value\n1,1\n2,2\n", NUMBER, "answers cannot be read|column 'value_"),
        ("value\n" + "1" * 5000 + "\n2\n", NUMBER, "bytes for 2 rows"),
    ],
)
def test_answers_that_cannot_be_used(tmp_path: Path, text: str, shape: Signature, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as caught:
        read(tmp_path, text, shape)
    assert "maybe" not in str(caught.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: b"value\n" + text.encode("utf-8", "replace"))
)
def test_no_bytes_at_all_are_a_traceback(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(data)
    try:
        said = command.read_csv_answers(path, NUMBER, rows=2)
    except TrainingError as error:
        assert error.problems[0].found  # noqa: PT017 -- the one error that may come
    else:
        assert said.rows == 2


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_cross_the_csv_without_loss(tmp_path: Path, values: list[float]) -> None:
    path = tmp_path / "rows.csv"
    command.write_csv(pl.DataFrame({"value": values}), path)
    said = command.read_csv_answers(path, NUMBER, rows=len(values))
    assert said.value is not None
    assert said.value.tolist() == values


def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    with pytest.raises(TrainingError, match="cannot write below"):
        command.copy_model(tmp_path / "bundle", tmp_path / "into")
