"""Train the user's estimator."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..answers import answer
from ..backend import parallel
from ..estimators import build, set_parameters, set_seeds
from ..findings import Stop, user_code
from ..frames import arrays, read_frame
from ..models import load_model, write_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Build the user's estimator, seed it, fit it, write it as skops, and let the written file answer."""
    seed_all(job["seed"])
    rows = arrays(job["rows"])
    target = class_targets(rows["y"], job) if job["classes"] else rows["y"]
    before = set(sys.modules)
    estimator = build(job["estimator"], job["root"])
    set_parameters(estimator, job["parameters"])
    set_seeds(estimator, job["seed"])
    frame = read_frame(rows, job["columns"])
    began = time.perf_counter()
    with parallel(job["backend"]), user_code(job["estimator"], "the estimator's fit()"):
        estimator.fit(frame, target)
    seconds = time.perf_counter() - began
    write_model(estimator, job["model"], job["allowed"])
    model = load_model(job["model"], job["allowed"])
    for ask in job["asks"]:
        with contextlib.suppress(*(Stop, MemoryError) if ask.get("optional") else ()):
            answer(model, ask, job["classes"])
    return {"seconds": seconds, "imported": imported_files(before, job["root"])}


def seed_all(seed: int) -> None:
    """Seed the generators that code falls back to which asks for none."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 -- the generator that scikit-learn falls back to


def class_targets(codes: NDArray[np.int64], job: Mapping[str, Any]) -> NDArray[Any]:
    """Return class codes as the target's own values."""
    values = job["class_values"]
    return np.array(values, dtype=object if isinstance(values[0], str) else None)[codes]


def imported_files(before: Iterable[str], root: str) -> list[str]:
    """Return the files below the user's root that training imported, relative to it."""
    top = os.path.realpath(root)
    files = [getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - set(before)]
    paths = {os.path.realpath(file) for file in files if file}
    return sorted(Path(path).relative_to(top).as_posix() for path in paths if path.startswith(top + os.sep))
