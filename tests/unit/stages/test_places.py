from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import DataError, Place, Problem
from modelbout.stages.places import locating
from modelbout.stages.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
model: m
task: regression
data: {source: a.csv, target: y, split: {by: i, holdout: 0.2}}
train: {estimator: "p:b"}
"""


def test_a_key_gets_its_line_and_a_place_with_a_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    work = open_workspace(path, None)
    other = Problem(found="b", place=Place(file="x.csv", key="data.target"))
    with pytest.raises(DataError) as raised, locating(work):
        raise DataError(Problem(found="a", place=Place(key="train.estimator")), other)
    first, second = raised.value.problems
    assert (first.place.line, first.place.key) == (5, "train.estimator")
    assert first.place.file is not None
    assert first.place.file.endswith("modelbout.yaml")
    assert second == other


def test_an_error_that_needs_no_place_stays_the_same_object(tmp_path: Path) -> None:
    path = tmp_path / "modelbout.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    error = DataError(Problem(found="a"))
    with pytest.raises(DataError) as raised, locating(open_workspace(path, None)):
        raise error
    assert raised.value is error
