"""The search of `train.search`: hyper-parameters that are best on training folds, before the challenger is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import polars as pl

from modelbout.bout import defaults
from modelbout.errors import BundleError
from modelbout.stages.clusters import clusters
from modelbout.training.bundle import SEARCH_FILE, read_part
from modelbout.training.folds import folds_of
from modelbout.training.search import KEY, Found, read_search, search
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from modelbout.config.model import Config, Data
    from modelbout.config.train import Train
    from modelbout.evidence import Search
    from modelbout.manifest import Manifest, Signature, Task
    from modelbout.progress import Progress
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace
    from modelbout.training.environment import Environment

QUARTERS = 4  # a target of numbers is dealt out by its quarters, so that each fold has low and high ones


def sought(
    work: Workspace, table: Rows, shape: Signature, environment: Environment, progress: Progress
) -> Found | None:
    """Look for the best parameters on the training rows, or return None when nobody asks for a search.

    Raises:
        DataError: the training rows cannot be divided into folds.
        TrainingError: the search failed.
    """
    config = work.config
    if config.train.search is None:
        return None
    folds = folds_of(
        _codes(truth(table.train, shape), config.task),
        groups=clusters(table.train, config.data, None),
        times=times_of(table.train, config.data),
        seed=config.train.seed,
        key=KEY,
    )
    wanted = config.train.search
    with progress.step(f"searching hyper-parameters for up to {wanted.minutes:g} minutes on {len(folds)} folds"):
        return search(
            config.train,
            folds,
            root=work.root,
            signature=shape,
            task=config.task,
            metric=defaults.primary(config.compare, config.task).metric,
            rows=table.train,
            work=work.run / "training" / "search",
            environment=environment,
        )


def trained_as(config: Config, bundle: Path, manifest: Manifest) -> Train:
    """Return the training that made a bundle: with the parameters that its search found."""
    if all(one.path != SEARCH_FILE for one in manifest.files):
        return config.train
    found = read_search(read_part(bundle, SEARCH_FILE), shown=str(bundle))
    return msgspec.structs.replace(config.train, parameters={**config.train.parameters, **found.parameters})


def told_of(bundle: Path, manifest: Manifest) -> Search | None:
    """Return what the search of a bundle tried, or None when there was none or its account is damaged."""
    if all(one.path != SEARCH_FILE for one in manifest.files):
        return None
    try:
        return read_search(read_part(bundle, SEARCH_FILE), shown=str(bundle)).told
    except BundleError:
        return None


def times_of(train: pl.DataFrame, data: Data) -> NDArray[np.int64] | None:
    """Return when each row was, as ranks, when the holdout is what came later; rows without a time come first."""
    if data.split is None or not data.split.timed or data.split.column is None:
        return None
    ranks: NDArray[np.int64] = train[data.split.column].rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
    return ranks


def _codes(answer: NDArray[np.int64] | NDArray[np.float64], task: Task) -> NDArray[np.int64]:
    """Return classes, or the quarter of its values that a number lies in."""
    if task != "regression":
        return answer.astype(np.int64)
    edges = np.quantile(answer, np.arange(1, QUARTERS) / QUARTERS)
    _, codes = np.unique(np.searchsorted(edges, answer), return_inverse=True)
    return codes.astype(np.int64)
