from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from modelbout.errors import TrainingError
from modelbout.manifest import Signature
from modelbout.training.answers import checked, read_answers

if TYPE_CHECKING:
    from pathlib import Path

TWO = Signature(inputs=(), target="y", target_type="string", classes=("no", "yes"), positive="yes")
NUMBER = Signature(inputs=(), target="y", target_type="number")
GOOD: dict[str, Any] = {"label": np.array([0, 1]), "proba": np.array([[0.9, 0.1], [0.2, 0.8]])}


def test_good_answers_pass() -> None:
    said = checked(GOOD, TWO, rows=2, key="k")
    assert said.label is not None
    assert said.proba is not None
    assert (said.label.dtype.name, said.proba.dtype.name, said.value) == ("int64", "float64", None)
    assert said.proba.tolist() == GOOD["proba"].tolist()
    numbers = checked({"value": np.array([1, 2])}, NUMBER, rows=2, key="k")
    assert numbers.value is not None
    assert numbers.value.tolist() == [1.0, 2.0]


def test_the_most_probable_class_is_the_label_when_there_is_none() -> None:
    said = checked({"proba": np.array([[0.5, 0.5], [0.2, 0.8]])}, TWO, rows=2, key="k")
    assert said.label is not None
    assert said.label.tolist() == [0, 1]


def test_rounded_probabilities_are_cut_to_0_and_1() -> None:
    said = checked({"proba": np.array([[1 + 1e-9, -1e-9]])}, TWO, rows=1, key="k")
    assert said.proba is not None
    assert said.proba.tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    ("arrays", "shape", "message"),
    [
        ({"value": np.array([1.0, np.nan])}, NUMBER, "value is NaN or infinite in 1 of 2 rows"),
        ({"value": np.array([np.inf, -np.inf])}, NUMBER, "value is NaN or infinite in 2 of 2 rows"),
        ({"value": np.array([1.0])}, NUMBER, r"gave 1 answers \(value\) for 2 rows"),
        ({"value": np.array(1.0)}, NUMBER, "gave 0 answers"),
        ({"value": np.ones((2, 2))}, NUMBER, r"value has shape \(2, 2\)"),
        ({"value": np.array(["a", "b"])}, NUMBER, "value are no numbers"),
        ({}, NUMBER, "have no value"),
        ({}, TWO, "have no label"),
        ({"label": np.array([0, 2])}, TWO, "label is not a class"),
        ({"label": np.array([-1, 0])}, TWO, "label is not a class"),
        ({"label": np.array([0.5, 0])}, TWO, "label is not a class"),
        ({"proba": np.array([[np.nan, 1], [0, 1]])}, TWO, "proba is NaN or infinite in 1 of 2 rows"),
        ({"proba": np.array([[0.5, 0.4], [0, 1]])}, TWO, "do not sum to 1 in 1 of 2 rows"),
        ({"proba": np.array([[1.5, -0.5], [0, 1]])}, TWO, "below 0, above 1"),
        ({"proba": np.ones((2, 3)) / 3}, TWO, r"probabilities have shape \(2, 3\)"),
    ],
)
def test_answers_that_nobody_should_believe(arrays: dict[str, Any], shape: Signature, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        checked(arrays, shape, rows=2, key="train.estimator")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "answers.npz"
    with pytest.raises(TrainingError, match="gave no answers"):
        read_answers(path, TWO, rows=2, key="k")
    path.write_bytes(b"no zip at all")
    with pytest.raises(TrainingError, match="answers cannot be read"):
        read_answers(path, TWO, rows=2, key="k")
    np.savez(path, label=np.array(["no", None], dtype=object))
    with pytest.raises(TrainingError, match="cannot be read: Object arrays cannot be loaded"):
        read_answers(path, TWO, rows=2, key="k")
    np.savez_compressed(path, label=np.zeros(10**6, dtype=np.int64))
    with pytest.raises(TrainingError, match="take 8000128 bytes"):
        read_answers(path, TWO, rows=2, key="k")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("label", b"text")
    with pytest.raises(TrainingError, match="'label' are no numbers"):
        read_answers(path, TWO, rows=2, key="k")
    header = b"{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999,), }".ljust(117) + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("label.npy", b"\x93NUMPY\x01\x00v\x00" + header)
    with pytest.raises(TrainingError, match=r"cannot be read: .*allocate"):
        read_answers(path, TWO, rows=2, key="k")
    np.savez_compressed(path, label=np.arange(300))
    path.write_bytes(path.read_bytes()[:60] + b"\xff" * 40 + path.read_bytes()[100:])
    with pytest.raises(TrainingError, match="cannot be read"):
        read_answers(path, TWO, rows=150, key="k")
    np.savez(path, **GOOD)
    assert read_answers(path, TWO, rows=2, key="k").rows == 2
