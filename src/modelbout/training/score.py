"""Score sealed models afresh on the same rows, in the user's own Python; time them in turns when asked."""

from __future__ import annotations

import shutil
import time
import uuid
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from modelbout.errors import BundleError, Place, Problem
from modelbout.evidence import Scoring
from modelbout.training import command
from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.answers import read_answers
from modelbout.training.bundle import LOCK_FILE, read_part
from modelbout.training.entrant import Entrant, entrant, entry
from modelbout.training.environment import interpreter
from modelbout.training.errand import on_disk, send
from modelbout.training.golden import differing
from modelbout.training.trust import require_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.predictions import Predictions

KEY = "train.python"
DECISIVE = ("catboost", "lightgbm", "numpy", "onnxruntime", "scikit-learn", "scipy", "skops", "xgboost", "xgboost-cpu")
SECONDS_A_MINUTE = 60.0
LATENCY_BATCH_ROWS = 256  # ours: large enough to outlast the timer and Python's own noise, small enough for many turns
LATENCY_ROUNDS = 100  # ours: the median of paired ratios of 40 rounds stayed within 0.95 to 1.01
LATENCY_LEAST_ROUNDS = 40
LATENCY_SECONDS = 5.0  # ours: after these, the least number of rounds must do
COMMAND_ROUNDS = 7  # ours: a process start a round and model; the median of 7 ratios
# Measured, one thread: with OpenMP on a busy two-core runner one row took 600 ms instead of 0.7.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")


@dataclass(frozen=True, eq=False)
class Scored:
    """One model's answers.

    Attributes:
        predictions: for the rows in their order; classes in the order of the bundle's signature.
        seconds: shape (rounds,), wall time per batch, taken in turns with the other models; empty without latency.
        load_seconds: how long the model file took to load; 0 for a command.
        scoring: how the answers were come by.
    """

    predictions: Predictions
    seconds: NDArray[np.float64]
    load_seconds: float
    scoring: Scoring


def score(
    bundles: Sequence[Path],
    rows: pl.DataFrame,
    *,
    python: str | None,
    root: Path,
    work: Path,
    latency: bool = False,
    timeout_minutes: float,
    variables: Mapping[str, str] = MappingProxyType({}),
    trust: str | None = None,
) -> tuple[Scored, ...]:
    """Verify each bundle, load its model, check its golden rows and let it answer the rows.

    Args:
        bundles: sealed bundles; their digests are checked first.
        rows: the rows to answer; more columns than the models need do no harm.
        python: the user's interpreter, as ``train.python``.
        root: the directory of modelbout.yaml.
        work: a directory for scratch files; made when missing.
        latency: measure, too: batches of up to ``LATENCY_BATCH_ROWS`` rows, in turns, one thread each. When one of
            the bundles is a command, whole runs from start to end are timed for all of them.
        timeout_minutes: after this a child is ended.
        variables: added to the environment of the child that loads models.
        trust: as ``train.trust``; without it no model is loaded that may run code.

    Returns:
        One Scored a bundle, in their order.

    Raises:
        BundleError: a bundle is damaged, its model does not load here, or it answers its golden rows otherwise than
            on the day it was trained.
        ConfigError: a model may run code when it is loaded, and is not trusted, or this job's token may write.
        DataError: the rows lack inputs of a model.
        TrainingError: the child failed, or answers are NaN, infinite or not one a row.
    """
    program = interpreter(python, root)
    scratch = work.absolute() / f"score-{uuid.uuid4().hex[:8]}"
    limit = timeout_minutes * SECONDS_A_MINUTE
    corners = [entrant(bundle, rows, scratch / str(number)) for number, bundle in enumerate(bundles)]
    for corner in corners:
        require_trust(corner.manifest.scorer.kind, trust)
    try:
        with on_disk(scratch, key=KEY):
            for corner in corners:
                corner.work.mkdir(parents=True)
        files = [corner for corner in corners if corner.manifest.scorer.kind != "command"]
        in_process = latency and len(files) == len(corners)
        ask = partial(_ask_worker, variables=variables, trust=trust)
        loads, timings = ask(files, program, scratch, limit, latency=in_process) if files else ({}, {})
        scored = [_collect(corner, program, limit, load_seconds=loads.get(corner.work, 0.0)) for corner in corners]
        if latency and not in_process and rows.height:
            timings = _time_runs(corners, program, limit, trust=trust)
        nothing = np.empty(0, dtype=np.float64)
        return tuple(
            Scored(
                predictions=predictions,
                seconds=np.array(timings.get(corner.work, nothing), dtype=np.float64),
                load_seconds=load_seconds,
                scoring=Scoring(fresh=rows.height, recorded=0),
            )
            for corner, (predictions, load_seconds) in zip(corners, scored, strict=True)
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _ask_worker(
    corners: Sequence[Entrant],
    program: str,
    scratch: Path,
    limit: float,
    *,
    latency: bool,
    variables: Mapping[str, str] = MappingProxyType({}),
    trust: str | None = None,
) -> tuple[dict[Path, float], dict[Path, tuple[float, ...]]]:
    """Let one child load all model files and answer, so that they meet the same libraries in the same state."""
    plan = {
        "batch_rows": LATENCY_BATCH_ROWS,
        "rounds": LATENCY_ROUNDS,
        "least_rounds": LATENCY_LEAST_ROUNDS,
        "seconds": LATENCY_SECONDS,
    }
    with on_disk(scratch, key=KEY):
        models = [entry(corner, trust=trust) for corner in corners]
    result = send(
        {
            "job": "score",
            "models": models,
            "allowed": ALLOWED_TYPES,
            "latency": plan if latency and corners[0].inputs.height else None,
        },
        interpreter=program,
        cwd=scratch,
        work=scratch,
        timeout_seconds=limit,
        key=KEY,
        extra={"PYTHONHASHSEED": "0"} | dict(variables) | (ONE_THREAD if latency else {}),
    )
    places = [corner.work for corner in corners]
    return dict(zip(places, result.load_seconds, strict=True)), dict(zip(places, result.timings, strict=True))


def _collect(corner: Entrant, program: str, limit: float, *, load_seconds: float) -> tuple[Predictions, float]:
    """Read the answers of a model file, or run the command; golden rows first."""
    signature = corner.manifest.signature
    if corner.manifest.scorer.kind != "command":
        read = partial(read_answers, signature=signature, key=KEY)
        require_golden(
            corner.bundle,
            differing(corner.golden_answers, read(corner.work / "golden.npz", rows=corner.golden.height)),
            here="",
        )
        return read(corner.work / "rows.npz", rows=corner.inputs.height), load_seconds
    model = command.copy_model(corner.bundle, corner.work / "model")
    said = [
        command.ask(
            model,
            corner.manifest.scorer,
            frame,
            signature=signature,
            interpreter=program,
            work=corner.work / "ask",
            timeout_seconds=limit,
        )
        for frame in (corner.golden, corner.inputs)
    ]
    require_golden(corner.bundle, differing(corner.golden_answers, said[0]), here="")
    return said[1], load_seconds


def require_golden(bundle: Path, wrong: int, *, here: str) -> None:
    """Refuse a model that no longer answers as on the day it was trained.

    Args:
        bundle: the bundle, for its lock and for the message.
        wrong: how many golden rows are answered otherwise.
        here: what is installed here, for the message.

    Raises:
        BundleError: at least one is.
    """
    if wrong == 0:
        return
    then = versions(read_part(bundle, LOCK_FILE).decode("utf-8", errors="replace"))
    raise BundleError(
        Problem(
            found=f"the model answers {wrong} of its golden rows otherwise than on the day it was trained"
            + (f" (then: {then}{f'; here: {here}' if here else ''})" if then else ""),
            allowed="the answers in golden.json",
            fix="install the versions in the bundle's requirements.lock, or train again",
            place=Place(file=str(bundle)),
        )
    )


def versions(lock: str) -> str:
    """Return the lines of a lock that decide about a model's answers, in one line."""
    return ", ".join(line for line in lock.splitlines() if line.partition("==")[0] in DECISIVE)


def _time_runs(
    corners: Sequence[Entrant], program: str, limit: float, *, trust: str | None = None
) -> dict[Path, tuple[float, ...]]:
    """Time whole runs in turns: what a command costs, and what the other costs when measured alike."""
    batches = [_batch(corner) for corner in corners]
    timers = [_timer(corner, program, limit, trust=trust) for corner in batches]
    timings: dict[Path, list[float]] = {corner.work: [] for corner in corners}
    for turn in range(COMMAND_ROUNDS):
        order = range(len(corners)) if turn % 2 else range(len(corners) - 1, -1, -1)
        for which in order:
            timings[corners[which].work].append(timers[which]())
    return {place: tuple(spent) for place, spent in timings.items()}


def _batch(corner: Entrant) -> Entrant:
    batch = corner.inputs.head(LATENCY_BATCH_ROWS)
    return Entrant(corner.bundle, corner.manifest, batch, corner.golden, corner.golden_answers, corner.work)


def _timer(corner: Entrant, program: str, limit: float, *, trust: str | None) -> Callable[[], float]:
    if corner.manifest.scorer.kind != "command":

        def run() -> None:
            _ask_worker([corner], program, corner.work, limit, latency=False, trust=trust)

    else:

        def run() -> None:
            command.ask(
                corner.work / "model",
                corner.manifest.scorer,
                corner.inputs,
                signature=corner.manifest.signature,
                interpreter=program,
                work=corner.work / "ask",
                timeout_seconds=limit,
            )

    def timed() -> float:
        began = time.perf_counter()
        run()
        return time.perf_counter() - began

    return timed
