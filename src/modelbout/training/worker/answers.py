"""A model's answers to rows, as arrays; the parent checks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .findings import Stop, user_code
from .formats import speaks_codes
from .frames import arrays, read_frame
from .parity import require_parity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

VECTOR, MATRIX = 1, 2


def answer(
    model: Any,  # noqa: ANN401 -- an estimator
    ask: Mapping[str, Any],
    classes: Sequence[str],
    *,
    source: Any = None,  # noqa: ANN401 -- as above
    kind: str = "",
) -> None:
    """Let the model answer the rows of one file and write the answers as arrays, unchecked.

    With a source, the estimator that a file of this kind was made from, the two must agree.
    """
    frame = read_frame(arrays(ask["rows"]), ask["columns"])
    said = predict(model, frame, classes)
    if source is not None:
        require_parity(predict(source, frame, classes), said, kind)
    np.savez(ask["answers"], **said)


def predict(model: Any, frame: pd.DataFrame, classes: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 -- an estimator
    """Return ``value``, or ``label`` (codes into the classes) and ``proba`` where the model has one."""
    with user_code("the model", "predict()"):
        said = np.asarray(model.predict(frame))
    said = said[:, 0] if said.ndim == MATRIX and said.shape[1] == 1 else said  # a column is a usual way to say a vector
    if said.ndim != VECTOR:
        raise Stop(f"predict() returned an array of shape {said.shape}", allowed="one answer for every row")
    if not classes:
        try:
            return {"value": said.astype(np.float64)}
        except (TypeError, ValueError) as error:
            raise Stop("predict() returned no numbers", allowed="a number for every row") from error
    names = [str(code) for code in range(len(classes))] if speaks_codes(model) else classes
    index = {name: position for position, name in enumerate(names)}
    known, inverse = np.unique(said, return_inverse=True)
    answers: dict[str, Any] = {"label": class_codes(known, index)[inverse]}
    if hasattr(model, "predict_proba"):
        with user_code("the model", "predict_proba()"):
            raw = np.asarray(model.predict_proba(frame), dtype=np.float64)
        order = class_codes(np.asarray(model.classes_), index)
        if raw.ndim != MATRIX or raw.shape[1] != len(order):
            raise Stop(f"predict_proba() returned an array of shape {raw.shape}", allowed="one column for every class")
        answers["proba"] = np.zeros((len(raw), len(classes)))
        answers["proba"][:, order] = raw
    return answers


def class_codes(values: NDArray[Any], index: Mapping[str, int]) -> NDArray[np.int64]:
    """Return each class value's position in the signature."""
    found = [index.get(class_text(value), -1) for value in values.tolist()]
    if -1 in found:
        message = f"the model answers with {found.count(-1)} class(es) that no training row has"
        raise Stop(message, allowed="the target's values", fix="let the estimator learn the target as it is given")
    return np.array(found, dtype=np.int64)


def class_text(value: object) -> str:
    """Return a class value as the signature spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
