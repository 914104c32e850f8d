"""Functions of a user's, good and hostile, in a child process for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.config.train import Train
from modelbout.errors import TrainingError
from modelbout.training import custom
from modelbout.training.custom import Opinion, ask

if TYPE_CHECKING:
    from pathlib import Path

ROWS = pl.DataFrame({"a": [1, -2, None, -4], "b": ["w", None, "y", "secret"]})
TRAIN = Train(estimator="p:b", timeout_minutes=5)


def said(tmp_path: Path, *lines: str) -> Opinion:
    body = "".join(f"    {line}\n" for line in lines)
    code = f"import os, sys, time\n\ndef f(frame):\n{body}"
    (tmp_path / "checks.py").write_text(code, encoding="utf-8")
    return ask("checks:f", ROWS, train=TRAIN, root=tmp_path, work=tmp_path / "work", log=tmp_path / "log")


def test_a_function_gets_a_frame_and_its_answer_comes_back_as_numbers(tmp_path: Path) -> None:
    # A module of the user's may be called as one of our own files.
    (tmp_path / "rows.py").write_text("mine = True\n", encoding="utf-8")
    lines = (
        "import rows",
        "print('::error::secret')",
        "assert rows.mine and list(frame.columns) == ['a', 'b'] and frame['b'].isna().sum() == 1",
        "return ~(frame['a'] < 0)",
    )
    assert said(tmp_path, *lines) == Opinion(2, (1, 3))
    assert not list((tmp_path / "work").glob("*"))
    assert (tmp_path / "log").read_text(encoding="utf-8") == "::error::secret\n"


def test_an_answer_that_cannot_be_used_is_told_in_one_word(tmp_path: Path) -> None:
    assert said(tmp_path, "return [True]") == Opinion(refused="length", given=1)
    assert "cannot be used" in (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize("answer", ["{'failed': 5}", "{'failed': -1}", "{'failed': 1, 'rows': [4]}"])
def test_numbers_of_rows_that_are_not_there_are_not_believed(tmp_path: Path, answer: str) -> None:
    assert said(tmp_path, f"return {answer}") == Opinion(refused="kind")


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        ("raise ValueError(frame['b'][3])", "ValueError: secret"),
        ("sys.exit(0)", "SystemExit"),
        ("os._exit(0)", ""),
        ("import not_there", "not_there"),
    ],
)
def test_whatever_else_it_does_is_an_error(tmp_path: Path, line: str, logged: str) -> None:
    with pytest.raises(TrainingError):
        said(tmp_path, line)
    assert logged in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_function_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError):
        ask("nowhere:f", ROWS, train=TRAIN, root=tmp_path, work=tmp_path / "work", log=tmp_path / "log")


def test_a_function_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custom, "MOST_MINUTES", 1 / 60)
    with pytest.raises(TrainingError, match="was ended after"):
        said(tmp_path, "time.sleep(600)")
