from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.data.digests import row_keys
from modelbout.errors import DataError
from modelbout.manifest import Feature, Signature
from modelbout.training.recorded import UNKNOWN, keys_of, recorded

if TYPE_CHECKING:
    from pathlib import Path

SIGNATURE = Signature(
    inputs=(Feature(name="age", type="integer"), Feature(name="plan", type="string")),
    target="left",
    target_type="string",
    classes=("no", "yes"),
    positive="yes",
)
KEYS = np.array([30, 10, 20], np.uint64)
ASKED = np.arange(40, dtype=np.uint64)
PROBA = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
LABEL = np.array([0, 1, 0])


def write(bundle: Path, **arrays: Any) -> Path:
    with (bundle / "predictions.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    return bundle


def test_an_answer_is_found_by_its_key_in_any_order(tmp_path: Path) -> None:
    known = recorded(write(tmp_path, key=KEYS, label=LABEL, proba=PROBA), SIGNATURE, ASKED)
    places = known.places(np.array([20, 5, 30, 99, 10], np.uint64))
    assert (places == UNKNOWN).tolist() == [False, True, False, True, False]
    said = known.answers.at(places[places != UNKNOWN])
    assert said.label is not None
    assert said.proba is not None
    assert said.label.tolist() == [0, 0, 1]
    assert said.proba[:, 1].tolist() == [0.4, 0.1, 0.8]
    assert said.value is None


def test_only_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    bundle = write(tmp_path, key=KEYS, label=LABEL, proba=PROBA)
    known = recorded(bundle, SIGNATURE, np.array([11, 20, 10], np.uint64))
    assert known.keys.tolist() == [10, 20]
    assert known.places(KEYS).tolist() == [UNKNOWN, 0, 1]


def test_equal_rows_with_equal_answers_are_one(tmp_path: Path) -> None:
    keys = np.array([7, 7, 8], np.uint64)
    known = recorded(write(tmp_path, key=keys, label=LABEL[[0, 0, 1]], proba=PROBA[[0, 0, 1]]), SIGNATURE, ASKED)
    assert known.keys.tolist() == [7, 8]
    # The last digits depend on the batch that a row was in.
    rounded = PROBA[[0, 0, 1]] + np.array([[1e-12, -1e-12], [0, 0], [0, 0]])
    assert recorded(write(tmp_path, key=keys, label=LABEL[[0, 0, 1]], proba=rounded), SIGNATURE, ASKED).keys.size == 2


def test_equal_rows_with_two_answers_are_not_known(tmp_path: Path) -> None:
    keys = np.array([7, 8, 9, 7], np.uint64)
    rows = [0, 1, 2, 1]
    known = recorded(write(tmp_path, key=keys, label=LABEL[rows], proba=PROBA[rows]), SIGNATURE, ASKED)
    assert known.keys.tolist() == [8, 9]
    assert known.places(keys).tolist() == [UNKNOWN, 0, 1, UNKNOWN]


@pytest.mark.parametrize(
    "arrays",
    [
        {"key": KEYS, "label": LABEL, "proba": PROBA[:, :1]},
        {"key": KEYS, "label": LABEL + 1, "proba": PROBA},
        {"key": KEYS, "label": LABEL, "proba": np.where(PROBA > 0.8, np.nan, PROBA)},
        {"key": KEYS, "label": LABEL[:2]},
        {"key": KEYS.astype(np.int64), "label": LABEL},
        {"key": KEYS, "value": PROBA[:, 0]},
        {"key": KEYS},
        {"label": LABEL},
        {"key": np.empty(0, np.uint64), "label": LABEL[:0], "proba": PROBA[:0]},
    ],
)
def test_a_record_that_does_not_fit_knows_nothing(tmp_path: Path, arrays: dict[str, Any]) -> None:
    known = recorded(write(tmp_path, **arrays), SIGNATURE, ASKED)
    assert known.places(KEYS).tolist() == [UNKNOWN] * 3


def test_no_record_knows_nothing(tmp_path: Path) -> None:
    assert recorded(tmp_path, SIGNATURE, ASKED).keys.size == 0
    (tmp_path / "predictions.npz").write_bytes(b"PK no archive")
    assert recorded(tmp_path, SIGNATURE, ASKED).keys.size == 0


def test_numbers(tmp_path: Path) -> None:
    shape = Signature(inputs=SIGNATURE.inputs, target="price", target_type="number")
    known = recorded(write(tmp_path, key=KEYS, value=np.array([3.0, 1.0, 2.0])), shape, ASKED)
    assert known.answers.value is not None
    assert known.answers.value.tolist() == [1.0, 2.0, 3.0]


def test_keys_are_of_the_inputs_alone_and_of_what_they_mean() -> None:
    rows = pl.DataFrame({"left": ["no", "yes"], "plan": ["plus", None], "age": [40.0, 41.0], "id": ["a", "b"]})
    same = pl.DataFrame({"age": [40, 41], "plan": ["plus", None]})
    assert keys_of(rows, SIGNATURE).tolist() == row_keys(same).tolist()
    with pytest.raises(DataError):
        keys_of(rows.with_columns(age=pl.Series([[1], [2]])), SIGNATURE)
