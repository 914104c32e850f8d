"""A metric of the user's own: a function is asked about the truth and the answers of several models.

Of what it says, only numbers go to the parent: one for all rows, with those for resamples, or one for each row.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from typing import TYPE_CHECKING, Any

import numpy as np

from ..findings import user_code
from ..frames import arrays
from .fit import seed_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

COLUMN_DIMENSIONS = 2
SHOWN_FAILURES = 3  # of the same fault on resamples, in the log


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Call the user's function for each model, and on resamples when it returns one number for all rows."""
    place = job["function"]
    module_name, _, name = place.partition(":")
    given = arrays(job["given"])
    truth = told(given["truth"], job)
    models = [told(given[f"answers{at}"], job) for at in range(job["models"])]
    sys.path.insert(0, job["root"])
    seed_all(job["seed"])
    with user_code(place, f"importing {module_name}"):
        function = getattr(importlib.import_module(module_name), name)
    rows = len(truth)
    found: dict[str, Any] = {}
    forms = set()
    for at, answers in enumerate(models):
        # Copies: a function that sorts its arguments must not change what the next one is given.
        with user_code(place, f"{name}()"):
            said = function(truth.copy(), answers.copy())
            numbers, refused = numbers_of(said, rows)
        if refused:
            # Into the log.
            sys.stderr.write(f"{place} gave an answer that cannot be used: {refused}\n")
            return refused
        forms.add("rows" if numbers.ndim else "number")
        found[f"said{at}"] = numbers
    if len(forms) > 1:
        return {"refused": "kind"}
    form = forms.pop()
    if form == "number":
        found.update(resampled(function, truth, models, given.get("clusters"), job))
    np.savez(job["said"], **found)
    return {"form": form}


def told(values: NDArray[Any], job: Mapping[str, Any]) -> NDArray[Any]:
    """Return class codes as the target's own values; numbers and probabilities as they are."""
    known = job["class_values"]
    if values.dtype.kind != "i" or not known:
        return values
    own: NDArray[Any] = np.array(known, dtype=object if isinstance(known[0], str) else None)[values]
    return own


def numbers_of(said: Any, rows: int) -> tuple[NDArray[np.float64], dict[str, Any]]:  # noqa: ANN401 -- whatever the user's function returns
    """Return an answer as one number, shape (), or one a row, shape (n,); or why it is neither."""
    nothing = np.empty(0)
    values = np.asarray(said)
    if values.ndim == COLUMN_DIMENSIONS and values.shape[1] == 1:
        values = values[:, 0]
    if values.dtype.kind not in "iuf" or values.ndim > 1:
        return nothing, {"refused": "kind"}
    if values.ndim == 1 and len(values) != rows:
        return nothing, {"refused": "length", "given": len(values)}
    values = values.astype(np.float64)
    wrong = int(np.count_nonzero(~np.isfinite(values)))
    return values, {"refused": "missing", "given": wrong} if wrong else {}


def resampled(
    function: Callable[[Any, Any], Any],
    truth: NDArray[Any],
    models: list[NDArray[Any]],
    clusters: NDArray[np.int64] | None,
    job: Mapping[str, Any],
) -> dict[str, NDArray[np.float64]]:
    """Return the function's answers on resampled rows, the same ones for all models; NaN where it gives none.

    A function that is not defined on every resample, such as one of a class that a resample has lost, may raise there.
    """
    draws = np.random.default_rng(job["seed"])
    values = np.full((len(models), job["resamples"]), np.nan)
    failures = 0
    for turn in range(job["resamples"]):
        rows = drawn_rows(draws, len(truth), clusters)
        for at, answers in enumerate(models):
            try:
                numbers, refused = numbers_of(function(truth[rows], answers[rows]), len(rows))
            except Exception:  # noqa: BLE001 -- counted; the parent refuses when there are many
                failures += 1
                if failures <= SHOWN_FAILURES:
                    traceback.print_exc()
                continue
            if not refused and numbers.ndim == 0:
                values[at, turn] = float(numbers)
    return {f"drawn{at}": one for at, one in enumerate(values)}


def drawn_rows(draws: np.random.Generator, rows: int, clusters: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """Return as many row numbers as there are, drawn with replacement; rows of one cluster come together or not."""
    if clusters is None:
        return draws.integers(0, rows, rows)
    order = np.argsort(clusters, kind="stable")
    sizes = np.bincount(clusters)
    starts = np.cumsum(sizes) - sizes
    chosen = draws.integers(0, len(sizes), len(sizes))
    lengths = sizes[chosen]
    ends = np.cumsum(lengths)
    return np.asarray(order[np.arange(int(ends[-1])) + np.repeat(starts[chosen] - (ends - lengths), lengths)])
