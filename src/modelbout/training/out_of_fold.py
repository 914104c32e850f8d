"""What models say of training rows that they have not learned from, in the user's own Python."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from modelbout.errors import Place, Problem, TrainingError
from modelbout.predictions import Predictions
from modelbout.training import command
from modelbout.training.answers import read_answers
from modelbout.training.errand import on_disk, send
from modelbout.training.rows import features, target_values, write_rows
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.config.train import Train
    from modelbout.manifest import Signature
    from modelbout.training.environment import Environment
    from modelbout.training.folds import Fold

SECONDS_A_MINUTE = 60.0
LOG_FILE = "folds.log"


def out_of_fold(
    train: Train,
    folds: Sequence[Fold],
    *,
    root: Path,
    signature: Signature,
    rows: pl.DataFrame,
    work: Path,
    environment: Environment,
    key: str,
) -> tuple[NDArray[np.int64], Predictions]:
    """Train once for each fold, and let each model answer the rows that it has not seen.

    Args:
        train: the configuration of the training; all folds together may take ``timeout_minutes``.
        folds: which rows to learn from and which to ask, at least one.
        root: the directory of modelbout.yaml.
        signature: what is learned from and predicted; the task is binary.
        rows: the training rows.
        work: a directory of this run alone; made when missing, emptied at the end.
        environment: the user's environment.
        key: the key of the configuration that asks for it.

    Returns:
        The numbers of the answered rows, shape (m,), and the answers to them, probabilities among them.

    Raises:
        TrainingError: the user's program failed, or its model gives no probabilities.
        DataError: the rows do not fit the signature.
    """
    work = work.absolute()
    inputs = features(rows, signature)
    asked = np.concatenate([one.asked for one in folds])
    with on_disk(work, key=key):
        work.mkdir(parents=True, exist_ok=True)
    try:
        if train.command is None:
            answers = _by_worker(train, folds, root, signature, rows, inputs, asked.size, work, environment, key)
        else:
            answers = _by_command(train, folds, root, signature, rows, inputs, work, environment)
    finally:
        for path in work.glob("*.npz"):
            path.unlink()
    if answers.proba is None:
        raise TrainingError(
            Problem(
                found="the model gives no probabilities, so that there is no threshold to choose",
                allowed="an estimator with `predict_proba`, or a command that writes `proba:<class>`",
                fix="calibrate it (CalibratedClassifierCV), or remove `compare.threshold`",
                place=Place(key=key),
            )
        )
    return asked, answers


def _by_worker(  # noqa: PLR0917 -- one call, above
    train: Train,
    folds: Sequence[Fold],
    root: Path,
    signature: Signature,
    rows: pl.DataFrame,
    inputs: pl.DataFrame,
    count: int,
    work: Path,
    environment: Environment,
    key: str,
) -> Predictions:
    files = {name: work / f"{name}.npz" for name in ("rows", "folds", "answers")}
    with on_disk(work, key=key):
        columns = write_rows(files["rows"], inputs, target=truth(rows, signature))
        parts = {f"learned{at}": one.learned for at, one in enumerate(folds)}
        parts |= {f"asked{at}": one.asked for at, one in enumerate(folds)}
        np.savez(files["folds"], allow_pickle=False, **parts)
    send(
        {
            "job": "folds",
            "root": str(root.absolute()),
            "estimator": train.estimator,
            "parameters": train.parameters,
            "seed": train.seed,
            "rows": str(files["rows"]),
            "columns": columns,
            "classes": signature.classes,
            "class_values": target_values(rows[signature.target], signature),
            "folds": str(files["folds"]),
            "count": len(folds),
            "answers": str(files["answers"]),
            "log": str(work / LOG_FILE),
        },
        interpreter=environment.interpreter,
        cwd=root,
        work=work,
        timeout_seconds=train.timeout_minutes * SECONDS_A_MINUTE,
        key=key,
        extra={"PYTHONHASHSEED": str(train.seed)},
    )
    return read_answers(files["answers"], signature, rows=count, key=key)


def _by_command(  # noqa: PLR0917 -- one call, above
    train: Train,
    folds: Sequence[Fold],
    root: Path,
    signature: Signature,
    rows: pl.DataFrame,
    inputs: pl.DataFrame,
    work: Path,
    environment: Environment,
) -> Predictions:
    words = command.program(train.command or "", environment.interpreter)
    limit = train.timeout_minutes * SECONDS_A_MINUTE / len(folds)
    said = []
    for at, one in enumerate(folds):
        place = work / f"fold-{at}"
        files, scorer = command.train(
            words,
            root=root,
            work=place,
            inputs=inputs[one.learned],
            target=rows[signature.target][one.learned],
            signature=signature,
            task="binary",
            seed=train.seed,
            log=work / LOG_FILE,
            timeout_seconds=limit,
        )
        said.append(
            command.ask(
                command.copy_model(files, place / "asked"),
                scorer,
                inputs[one.asked],
                signature=signature,
                interpreter=environment.interpreter,
                work=place / "ask",
                timeout_seconds=limit,
            )
        )
        shutil.rmtree(place, ignore_errors=True)
    if any(one.proba is None for one in said):
        return Predictions()
    return Predictions(proba=np.concatenate([one.proba for one in said if one.proba is not None]))
