"""Look for hyper-parameters of the user's estimator on training folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..backend import parallel
from ..estimators import build, set_parameters, set_seeds
from ..formats import speaks_codes
from ..frames import arrays, read_frame
from ..search import searched
from .fit import class_targets, seed_all

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was tried, the best set first, and that set as it can be written in a file."""
    seed_all(job["seed"])
    rows = arrays(job["rows"])
    estimator = build(job["estimator"], job["root"])
    set_parameters(estimator, job["parameters"])
    set_seeds(estimator, job["seed"])
    target = class_targets(rows["y"], job, estimator) if job["classes"] else rows["y"]
    plan = job["search"]
    if speaks_codes(estimator) and plan["positive"] is not None:
        job = dict(job, search=dict(plan, positive=job["class_values"].index(plan["positive"])))
    with parallel(job["backend"]):
        return {"search": searched(estimator, read_frame(rows, job["columns"]), target, job)}
