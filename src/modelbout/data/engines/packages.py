"""The packages of the engines: none is installed with Modelbout, and who lacks one is told how to get it."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from modelbout.errors import ConfigError, Problem

# By package, the extra of pyproject.toml that brings it.
EXTRAS: Final = {
    "dask": "dask",
    "distributed": "dask",
    "duckdb": "duckdb",
    "fsspec": "remote",
    "ibis": "postgres",
    "psycopg": "postgres",
    "pyarrow": "pandas",
    "pyspark": "spark",
}


def needed(package: str) -> Any:  # noqa: ANN401 -- a module
    """Return an engine's package.

    Raises:
        ConfigError: it is not installed, or one that it needs is not.
    """
    try:
        return import_module(package)
    except ImportError as error:
        missing = (error.name or package).partition(".")[0]
        extra = EXTRAS[package.partition(".")[0]]
        raise ConfigError(
            Problem(
                found=f"the package `{missing}` is not installed here",
                fix=f"install it into the environment of Modelbout: pip install 'modelbout[{extra}]'",
            )
        ) from None
