"""Model files of every kind: which format a fitted estimator is written in, and how a file is loaded."""

from __future__ import annotations

import contextlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .findings import INSTALL, Stop, one_line, user_code
from .formats import FILES, NATIVE, RUN_CODE, library_of
from .formats.piped import with_steps, write_steps
from .models import load_model, write_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

TRUSTED = "a model whose file holds data only, or `train.trust: pickle`"
SAFE = "write the model in a format that holds data only, or say `train.trust: pickle` when you trust who made it"


def write(
    estimator: Any,  # noqa: ANN401 -- an estimator has no common class
    home: Path,
    wanted: str,
    allowed: Mapping[str, Sequence[str]],
    frame: pd.DataFrame,
) -> str:
    """Write the fitted estimator below ``home``; return the kind of its file.

    Args:
        estimator: the fitted one.
        home: the directory of the model's files.
        wanted: ``skops``, ``onnx`` or ``pickle``. In place of skops, a model of a library with a format of its own is
            written in that.
        allowed: what skops may hold.
        frame: rows as it has learned from.
    """
    library = library_of(estimator)
    kind = library if wanted == "skops" and library in NATIVE else wanted
    path = home / FILES[kind]
    if kind == "skops":
        write_model(estimator, str(path), allowed)
        return kind
    path.parent.mkdir(parents=True, exist_ok=True)
    with user_code("the fitted estimator", f"writing it as {kind}"):
        module = importlib.import_module(f".formats.{kind}", __package__)
        if kind == "onnx":
            module.write(estimator, path, frame)
        elif kind == "pickle":
            module.write(estimator, path)
        else:
            module.write(write_steps(estimator, path, allowed), path)
    return kind


def load(entry: Mapping[str, Any], allowed: Mapping[str, Sequence[str]]) -> Any:  # noqa: ANN401 -- as above
    """Load a model file; ``entry`` says its ``kind`` (skops when it says none), ``model``, ``classes`` and ``trust``.

    Without trust nothing is loaded that could run code.
    """
    kind = entry.get("kind", "skops")
    if kind == "skops":
        return load_model(entry["model"], allowed)
    if kind in RUN_CODE and entry.get("trust") != "pickle":
        raise Stop(f"a model of the kind {kind} may run code when it is loaded", allowed=TRUSTED, fix=SAFE)
    path = Path(entry["model"])
    with loadable(kind):
        model = importlib.import_module(f".formats.{kind}", __package__).load(path, entry["classes"])
        return with_steps(model, path, allowed) if kind in NATIVE else model


@contextlib.contextmanager
def loadable(kind: str) -> Iterator[None]:
    """Turn whatever a library says of a file into one finding."""
    try:
        yield
    except (Stop, OSError, MemoryError):
        raise
    except ImportError as error:
        found = f"what loads a model of the kind {kind} is not installed here: {one_line(error)}"
        raise Stop(found, allowed=f"an environment with the library of {kind}", fix=INSTALL) from error
    except Exception as error:
        found = f"the model file cannot be loaded here: {type(error).__name__}: {one_line(error)}"
        raise Stop(found, allowed=f"a file of the kind {kind}", fix=INSTALL) from error


def is_converted(kind: str) -> bool:
    """Tell whether the file holds something else than the estimator as it was, so that the two must be compared."""
    return kind not in ("skops", "pickle")
