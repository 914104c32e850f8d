"""Ask a metric function of the user's about truth and answers, in the user's own Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from modelbout.errors import DataError, Place, Problem
from modelbout.training.answers import read_arrays, refusal
from modelbout.training.environment import interpreter
from modelbout.training.errand import on_disk, send
from modelbout.training.rows import target_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.config.compare import UserMetric
    from modelbout.config.train import Train
    from modelbout.manifest import Signature

# Ours: a function that takes longer for some hundred calls should say one number a row, and be called once.
# `train.timeout_minutes` may be shorter.
MOST_MINUTES: Final = 10.0

# A standard error made from 500 resamples is off by 3 %; each is a call for every model.
RESAMPLES: Final = 500

# A function that gives up on more resamples than this is not defined where it matters (a rare class, say).
MOST_LOST: Final = 0.05


@dataclass(frozen=True, eq=False)
class Said:
    """What the function says of one model's answers.

    Attributes:
        value: of all rows.
        rows: shape (n,), one number a row; None when it returned one for all.
        drawn: shape (b,), of resampled rows, the same ones for all models; NaN where it gave up. Empty with ``rows``.
    """

    value: float
    rows: NDArray[np.float64] | None
    drawn: NDArray[np.float64]


def class_values(target: pl.Series, signature: Signature, classes: Sequence[str]) -> list[str | int | float | bool]:
    """Return the values of classes in the target's own type, those too that only another model knows."""
    known = dict(zip(signature.classes, target_values(target, signature), strict=True))
    kind = type(next(iter(known.values())))
    return [known[name] if name in known else name == "true" if kind is bool else kind(name) for name in classes]


def ask_metric(
    metric: UserMetric,
    truth: NDArray[np.int64] | NDArray[np.float64],
    answers: Sequence[NDArray[np.int64] | NDArray[np.float64]],
    *,
    values: Sequence[str | int | float | bool],
    clusters: NDArray[np.int64] | None,
    seed: int,
    train: Train,
    root: Path,
    work: Path,
    key: str,
) -> tuple[Said, ...]:
    """Call ``function(truth, answers)`` for each model.

    Args:
        metric: names the function, importable from the root.
        truth: shape (n,), class codes or numbers.
        answers: for each model class codes or numbers of shape (n,), or probabilities of shape (n,) or (n, k).
        values: the classes in the target's own type, which the function is given for codes; empty for regression.
        clusters: shape (n,), codes from 0 of rows that are resampled together; None when each stands alone.
        seed: starts the resamples, and the generators that the function may use.
        train: which interpreter.
        root: the directory of modelbout.yaml; the function runs in it.
        work: a directory for the file border and the log.
        key: where the configuration names the function.

    Raises:
        ConfigError: there is no such interpreter.
        TrainingError: the function is not there, raised, ended the program, or took too long.
        DataError: what it returned is no metric.
    """
    work = work.absolute()
    given, said = work / "given.npz", work / "said.npz"
    parts: dict[str, NDArray[np.generic]] = {f"answers{at}": one for at, one in enumerate(answers)}
    if clusters is not None:
        parts["clusters"] = clusters
    with on_disk(work, key=key):
        work.mkdir(parents=True, exist_ok=True)
        np.savez(given, allow_pickle=False, truth=truth, **parts)
    job = {
        "job": "measure",
        "root": str(root.absolute()),
        "function": metric.function,
        "given": str(given),
        "said": str(said),
        "models": len(answers),
        "class_values": list(values),
        "resamples": RESAMPLES,
        "seed": seed,
        "log": str(work / f"{metric.name}.log"),
    }
    try:
        result = send(
            job,
            interpreter=interpreter(train.python, root),
            cwd=root,
            work=work,
            timeout_seconds=min(train.timeout_minutes, MOST_MINUTES) * 60,
            key=key,
        )
        rows = truth.shape[0]
        if result.refused:
            raise _unusable(metric, _REFUSED[result.refused].format(given=result.given, rows=rows), key)
        found = read_arrays(said, most=len(answers) * (rows + RESAMPLES + 1), key=key)
    finally:
        given.unlink(missing_ok=True)
        said.unlink(missing_ok=True)
    return tuple(_checked(metric, found, at, rows, key) for at in range(len(answers)))


_REFUSED = {
    "kind": "returned neither one number nor one for each row, or not the same for each model",
    "length": "returned {given} numbers for {rows} rows",
    "missing": "returned NaN or infinity ({given} of its numbers)",
}


def _checked(metric: UserMetric, found: dict[str, NDArray[np.generic]], at: int, rows: int, key: str) -> Said:
    """Return what one model's arrays say; whoever wrote them, they are numbers of the right shape after this."""
    said = found.get(f"said{at}")
    drawn = found.get(f"drawn{at}", np.empty(0))
    shapes = {(): (RESAMPLES,), (rows,): (0,)}
    if said is None or said.dtype != np.float64 or drawn.dtype != np.float64 or not np.isfinite(said).all():
        raise refusal("the metric's numbers are not those of modelbout's worker", "finite numbers", key)
    if shapes.get(said.shape) != drawn.shape:
        raise refusal("the metric's numbers have another shape than was asked for", "one, or one a row", key)
    if said.ndim:
        by_row = said.astype(np.float64)
        return Said(float(by_row.mean()), by_row, np.empty(0))
    values = drawn.astype(np.float64)
    lost = int(np.count_nonzero(~np.isfinite(values)))
    if lost > MOST_LOST * RESAMPLES:
        text = f"gave no number for {lost} of {RESAMPLES} resamples of the rows, from which its interval is made"
        raise _unusable(metric, text, key)
    return Said(float(said), None, np.where(np.isfinite(values), values, np.nan))


def _unusable(metric: UserMetric, found: str, key: str) -> DataError:
    return DataError(
        Problem(
            found=f"the metric `{metric.name}` {found}",
            allowed="a finite number, or one for each row, for every model",
            fix="Mend the function; docs/metrics says what it is given and what it may return.",
            place=Place(key=key),
        )
    )
