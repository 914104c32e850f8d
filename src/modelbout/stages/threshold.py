"""The threshold of `compare.threshold: best`: chosen on training folds, and never on the holdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.metric import TableMetric
from modelbout.bout.roster import metric
from modelbout.bout.terms import terms_of
from modelbout.bout.threshold import best_threshold
from modelbout.stages.clusters import clusters
from modelbout.stages.search import times_of
from modelbout.training.folds import folds_of
from modelbout.training.out_of_fold import out_of_fold
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from modelbout.config.compare import Compare
    from modelbout.config.train import Train
    from modelbout.manifest import Signature
    from modelbout.progress import Progress
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace
    from modelbout.training.environment import Environment

KEY = "compare.threshold"
COSTS = "cost_matrix"


def chosen(  # noqa: PLR0917 -- one call, by the stage that trains
    work: Workspace, train: Train, table: Rows, shape: Signature, environment: Environment, progress: Progress
) -> float | None:
    """Return the threshold that is best on the training rows, or None when the model's own labels shall be judged.

    Raises:
        DataError: the training rows cannot be divided into folds.
        TrainingError: a model of a fold failed, or gives no probabilities.
    """
    config = work.config
    if config.compare.threshold == "model" or shape.positive is None:
        return None
    wanted, positive = _wanted(config.compare), shape.classes.index(shape.positive)
    codes = truth(table.train, shape).astype(np.int64)
    folds = folds_of(
        codes,
        groups=clusters(table.train, config.data, None),
        times=times_of(table.train, config.data),
        seed=config.train.seed,
        key=KEY,
    )
    with progress.step(f"choosing the threshold on {len(folds)} folds of the training rows"):
        asked, said = out_of_fold(
            train,
            folds,
            root=work.root,
            signature=shape,
            rows=table.train,
            work=work.run / "training" / "folds",
            environment=environment,
            key=KEY,
        )
    assert said.proba is not None  # noqa: S101 -- out_of_fold refuses models without
    return best_threshold(wanted, said.proba[:, positive], codes[asked] == positive, positive=positive)


def _wanted(compare: Compare) -> TableMetric:
    """Return what the threshold shall be best for: costs where they are told, else the primary metric."""
    name = COSTS if compare.costs is not None or compare.primary is None else compare.primary.metric
    found = metric(name, terms_of(compare))
    assert isinstance(found, TableMetric)  # noqa: S101 -- bout/names.py has refused all others
    return found
