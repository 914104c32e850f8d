"""ONNX: written by skl2onnx, asked through onnxruntime. Loading one runs no code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ..answers import MATRIX, class_text
from ..findings import Stop, one_line
from .wire import ForeignError, require_own

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

CLASSES = "modelbout.classes"  # in the file's own metadata: the classes in the order of its probabilities
MISSING_TEXT = "nan"  # how skl2onnx spells the category of missing texts
NUMBERS: Mapping[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
NOT_CONVERTIBLE = "what skl2onnx converts: numbers and texts into scikit-learn's own estimators"
OTHER_FORMAT = "take `train.format` out, which keeps the estimator as it is"


def write(model: Any, path: Path, frame: pd.DataFrame) -> None:  # noqa: ANN401 -- an estimator has no common class
    """Convert the fitted estimator; one input for each column."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    dates = [name for name in frame if frame[name].dtype.kind == "M"]
    if dates:
        raise Stop(f"ONNX has no dates: {dates[0]}", allowed=NOT_CONVERTIBLE, fix=OTHER_FORMAT)
    types = [(name, (StringTensorType if is_text(frame[name]) else FloatTensorType)([None, 1])) for name in frame]
    options = {"zipmap": False} if hasattr(model, "classes_") else None
    try:
        converted = convert_sklearn(model, initial_types=types, options=options)
    except (OSError, MemoryError):
        raise
    except Exception as error:
        found = f"the fitted estimator cannot be converted to ONNX: {type(error).__name__}: {one_line(error)}"
        raise Stop(found, allowed=NOT_CONVERTIBLE, fix=OTHER_FORMAT) from error
    if hasattr(model, "classes_"):
        note = converted.metadata_props.add()
        note.key, note.value = CLASSES, json.dumps([class_text(value) for value in model.classes_.tolist()])
    path.write_bytes(converted.SerializeToString())


def load(path: Path, classes: Sequence[str]) -> Any:  # noqa: ANN401 -- one of two classes
    """Return the model; a file without the note on its classes has them in the signature's order."""
    import onnxruntime

    raw = path.read_bytes()
    try:
        require_own(raw)
    except ForeignError as error:
        allowed = "one file that holds all of its numbers, with operators that onnxruntime knows"
        fix = "write it with its numbers inside (onnx.save_model without save_as_external_data)"
        raise Stop(f"the ONNX model is refused: {error}", allowed=allowed, fix=fix) from error
    session = onnxruntime.InferenceSession(raw, providers=["CPUExecutionProvider"])
    noted = session.get_modelmeta().custom_metadata_map.get(CLASSES)
    kind = Classifier if classes else Model
    return kind(session, json.loads(noted) if noted else list(classes), own=noted is not None)


class Model:
    """A regression."""

    def __init__(self, session: Any, classes: Sequence[str], *, own: bool) -> None:  # noqa: ANN401 -- as above
        self.session = session
        self.own = own
        self.inputs = session.get_inputs()
        self.outputs = session.get_outputs()
        self.classes_ = np.array(classes, dtype=object)

    def said(self, frame: pd.DataFrame) -> list[NDArray[Any]]:
        """Return all outputs for the rows."""
        return [np.asarray(one) for one in self.session.run(None, feeds(frame, self.inputs))]

    def predict(self, frame: pd.DataFrame) -> NDArray[Any]:
        """Return the first output."""
        return self.said(frame)[0]


class Classifier(Model):
    """A classifier: its labels, and its probabilities where an output has a column for each class."""

    def __init__(self, session: Any, classes: Sequence[str], *, own: bool) -> None:  # noqa: ANN401 -- as above
        super().__init__(session, classes, own=own)
        width = [one.shape[1] if len(one.shape) == MATRIX and "float" in one.type else None for one in self.outputs]
        doubles = ["double" in one.type and len(one.shape) == MATRIX for one in self.outputs]
        named = [position for position, one in enumerate(width) if one == len(classes) or doubles[position]]
        if named:
            self.proba = named[0]
            self.predict_proba = self._probabilities

    def _probabilities(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        raw = self.said(frame)[self.proba].astype(np.float64)
        # In single precision they sum to one within 1e-7 a class, which is more than a verdict should carry along.
        sums = raw.sum(axis=1, keepdims=True)
        shares: NDArray[np.float64] = raw / sums
        return shares

    def predict(self, frame: pd.DataFrame) -> NDArray[Any]:
        """Return the file's labels; those of a file that somebody else wrote follow from its probabilities."""
        if self.own or not hasattr(self, "predict_proba"):
            return self.said(frame)[0]
        likeliest: NDArray[Any] = self.classes_[np.argmax(self.predict_proba(frame), axis=1)]
        return likeliest


def feeds(frame: pd.DataFrame, inputs: Sequence[Any]) -> dict[str, NDArray[Any]]:
    """Return the rows as a session takes them: an input for each column, or all columns side by side in one."""
    if len(inputs) == 1 and inputs[0].name not in frame.columns:
        return {inputs[0].name: np.column_stack([tensor(frame[name], inputs[0].type) for name in frame])}
    absent = [one.name for one in inputs if one.name not in frame.columns]
    if absent:
        raise Stop(f"the ONNX model wants an input {absent[0]!r}", allowed="the signature's columns, or one input")
    return {one.name: tensor(frame[one.name], one.type) for one in inputs}


def tensor(column: pd.Series[Any], kind: str) -> NDArray[Any]:
    """Return one column as an array of shape (rows, 1) and the type that the session names."""
    if kind == "tensor(string)":
        texts = [MISSING_TEXT if missing else str(value) for value, missing in zip(column, column.isna())]  # noqa: B905 -- Python 3.9
        return np.array(texts, dtype=object).reshape(-1, 1)
    if kind not in NUMBERS:
        raise Stop(f"the ONNX model wants a {kind}", allowed=", ".join([*NUMBERS, "tensor(string)"]))
    return column.to_numpy(dtype=NUMBERS[kind]).reshape(-1, 1)


def is_text(column: pd.Series[Any]) -> bool:
    """Tell whether a column holds texts; truth values with gaps are objects too, but numbers to ONNX."""
    return column.dtype.kind not in "biuf" and any(isinstance(value, str) for value in column)
