"""A model in hard places: odd values, one row alone, columns in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .answers import predict
from .findings import Stop
from .frames import arrays, read_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PER_ROW = ("v", "m", "c")  # the arrays that have an entry for each row; those of texts belong to all rows


def survived(model: Any, job: Mapping[str, Any], classes: Sequence[str]) -> list[bool]:  # noqa: ANN401 -- an estimator
    """Return for each probe whether the model gave ordinary answers to the rows with its values put in."""
    base = read_frame(arrays(job["rows"]["rows"]), job["rows"]["columns"])
    values = read_frame(arrays(job["values"]["rows"]), job["values"]["columns"])
    return [_survives(model, base, values, probe, job, classes) for probe in job["probes"]]


def _survives(  # noqa: PLR0917 -- one probe
    model: Any,  # noqa: ANN401 -- an estimator
    base: Any,  # noqa: ANN401 -- a frame
    values: Any,  # noqa: ANN401 -- a frame
    probe: Mapping[str, str],
    job: Mapping[str, Any],
    classes: Sequence[str],
) -> bool:
    frame = base.copy()
    for column, source in probe.items():
        frame[column] = values[source]
    try:
        return ordinary(predict(model, frame, classes), len(frame), job["slack"], job["sum_slack"])
    except Stop:
        return False


def ordinary(answers: Mapping[str, Any], rows: int, slack: float, sum_slack: float) -> bool:
    """Tell whether these are finite answers, one a row, and probabilities that are some."""
    for array in answers.values():
        if len(array) != rows or not np.isfinite(array).all():
            return False
    proba = answers.get("proba")
    if proba is None:
        return True
    inside = ((proba >= -slack) & (proba <= 1 + slack)).all()
    return bool(inside and (np.abs(proba.sum(axis=1) - 1) <= sum_slack).all())


def in_other_forms(model: Any, job: Mapping[str, Any], classes: Sequence[str]) -> dict[str, bool]:  # noqa: ANN401 -- an estimator
    """Let the model answer the same rows together, each alone, and with the columns reversed; tell what it answered."""
    rows, columns = arrays(job["rows"]["rows"]), job["rows"]["columns"]
    frame = read_frame(rows, columns)
    np.savez(job["rows"]["answers"], **predict(model, frame, classes))
    return {
        "alone": _written(
            job["alone"], model, [read_frame(alone(rows, row), columns) for row in range(len(frame))], classes
        ),
        "permuted": _written(job["permuted"], model, [frame[frame.columns[::-1]]], classes),
    }


def _written(path: str, model: Any, frames: Sequence[Any], classes: Sequence[str]) -> bool:  # noqa: ANN401 -- an estimator
    try:
        said = [predict(model, frame, classes) for frame in frames]
    except Stop:
        return False
    joined: dict[str, Any] = {name: np.concatenate([one[name] for one in said]) for name in said[0]}
    np.savez(path, **joined)
    return True


def alone(rows: Mapping[str, Any], row: int) -> dict[str, Any]:
    """Return one row as if it had come by itself: its columns then have the types that its own values have."""
    one = {name: part[row : row + 1] if name[0] in PER_ROW else part for name, part in rows.items() if name != "rows"}
    return dict(one, rows=np.ones(1, dtype=np.int64))
