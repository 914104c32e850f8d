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
from ..formats import FILES, speaks_codes
from ..frames import arrays, read_frame
from ..model_files import is_converted, load, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Build the user's estimator, seed it, fit it, write it, and let the written file answer."""
    seed_all(job["seed"])
    rows = arrays(job["rows"])
    before = set(sys.modules)
    estimator = build(job["estimator"], job["root"])
    set_parameters(estimator, job["parameters"])
    set_seeds(estimator, job["seed"])
    target = class_targets(rows["y"], job, estimator) if job["classes"] else rows["y"]
    frame = read_frame(rows, job["columns"])
    began = time.perf_counter()
    with parallel(job["backend"]), user_code(job["estimator"], "the estimator's fit()"):
        estimator.fit(frame, target)
    seconds = time.perf_counter() - began
    kind = write(estimator, Path(job["files"]), job["format"], job["allowed"], frame)
    entry = {"kind": kind, "model": str(Path(job["files"], FILES[kind])), "classes": job["classes"]}
    model = load(entry | {"trust": "pickle" if kind == "pickle" else ""}, job["allowed"])
    for ask in job["asks"]:
        with contextlib.suppress(*(Stop, MemoryError) if ask.get("optional") else ()):
            answer(model, ask, job["classes"], source=estimator if is_converted(kind) else None, kind=kind)
    return {"seconds": seconds, "imported": imported_files(before, job["root"]), "kind_of_model": kind}


def seed_all(seed: int) -> None:
    """Seed the generators that code falls back to which asks for none."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 -- the generator that scikit-learn falls back to


def class_targets(codes: NDArray[np.int64], job: Mapping[str, Any], estimator: object = None) -> NDArray[Any]:
    """Return class codes as the target's own values, or as they are to a classifier that takes nothing else."""
    if speaks_codes(estimator):
        return codes
    values = job["class_values"]
    return np.array(values, dtype=object if isinstance(values[0], str) else None)[codes]


def imported_files(before: Iterable[str], root: str) -> list[str]:
    """Return the files below the user's root that training imported, relative to it."""
    top = os.path.realpath(root)
    files = [getattr(sys.modules[name], "__file__", None) for name in set(sys.modules) - set(before)]
    paths = {os.path.realpath(file) for file in files if file}
    return sorted(Path(path).relative_to(top).as_posix() for path in paths if path.startswith(top + os.sep))
