"""Measure sealed models besides their answers: load time, row time, memory, odd inputs, rows alone."""

from __future__ import annotations

import shutil
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.errors import DataError, Place, Problem
from modelbout.training.allowed_types import ALLOWED_TYPES
from modelbout.training.answers import PROBABILITY_SLACK, SUM_SLACK, read_answers
from modelbout.training.behaviour import some_rows
from modelbout.training.difference import largest_difference
from modelbout.training.entrant import entrant, entry
from modelbout.training.environment import interpreter
from modelbout.training.errand import on_disk, send
from modelbout.training.golden import differing
from modelbout.training.hostile import hostile
from modelbout.training.rows import write_rows
from modelbout.training.score import KEY, ONE_THREAD, SECONDS_A_MINUTE, require_golden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.training.entrant import Entrant
    from modelbout.training.errand import Result
    from modelbout.training.hostile import Hostile

BATCH_ROWS: Final = 1_000  # ours: a large request; more rows would measure the table, not the model
PARITY_ROWS: Final = 100  # one serving bug showed in 71 of 100 rows that were asked alone
ROW_ROUNDS: Final = 200
ROW_LEAST_ROUNDS: Final = 40  # the median of paired ratios of 40 rounds stayed within 0.95 to 1.01
LOAD_ROUNDS: Final = 25
LOAD_LEAST_ROUNDS: Final = 15  # an interval of a median at 99.99 %: one of 200 guardrails at 98 %, by Holm
ENOUGH_SECONDS: Final = 5.0  # ours: after these, the least number of rounds must do


@dataclass(frozen=True)
class Setting:
    """Where models are measured.

    Attributes:
        python: the user's interpreter, as ``train.python``.
        root: the directory of modelbout.yaml.
        work: a directory for scratch files; made when missing.
        timeout_minutes: after this a child is ended.
        trust: as ``train.trust``; without it no model is loaded that may run code.
    """

    python: str | None
    root: Path
    work: Path
    timeout_minutes: float
    trust: str | None = None


@dataclass(frozen=True, eq=False)
class Timed:
    """Durations of one model, taken in turns with those of the others; empty where they were not asked for.

    Attributes:
        load_seconds: shape (b,).
        row_seconds: shape (b,), of requests of one row.
    """

    load_seconds: NDArray[np.float64]
    row_seconds: NDArray[np.float64]


@dataclass(frozen=True)
class Probed:
    """What became of one model in a process of its own.

    Attributes:
        peak_bytes: most memory that the process held; None where the system does not tell.
        hostile: how many hostile inputs were asked.
        failed: which of them got no ordinary answer: the trouble and its inputs.
        alone: the largest difference of rows asked alone; None when a request failed.
        permuted: the largest difference with columns in another order; None when such a request failed.
        parity_rows: how many rows were asked in these forms.
    """

    peak_bytes: int | None
    hostile: int = 0
    failed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    alone: float | None = None
    permuted: float | None = None
    parity_rows: int = 0


def time_models(
    bundles: Sequence[Path], rows: pl.DataFrame, setting: Setting, *, loads: bool, row_times: bool
) -> tuple[Timed, ...]:
    """Time how long the models load, and how long they answer one row, in turns in one process with one thread.

    Raises:
        BundleError: a bundle is damaged, its model does not load here or answers its golden rows otherwise.
        DataError: a model is a command, or the rows lack inputs of a model.
        TrainingError: the child failed.
    """
    least = {"seconds": ENOUGH_SECONDS}
    with _entrants(bundles, some_rows(rows, BATCH_ROWS), setting) as (entrants, scratch):
        result = _send(
            entrants,
            setting,
            scratch,
            loads=least | {"rounds": LOAD_ROUNDS, "least_rounds": LOAD_LEAST_ROUNDS} if loads else None,
            row_times=least | {"batch_rows": 1, "rounds": ROW_ROUNDS, "least_rounds": ROW_LEAST_ROUNDS}
            if row_times
            else None,
        )
        nothing = [() for _ in entrants]
        return tuple(
            Timed(np.array(spent, dtype=np.float64), np.array(took, dtype=np.float64))
            for _, spent, took in zip(entrants, result.load_times or nothing, result.timings or nothing, strict=True)
        )


def probe_model(bundle: Path, rows: pl.DataFrame, setting: Setting, *, stability: bool, parity: bool) -> Probed:
    """Measure the memory of one model's own process; ask it hostile inputs, and rows in several forms.

    Raises:
        BundleError: the bundle is damaged, its model does not load here or answers its golden rows otherwise.
        DataError: the model is a command, or the rows lack its inputs.
        TrainingError: the child failed, or the rows as they are get no usable answers.
    """
    with _entrants([bundle], some_rows(rows, BATCH_ROWS), setting) as ((one,), scratch):
        asked = hostile(one.inputs, one.manifest.signature) if stability else None
        some = one.inputs.head(PARITY_ROWS)
        with on_disk(scratch, key=KEY):
            troubles = None if asked is None else _hostile_job(asked, scratch)
            forms = _parity_job(some, scratch) if parity else None
        result = _send([one], setting, scratch, hostile=troubles, parity=forms)
        if asked is not None and len(result.survived) != len(asked.probes):
            raise _torn(f"{len(result.survived)} outcomes of {len(asked.probes)} hostile inputs")
        return Probed(
            peak_bytes=result.peak_bytes,
            hostile=0 if asked is None else len(asked.probes),
            failed=() if asked is None else asked.failed(result.survived),
            alone=_apart(one, scratch, "alone", some.height) if parity and result.alone else None,
            permuted=_apart(one, scratch, "permuted", some.height) if parity and result.permuted else None,
            parity_rows=some.height if parity else 0,
        )


@contextmanager
def _entrants(bundles: Sequence[Path], rows: pl.DataFrame, setting: Setting) -> Iterator[tuple[list[Entrant], Path]]:
    scratch = setting.work.absolute() / f"probe-{uuid.uuid4().hex[:8]}"
    entrants = [entrant(bundle, rows, scratch / str(number)) for number, bundle in enumerate(bundles)]
    if any(one.manifest.scorer.kind == "command" for one in entrants):
        raise DataError(
            Problem(
                found="a command runs in a process of its own for each request, so its load time, row time, memory and"
                " answers to odd inputs cannot be measured",
                allowed="models that the worker loads",
                fix="take these guardrails out, or guard latency_ratio, which times whole runs",
                place=Place(key="compare.guardrails"),
            )
        )
    try:
        with on_disk(scratch, key=KEY):
            for one in entrants:
                one.work.mkdir(parents=True)
        yield entrants, scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _send(
    entrants: Sequence[Entrant],
    setting: Setting,
    scratch: Path,
    *,
    loads: object = None,
    row_times: object = None,
    hostile: object = None,
    parity: object = None,
) -> Result:
    with on_disk(scratch, key=KEY):
        models = [entry(one, trust=setting.trust) for one in entrants]
    result = send(
        {
            "job": "probe_model",
            "models": models,
            "allowed": ALLOWED_TYPES,
            "loads": loads,
            "row_times": row_times,
            "hostile": hostile,
            "parity": parity,
        },
        interpreter=interpreter(setting.python, setting.root),
        cwd=scratch,
        work=scratch,
        timeout_seconds=setting.timeout_minutes * SECONDS_A_MINUTE,
        key=KEY,
        extra={"PYTHONHASHSEED": "0"} | ONE_THREAD,
    )
    for one in entrants:
        said = read_answers(one.work / "golden.npz", one.manifest.signature, rows=one.golden.height, key=KEY)
        require_golden(one.bundle, differing(one.golden_answers, said), here="")
    return result


def _hostile_job(asked: Hostile, scratch: Path) -> dict[str, object]:
    job: dict[str, object] = {"probes": asked.probes, "slack": PROBABILITY_SLACK, "sum_slack": SUM_SLACK}
    for name, frame in (("rows", asked.base), ("values", asked.values)):
        path = scratch / f"hostile.{name}.npz"
        job[name] = {"rows": str(path), "columns": write_rows(path, frame)}
    return job


def _parity_job(rows: pl.DataFrame, scratch: Path) -> dict[str, object]:
    path = scratch / "parity.rows.npz"
    together = {"rows": str(path), "columns": write_rows(path, rows), "answers": str(scratch / "together.npz")}
    return {"rows": together, **{form: str(scratch / f"{form}.npz") for form in ("alone", "permuted")}}


def _apart(one: Entrant, scratch: Path, form: str, rows: int) -> float:
    together, other = (
        read_answers(scratch / f"{name}.npz", one.manifest.signature, rows=rows, key=KEY) for name in ("together", form)
    )
    return largest_difference(together, other)


def _torn(found: str) -> DataError:
    return DataError(
        Problem(
            found=f"the worker returned {found}",
            allowed="one outcome for each",
            fix="leave modelbout's files alone in your code",
            place=Place(key=KEY),
        )
    )
