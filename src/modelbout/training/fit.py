"""Train a challenger in the user's own Python."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from modelbout.errors import ConfigError, Place, Problem, TrainingError
from modelbout.manifest import Scorer
from modelbout.training import command, file_model
from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.answers import read_answers
from modelbout.training.environment import FOR_ONNX, NEEDED, Environment, probe, require_packages
from modelbout.training.errand import on_disk, send
from modelbout.training.fingerprint import code_files, is_own
from modelbout.training.rows import features, target_values, write_rows
from modelbout.training.signature import truth
from modelbout.training.trust import require_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl

    from modelbout.config.train import Train
    from modelbout.manifest import Signature, Task
    from modelbout.predictions import Predictions
    from modelbout.progress import Progress

LOG_FILE = "train.log"
KEY = "train.estimator"
SECONDS_A_MINUTE = 60.0


@dataclass(frozen=True)
class Fitted:
    """A trained model, not sealed yet.

    Attributes:
        files: a directory with ``model.skops`` or ``model/`` and nothing else.
        scorer: how the model is scored.
        log: what the user's program printed.
        python: the version of the interpreter that trained it.
        environment: its lock text, one ``name==version`` a line.
        seconds: wall time of the fit alone (estimator) or of the program (command).
        answers: the model's predictions for each frame of ``ask``, from its written file.
        extra: its predictions for the frame of ``wish``; None when it gave none.
    """

    files: Path
    scorer: Scorer
    log: Path
    python: str
    environment: str
    seconds: float
    answers: tuple[Predictions, ...] = ()
    extra: Predictions | None = None


def fit(
    train: Train,
    *,
    root: Path,
    signature: Signature,
    task: Task,
    rows: pl.DataFrame,
    work: Path,
    progress: Progress,
    ask: Sequence[pl.DataFrame] = (),
    wish: pl.DataFrame | None = None,
    environment: Environment | None = None,
) -> Fitted:
    """Train on the rows and let the written model answer the frames of ``ask``.

    Args:
        train: the configuration of the training.
        root: the directory of modelbout.yaml; the program runs in it.
        signature: what the model learns from and predicts.
        task: binary, multiclass or regression.
        rows: the training rows.
        work: a directory of this run alone; made when missing.
        progress: told of the steps.
        ask: more rows to be answered at once, for example the holdout and the golden rows.
        wish: rows that the model may fail to answer.
        environment: the user's environment when it was probed already.

    Raises:
        ConfigError: no such interpreter, or something is missing in it; code that ``train.code`` leaves out.
        TrainingError: the user's program failed or its model cannot be used.
        DataError: the rows do not fit the signature.
    """
    work = work.absolute()  # the child runs elsewhere
    if train.format == "pickle":
        require_trust("pickle", train.trust)
    inputs = features(rows, signature)
    asked = [features(frame, signature) for frame in ask]
    with on_disk(work, key=KEY):
        work.mkdir(parents=True, exist_ok=True)
    if environment is None:
        with progress.step("looking at your Python"):
            environment = probe(train.python, root=root, work=work)
    if train.command is not None:
        return _by_command(
            train,
            environment,
            signature=signature,
            task=task,
            inputs=inputs,
            target=rows[signature.target],
            asked=asked,
            wish=wish,
            root=root,
            work=work,
            progress=progress,
        )
    require_packages(environment, (*NEEDED, *FOR_ONNX) if train.format == "onnx" else NEEDED)
    files = work / "files"
    frames = [*asked, *([] if wish is None else [wish])]
    answers = [work / f"answers-{number}.npz" for number in range(len(frames))]
    with on_disk(work, key=KEY):
        files.mkdir(exist_ok=True)
        columns = write_rows(work / "train.npz", inputs, target=_target(rows, signature))
        asks = [
            {
                "rows": str(path),
                "columns": write_rows(path, frame),
                "answers": str(said),
                "optional": frame is wish,
            }
            for frame, said in zip(frames, answers, strict=True)
            for path in (said.with_suffix(".rows.npz"),)
        ]
    job = {
        "job": "fit",
        "root": str(root.absolute()),
        "estimator": train.estimator,
        "parameters": train.parameters,
        "backend": train.backend or "",
        "seed": train.seed,
        "rows": str(work / "train.npz"),
        "columns": columns,
        "classes": signature.classes,
        "class_values": target_values(rows[signature.target], signature) if signature.classes else [],
        "allowed": ALLOWED_TYPES,
        "format": train.format,
        "files": str(files),
        "asks": asks,
        "log": str(work / LOG_FILE),
    }
    with progress.step(f"training {train.estimator}"):
        result = send(
            job,
            interpreter=environment.interpreter,
            cwd=root,
            work=work,
            timeout_seconds=train.timeout_minutes * SECONDS_A_MINUTE,
            key=KEY,
            extra={"PYTHONHASHSEED": str(train.seed)},
        )
    _require_covered(result.imported, train, root)
    read = partial(read_answers, signature=signature, key=KEY)
    said = [read(path, rows=frame.height) for path, frame in zip(answers, asked, strict=False)]
    extra = None if wish is None else _if_given(lambda: read(answers[-1], rows=wish.height))
    for path in work.glob("*.npz"):
        path.unlink()
    return Fitted(
        files=files,
        scorer=Scorer(kind=result.kind_of_model or "skops"),
        log=work / LOG_FILE,
        python=environment.python,
        environment=environment.lock,
        seconds=result.seconds,
        answers=tuple(said),
        extra=extra,
    )


def _by_command(
    train: Train,
    environment: Environment,
    *,
    signature: Signature,
    task: Task,
    inputs: pl.DataFrame,
    target: pl.Series,
    asked: Sequence[pl.DataFrame],
    wish: pl.DataFrame | None,
    root: Path,
    work: Path,
    progress: Progress,
) -> Fitted:
    words = command.program(train.command or "", environment.interpreter)
    began = time.perf_counter()
    with progress.step(f"running {train.command}"):
        files, scorer = command.train(
            words,
            root=root,
            work=work,
            inputs=inputs,
            target=target,
            signature=signature,
            task=task,
            seed=train.seed,
            log=work / LOG_FILE,
            timeout_seconds=train.timeout_minutes * SECONDS_A_MINUTE,
        )
    seconds = time.perf_counter() - began
    require_trust(scorer.kind, train.trust)
    answers: list[Predictions] = []
    extra = None
    if asked or wish is not None:
        said = _asked(files, scorer, train, signature=signature, interpreter=environment.interpreter, work=work)
        with progress.step("asking the new model"):
            answers = [said(frame) for frame in asked]
            extra = None if wish is None else _if_given(lambda: said(wish))
    return Fitted(
        files=files,
        scorer=scorer,
        log=work / LOG_FILE,
        python=environment.python,
        environment=environment.lock,
        seconds=seconds,
        answers=tuple(answers),
        extra=extra,
    )


def _asked(
    files: Path, scorer: Scorer, train: Train, *, signature: Signature, interpreter: str, work: Path
) -> Callable[[pl.DataFrame], Predictions]:
    """Return what asks the model that a program left, with a file or with a command of its own."""
    limit = train.timeout_minutes * SECONDS_A_MINUTE
    if scorer.kind == "command":
        return partial(
            command.ask,
            command.copy_model(files, work / "asked"),
            scorer,
            signature=signature,
            interpreter=interpreter,
            work=work / "ask",
            timeout_seconds=limit,
        )
    return partial(
        file_model.ask,
        files,
        scorer,
        signature=signature,
        interpreter=interpreter,
        work=work / "ask",
        timeout_seconds=limit,
        trust=train.trust,
    )


def _if_given(answers: Callable[[], Predictions]) -> Predictions | None:
    try:
        return answers()
    except TrainingError:
        return None


def _target(rows: pl.DataFrame, signature: Signature) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    codes = truth(rows, signature)
    return codes.astype(np.int64) if signature.target_type == "integer" else codes


def _require_covered(imported: Sequence[str], train: Train, root: Path) -> None:
    """Refuse code that was used but is not part of the fingerprint: its change would go unnoticed."""
    covered = set(code_files(root, train.code))
    missing = [name for name in imported if name not in covered and is_own(root, name)]
    if missing:
        raise ConfigError(
            Problem(
                found=f"training imported {missing[0]}, which `train.code` leaves out",
                allowed="globs that cover all your code, so that a change of it means a new challenger",
                fix=f"add {missing[0]} to `train.code`",
                place=Place(key="train.code"),
            )
        )
