"""Rows that the parent wrote, as a pandas frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def arrays(path: str) -> dict[str, Any]:
    """Return all arrays of a file that the parent wrote."""
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def read_frame(rows: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows as pandas.read_csv would have made them: NaN for what is missing, no invented categories."""
    data: dict[str, Any] = {}
    for position, column in enumerate(columns):
        kind = column["type"]
        if kind == "string":
            data[column["name"]] = text_column(rows, position)
            continue
        values: Any = rows[f"v{position}"]
        missing = rows[f"m{position}"] if f"m{position}" in rows else np.zeros(len(values), dtype=bool)
        if kind in ("date", "datetime"):
            values = pd.Series(np.where(missing, np.datetime64("NaT", "us"), values.astype("datetime64[us]")))
            if column["timezone"]:
                values = values.dt.tz_localize("UTC").dt.tz_convert(column["timezone"])
        elif missing.any():
            values = values.astype(object if kind == "boolean" else np.float64)
            values[missing] = np.nan
        data[column["name"]] = values
    return pd.DataFrame(data, index=pd.RangeIndex(int(rows["rows"][0])))


def text_column(rows: Mapping[str, Any], position: int) -> NDArray[np.object_]:
    """Return an array of str, NaN where missing; equal texts are one object."""
    raw, cuts = rows[f"b{position}"].tobytes(), rows[f"o{position}"]
    known: NDArray[np.object_] = np.empty(len(cuts), dtype=object)
    known[:-1] = [raw[cuts[i] : cuts[i + 1]].decode("utf-8") for i in range(len(cuts) - 1)]
    known[-1] = np.nan
    codes: NDArray[np.int32] = rows[f"c{position}"]
    return known[codes]
