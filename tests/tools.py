"""Programs that some tests need and a machine may lack: skipped with a line, or failed where CI says so."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRED = "MODELBOUT_REQUIRE_TOOLS"
# Where `make tools` puts what is written in Go, whichever Python runs the tests; before what else the machine has.
OWN = Path(__file__).parents[1] / ".venv" / "tools"
GO = "`make tools` installs it; that needs Go"


def need(program: str, *, how: str) -> str:
    """Return the program's path; without it skip the test, or fail it when ``MODELBOUT_REQUIRE_TOOLS`` is set."""
    found = shutil.which(program, path=os.pathsep.join((str(OWN), os.environ.get("PATH", ""))))
    if found is None:
        without(f"{program} is not on this machine; {how}")
    return found


def without(line: str) -> NoReturn:
    """Skip the test with a line that says what is missing, or fail it when ``MODELBOUT_REQUIRE_TOOLS`` is set."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{line} ({REQUIRED} is set)")
    pytest.skip(line)


# What each engine of the tests needs, and how to get it.
ENGINES = {
    "duckdb": ("duckdb",),
    "pandas": ("pyarrow",),
    "pyspark": ("pyspark", "pyarrow"),
    "dask": ("distributed",),
    "ibis": ("ibis", "psycopg"),
    "remote": ("fsspec", "aiohttp"),
}


def need_engine(name: str) -> None:
    """Skip the test without the engine's packages, or fail it when ``MODELBOUT_REQUIRE_TOOLS`` is set."""
    absent = [package for package in ENGINES[name] if find_spec(package) is None]
    if absent:
        without(f"{', '.join(absent)} is not in this environment; `make engines` installs it")
    if name == "pyspark":
        need("java", how="Spark needs Java 17 or 21; on Debian and Ubuntu: apt-get install openjdk-17-jre-headless")


# What writes and loads each kind of model, by the names under which they are imported.
SCORERS = {
    "catboost": ("catboost",),
    "lightgbm": ("lightgbm",),
    "mlflow": ("mlflow",),
    "onnx": ("onnx", "onnxruntime", "skl2onnx"),
    "xgboost": ("xgboost",),
}


def need_scorer(kind: str) -> None:
    """Skip the test without the packages of a kind of model, or fail it when ``MODELBOUT_REQUIRE_TOOLS`` is set."""
    absent = [package for package in SCORERS[kind] if find_spec(package) is None]
    if absent:
        without(f"{', '.join(absent)} is not in this environment; `make scorers` installs it")
