from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.training.rows import write_rows
from modelbout.training.worker.frames import arrays, read_frame
from modelbout.training.worker.hardship import alone, in_other_forms, ordinary, survived

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

ROWS = pl.DataFrame(
    {"age": [1, None, 3, 4], "plan": ["a", "b", None, "a"], "vip": [True, None, False, True], "x": [0.5, 1.5, 2.5, 3.5]}
)
SLACK = {"slack": 1e-6, "sum_slack": 1e-3}


class Says:
    """A model that answers what a function makes of the frame."""

    def __init__(self, predict: Callable[[pd.DataFrame], Any]) -> None:
        self.predict = predict


def asked(path: Path, frame: pl.DataFrame) -> dict[str, Any]:
    specs = write_rows(path, frame)
    columns = [{"name": s.name, "type": s.type, "timezone": s.timezone} for s in specs]
    return {"rows": str(path), "columns": columns, "answers": str(path.with_suffix(".answers.npz"))}


def hostile(tmp_path: Path, values: dict[str, pl.Series], probes: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "rows": asked(tmp_path / "rows.npz", ROWS),
        "values": asked(tmp_path / "values.npz", pl.DataFrame(values)),
        "probes": probes,
    } | SLACK


def test_each_probe_puts_its_values_in_and_nothing_else(tmp_path: Path) -> None:
    seen = []

    def predict(frame: pd.DataFrame) -> Any:
        seen.append(frame)
        return frame["x"]

    values = {"0": pl.Series([None] * 4, dtype=pl.Int64), "1": pl.Series([9.0] * 4)}
    job = hostile(tmp_path, values, [{"age": "0"}, {"x": "1", "age": "0"}, {}])
    assert survived(Says(predict), job, []) == [True, True, True]
    base = read_frame(arrays(job["rows"]["rows"]), job["rows"]["columns"])
    assert [list(frame.columns) for frame in seen] == [list(base.columns)] * 3
    assert seen[0]["age"].isna().all()
    assert seen[0].drop(columns="age").equals(base.drop(columns="age"))
    assert seen[1]["x"].tolist() == [9.0] * 4
    assert seen[2].equals(base)


@pytest.mark.parametrize("trouble", ["raises", "exits", "is NaN", "is short", "is text"])
def test_what_is_no_ordinary_answer(trouble: str, tmp_path: Path) -> None:
    def predict(frame: pd.DataFrame) -> Any:
        if frame["x"].iloc[0] < 9:
            return frame["x"]
        if trouble == "raises":
            raise ZeroDivisionError
        if trouble == "exits":
            raise SystemExit(3)
        return {"is NaN": frame["x"] * np.nan, "is short": frame["x"][1:], "is text": ["a"] * 4}[trouble]

    values = {"0": pl.Series([9.0] * 4), "1": pl.Series([0.0] * 4)}
    job = hostile(tmp_path, values, [{"x": "1"}, {"x": "0"}, {"x": "1"}])
    assert survived(Says(predict), job, []) == [True, False, True]


@pytest.mark.parametrize(
    ("proba", "fine"),
    [
        ([[0.2, 0.8], [1.0, 0.0]], True),
        ([[0.2, 0.8], [1.0 + 1e-7, -1e-7]], True),
        ([[0.2, 0.9], [1.0, 0.0]], False),
        ([[1.5, -0.5], [1.0, 0.0]], False),
        ([[0.2, 0.8], [np.nan, 0.0]], False),
        ([[0.2, 0.8]], False),
    ],
)
def test_ordinary_answers(proba: list[list[float]], fine: bool) -> None:  # noqa: FBT001 -- a column of the table
    answers = {"label": np.array([1, 0]), "proba": np.array(proba)}
    assert ordinary(answers, 2, 1e-6, 1e-3) is fine
    assert ordinary({"value": np.array([1.0, np.inf])}, 2, 1e-6, 1e-3) is False


def test_a_row_alone_has_the_types_of_its_own_values(tmp_path: Path) -> None:
    path = tmp_path / "rows.npz"
    columns = asked(path, ROWS)["columns"]
    rows = arrays(str(path))
    together = read_frame(rows, columns)
    assert together["age"].dtype == np.float64
    single = [read_frame(alone(rows, row), columns) for row in range(4)]
    assert [len(frame) for frame in single] == [1] * 4
    assert [frame["age"].dtype.kind for frame in single] == ["i", "f", "i", "i"]
    assert [frame["vip"].dtype.kind for frame in single] == ["b", "O", "b", "b"]
    assert [frame["plan"].iloc[0] for frame in single[:2]] == ["a", "b"]
    assert single[2]["plan"].isna().all()
    assert [frame["x"].iloc[0] for frame in single] == [0.5, 1.5, 2.5, 3.5]


def forms(tmp_path: Path, predict: Callable[[pd.DataFrame], Any]) -> tuple[dict[str, bool], dict[str, list[float]]]:
    job: dict[str, Any] = {name: str(tmp_path / f"{name}.npz") for name in ("alone", "permuted")}
    job["rows"] = asked(tmp_path / "rows.npz", ROWS)
    told = in_other_forms(Says(predict), job, [])
    files = {"together": job["rows"]["answers"], **{name: job[name] for name in ("alone", "permuted") if told[name]}}
    return told, {name: np.load(path)["value"].tolist() for name, path in files.items()}


def test_the_same_rows_in_three_forms(tmp_path: Path) -> None:
    told, answers = forms(tmp_path, lambda frame: frame["x"] - frame["x"].mean() + (frame.columns[0] == "x"))
    assert told == {"alone": True, "permuted": True}
    assert answers == {
        "together": [-1.5, -0.5, 0.5, 1.5],
        "alone": [0.0] * 4,
        "permuted": [-0.5, 0.5, 1.5, 2.5],
    }


def test_forms_that_are_refused(tmp_path: Path) -> None:
    def predict(frame: pd.DataFrame) -> Any:
        if frame.columns[0] != "age":
            raise ValueError("the columns are in another order")
        if frame["age"].isna().all():
            raise ValueError("nothing but blanks")
        return frame["x"]

    told, answers = forms(tmp_path, predict)
    assert told == {"alone": False, "permuted": False}
    assert answers == {"together": [0.5, 1.5, 2.5, 3.5]}
