"""Keys and values of the design that a later version will know: refused today, with a sentence that says so."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENGINE = "Polars is the only engine yet; others come later. Remove `engine:`, or write `engine: polars`."

# By key path, or by key path and value.
LATER: Mapping[str, str] = MappingProxyType(
    {
        "compare.sealed": "A sealed part of the holdout comes in a later version. Remove the key until then.",
        "policy": "Rules about forbidden inputs come in a later version. `data.exclude` keeps columns out today.",
        "data.engine: duckdb": _ENGINE,
        "data.engine: pyspark": _ENGINE,
        "data.engine: dask": _ENGINE,
        "data.engine: ibis": _ENGINE,
    }
)
