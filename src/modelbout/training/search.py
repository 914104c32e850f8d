"""A search of hyper-parameters in the user's own Python, on folds of the training rows and never on the holdout."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from modelbout.errors import BundleError, Place, Problem, TrainingError, cause
from modelbout.evidence import Search
from modelbout.record import Record, from_json, to_json
from modelbout.training.errand import on_disk, send
from modelbout.training.rows import features, target_values, write_rows
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from modelbout.config.train import Train
    from modelbout.manifest import Signature, Task
    from modelbout.training.environment import Environment
    from modelbout.training.folds import Fold

KEY: Final = "train.search"
LOG_FILE: Final = "search.log"
SHOWN_TRIALS: Final = 200  # ours: kept in the bundle, the best first; a report shows ten
SECONDS_A_MINUTE: Final = 60.0

# What scikit-learn calls our metrics, larger is better; `f1` and `average_precision` are told the positive class.
SCORERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accuracy": "accuracy",
        "average_precision": "average_precision",
        "balanced_accuracy": "balanced_accuracy",
        "brier": "neg_brier_score",
        "f1": "f1",
        "f1_macro": "f1_macro",
        "log_loss": "neg_log_loss",
        "mae": "neg_mean_absolute_error",
        "mcc": "matthews_corrcoef",
        "r2": "r2",
        "rmse": "neg_root_mean_squared_error",
        "roc_auc": "roc_auc",
    }
)
OTHERWISE: Final[Mapping[Task, str]] = MappingProxyType(
    {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}
)


@dataclass(frozen=True)
class Found:
    """What a search came to: the training with the best parameters, and the account of it."""

    train: Train
    told: Search


def search(
    train: Train,
    folds: Sequence[Fold],
    *,
    root: Path,
    signature: Signature,
    task: Task,
    metric: str,
    rows: pl.DataFrame,
    work: Path,
    environment: Environment,
) -> Found:
    """Try sets of parameters on the folds, and return the training with the best set.

    Args:
        train: the configuration; it has a ``search`` and an ``estimator``.
        folds: which training rows to learn from and which to be scored on.
        root: the directory of modelbout.yaml.
        signature: what is learned from and predicted.
        task: binary, multiclass or regression.
        metric: our name of the metric to search for; one that scikit-learn does not score makes way for the task's
            usual one, and the account says which.
        rows: the training rows.
        work: a directory of this run alone; made when missing.
        environment: the user's environment.

    Raises:
        TrainingError: the space cannot be used, no trial could be scored, or the time is over.
        DataError: the rows do not fit the signature.
    """
    wanted = train.search
    assert wanted is not None  # noqa: S101 -- asked only where there is one
    used = metric if metric in SCORERS else OTHERWISE[task]
    work = work.absolute()
    files = {name: work / f"{name}.npz" for name in ("rows", "folds")}
    with on_disk(work, key=KEY):
        work.mkdir(parents=True, exist_ok=True)
        columns = write_rows(files["rows"], features(rows, signature), target=truth(rows, signature))
        parts = {f"learned{at}": one.learned for at, one in enumerate(folds)}
        parts |= {f"asked{at}": one.asked for at, one in enumerate(folds)}
        np.savez(files["folds"], allow_pickle=False, **parts)
    positive = None if signature.positive is None else signature.classes.index(signature.positive)
    values = target_values(rows[signature.target], signature) if signature.classes else []
    try:
        result = send(
            {
                "job": "search",
                "root": str(root.absolute()),
                "estimator": train.estimator,
                "parameters": train.parameters,
                "seed": train.seed,
                "rows": str(files["rows"]),
                "columns": columns,
                "classes": signature.classes,
                "class_values": values,
                "backend": train.backend or "",
                "search": {
                    "by": wanted.by,
                    "space": wanted.space,
                    "minutes": wanted.minutes,
                    "trials": wanted.trials,
                    "metric": _scorer(used, task),
                    "positive": None if positive is None else values[positive],
                    "folds": str(files["folds"]),
                    "count": len(folds),
                    "shown": SHOWN_TRIALS,
                },
                "log": str(work / LOG_FILE),
            },
            interpreter=environment.interpreter,
            cwd=root,
            work=work,
            timeout_seconds=train.timeout_minutes * SECONDS_A_MINUTE,
            key=KEY,
            extra={"PYTHONHASHSEED": str(train.seed)},
        ).search
    finally:
        for path in files.values():
            path.unlink(missing_ok=True)
    if result is None or not result.trials:
        found = "the search ended without saying what it tried"
        fix = "leave modelbout's files alone in your code"
        raise TrainingError(Problem(found=found, allowed="at least one trial", fix=fix, place=Place(key=KEY)))
    told = Search(
        by=wanted.by,
        metric=used,
        minutes=wanted.minutes,
        tried=result.tried,
        failed=result.failed,
        best=result.trials[0].parameters,
        trials=result.trials,
        explanation="" if used == metric else f"{metric} is not scored on folds: {used} was searched for instead.",
    )
    return Found(msgspec.structs.replace(train, parameters={**train.parameters, **result.best}), told)


def _scorer(metric: str, task: Task) -> str:
    """Return scikit-learn's name; the areas of several classes are one against the rest, as ours."""
    if task == "multiclass" and metric == "roc_auc":
        return "roc_auc_ovr"
    return SCORERS[metric]


class SearchFile(Record, frozen=True):
    """The content of search.json: the account of a search, and the best set as values."""

    told: Search
    parameters: dict[str, bool | int | float | str | None]


def search_bytes(found: Found) -> bytes:
    """Return search.json."""
    return to_json(SearchFile(told=found.told, parameters=found.train.parameters))


def read_search(data: bytes, *, shown: str) -> SearchFile:
    """Read search.json.

    Raises:
        BundleError: it is no such file.
    """
    try:
        return from_json(data, SearchFile)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BundleError(
            Problem(
                found=f"search.json cannot be read: {cause(error)}",
                fix="fetch the bundle again, or train again",
                place=Place(file=shown),
            )
        ) from error
