from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import BundleError, TrainingError
from modelbout.training import errand
from modelbout.training.errand import Result, on_disk, send

if TYPE_CHECKING:
    from pathlib import Path


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> Result:
    worker = tmp_path / "worker.py"
    worker.write_text(f"import json, sys\nresult = json.load(open(sys.argv[1]))['result']\n{code}")
    monkeypatch.setattr(errand, "WORKER", worker)
    return send(
        {"job": "probe"},
        interpreter=sys.executable,
        cwd=tmp_path,
        work=tmp_path,
        timeout_seconds=30,
        key="train.python",
    )


def test_a_result_comes_back_and_the_job_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    got = play(tmp_path, monkeypatch, """open(result, "w").write('{"ok": true, "python": "3.9"}')""")
    assert got == Result(ok=True, python="3.9")
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print('nothing written')", r"ended with exit code 0.*\n  \| nothing written"),
        ("import os; os._exit(5)", "ended with exit code 5. It printed nothing"),
        ("open(result, 'w').write('{')", "result cannot be read"),
        ("""open(result, 'w').write('{"ok": true, "more": 1}')""", "result cannot be read.*unknown field"),
        ("open(result, 'wb').write(b'\\xff')", "result cannot be read"),
        ("open(result, 'w').write('[' * 100000)", "result cannot be read"),
        ("open(result, 'w').write(' ' * 5_000_000)", "result is too long"),
        ("""open(result, 'w').write('{"ok": true}'); sys.exit(2)""", "ended with exit code 2"),
        ("""open(result, 'w').write('{"ok": false, "found": "no module x.", "fix": "do y"}')""", r"no module x\. It"),
    ],
)
def test_answers_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as caught:
        play(tmp_path, monkeypatch, code)
    assert "the whole log is" in caught.value.problems[0].fix
    assert caught.value.problems[0].place.key == "train.python"


def test_a_model_that_does_not_load_is_the_bundles_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """open(result, "w").write('{"ok": false, "kind": "bundle", "found": "cannot be loaded"}'); sys.exit(1)"""
    with pytest.raises(BundleError, match="cannot be loaded"):
        play(tmp_path, monkeypatch, code)


def test_long_messages_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """open(result, "w").write(json.dumps({"ok": False, "found": "x" * 100000}))"""
    with pytest.raises(TrainingError) as caught:
        play(tmp_path, monkeypatch, code)
    assert len(str(caught.value)) < errand.MAX_MESSAGE + 1000


def test_a_disk_that_refuses_is_one_clear_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    with pytest.raises(TrainingError, match=r"cannot write below .*: (Not a directory|File exists)"):
        send(
            {"job": "probe"},
            interpreter=sys.executable,
            cwd=tmp_path,
            work=blocked / "below",
            timeout_seconds=5,
            key="train.python",
        )


def test_other_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), on_disk(tmp_path, key="x"):
        raise ZeroDivisionError
