"""A custom check: a function of the user's is asked about rows.

Of what it says, only numbers and one of a few words go to the parent.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..findings import user_code
from ..frames import arrays, read_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_PLACES = 5  # as many rows as a finding names
COLUMN_DIMENSIONS = 2


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Call the user's function with the rows and return how many it calls wrong, and the places of the first."""
    place = job["function"]
    module_name, _, name = place.partition(":")
    frame = read_frame(arrays(job["rows"]), job["columns"])
    rows = len(frame)
    index = frame.index
    sys.path.insert(0, job["root"])
    with user_code(place, f"importing {module_name}"):
        function = getattr(importlib.import_module(module_name), name)
    with user_code(place, f"{name}()"):
        found = judged(function(frame), index, rows)
    if found.get("refused"):
        # Into the log.
        sys.stderr.write(f"{place} gave an answer that cannot be used: {found}\n")
    return found


def judged(answer: Any, index: pd.Index[Any], rows: int) -> dict[str, Any]:  # noqa: ANN401 -- whatever the user's function returns
    """Return an answer as numbers: one truth value for all, one for each row, or a dictionary with `failed`."""
    if isinstance(answer, dict):
        return counted(answer)
    if isinstance(answer, (bool, np.bool_)):
        return {"failed": 0 if answer else rows}
    if isinstance(answer, pd.Series) and answer.index.is_unique and answer.index.isin(index).all():
        # In another order, as after a sort; rows that were left out come back as missing.
        answer = answer.reindex(index)
    values = np.asarray(answer)
    if values.ndim == COLUMN_DIMENSIONS and values.shape[1] == 1:
        values = values[:, 0]
    refused = refusal(values, rows)
    if refused:
        return refused
    wrong = np.flatnonzero(~values.astype(bool))
    return {"failed": len(wrong), "places": wrong[:MOST_PLACES].tolist()}


def counted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dictionary of the user's as numbers: how many rows are wrong, and where some of them stand."""
    numbers = [answer.get("failed"), *(answer.get("rows") or [])]
    whole = [int(one) for one in numbers if isinstance(one, (int, np.integer)) and not isinstance(one, bool)]
    if len(whole) < len(numbers):
        return {"refused": "kind"}
    return {"failed": whole[0], "places": sorted(whole[1:])[:MOST_PLACES]}


def refusal(values: np.ndarray[Any, Any], rows: int) -> dict[str, Any]:
    """Return why some values are no truth value for each row; empty when they are."""
    if values.ndim != 1:
        return {"refused": "kind"}
    if len(values) != rows:
        return {"refused": "length", "given": len(values)}
    missing = int(pd.isna(values).sum())
    if missing:
        return {"refused": "missing", "given": missing}
    if values.dtype != bool and not all(isinstance(value, (bool, np.bool_)) for value in values.tolist()):
        return {"refused": "kind"}
    return {}
