"""Train the user's estimator once for each fold, and let it answer the rows that it has not learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..answers import predict
from ..estimators import build, set_parameters, set_seeds
from ..findings import user_code
from ..frames import arrays, read_frame
from .fit import class_targets, seed_all

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write the answers of all folds, one fold after the other, in the order of their rows."""
    rows, folds = arrays(job["rows"]), arrays(job["folds"])
    frame = read_frame(rows, job["columns"])
    said: list[dict[str, Any]] = []
    for at in range(job["count"]):
        learned, asked = folds[f"learned{at}"], folds[f"asked{at}"]
        # As in the training itself: the same seeds, and an estimator that knows nothing of the other folds.
        seed_all(job["seed"])
        estimator = build(job["estimator"], job["root"])
        set_parameters(estimator, job["parameters"])
        set_seeds(estimator, job["seed"])
        target = class_targets(rows["y"], job, estimator)
        with user_code(job["estimator"], "the estimator's fit()"):
            estimator.fit(frame.iloc[learned].reset_index(drop=True), target[learned])
        said.append(predict(estimator, frame.iloc[asked].reset_index(drop=True), job["classes"]))
    parts = set.intersection(*(set(one) for one in said))
    whole: dict[str, Any] = {part: np.concatenate([one[part] for one in said]) for part in parts}
    np.savez(job["answers"], **whole)
    return {}
