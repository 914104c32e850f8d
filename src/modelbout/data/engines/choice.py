"""From an engine's name in modelbout.yaml to the table on that engine."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

from modelbout.data.engines.files import files_of
from modelbout.data.table import engine_errors

if TYPE_CHECKING:
    from modelbout.data.engines.native import FileEngine
    from modelbout.data.sources import Scan

# What `data.engine` may say, and the module that holds it.
MODULES: Final = {"duckdb": "duckdb", "pandas": "pandas", "pyspark": "spark", "dask": "dask"}


def on_engine(scan: Scan, name: str) -> Scan:
    """Return the table on another engine; Polars keeps what that engine does not answer as Polars does.

    Args:
        scan: the table as Polars reads it.
        name: a value of ``data.engine``; ``polars`` gives the table back as it is.

    Raises:
        ConfigError: the engine's packages are not installed.
        DataError: the rows cannot be read.
    """
    if name not in MODULES:
        return scan
    engine_class: type[FileEngine] = import_module(f"modelbout.data.engines.{MODULES[name]}").ENGINE
    files = files_of(scan)
    engine = engine_class(files.kinds)
    with engine_errors(replace(scan, engine=engine)):
        return replace(scan, lazy=engine.hold(files), engine=engine, exact=scan)
