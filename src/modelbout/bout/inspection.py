"""What must be true before two models are compared: everything else is an error, never a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout.intervals import MIN_CLASS_ROWS
from modelbout.errors import DataError, Place, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.ring import Ring, SliceColumn
    from modelbout.bout.sheet import Sheet
    from modelbout.manifest import Task

# Every interval here rests on a mean of n rows being close to normal; below 20 rows not even a mean of a skewed loss
# is, and a real difference could not be seen anyway.
MIN_ROWS = 20

# Probabilities that went through float32, or were rounded to four digits in a file, still sum to 1 within this.
PROBABILITY_TOLERANCE = 1e-3

# Holm's correction over more groups than this leaves nothing to be found; the report would be unreadable.
MAX_SLICE_GROUPS = 200


def inspect_truth(
    task: Task, classes: tuple[str, ...], truth: NDArray[np.int64] | NDArray[np.float64], *, role: str = "holdout"
) -> None:
    """Refuse a truth on which nothing can be compared.

    Raises:
        DataError: too few rows, values that are no numbers or no known class, only one value, a class too rare.
    """
    rows = int(truth.shape[0])
    if rows < MIN_ROWS:
        raise _refusal(
            f"the {role} has {rows} rows",
            f"at least {MIN_ROWS}",
            "Hold out more rows: a larger `data.split.holdout`, an earlier `data.split.from`, or more data.",
        )
    if task == "regression":
        if not np.isfinite(truth).all():
            missing = int(np.count_nonzero(~np.isfinite(truth)))
            raise _refusal(
                f"the target is missing or infinite in {missing} of {rows} {role} rows",
                "a finite number in every row",
                "Leave rows without a target out of the data.",
            )
        if (truth == truth[0]).all():
            raise _constant(role)
        return
    unknown = int(np.count_nonzero((truth < 0) | (truth >= len(classes))))
    if unknown:
        raise _refusal(
            f"the target of {unknown} of {rows} {role} rows is none of the {len(classes)} classes seen in training",
            "only classes that the training rows hold",
            "Add rows of the new class to the training data, or leave them out of the holdout.",
        )
    counts = np.bincount(truth.astype(np.int64), minlength=len(classes))
    if np.count_nonzero(counts) < 2:  # noqa: PLR2004 -- with one class there is nothing to tell apart
        raise _constant(role)
    if task == "binary" and counts.min() < MIN_CLASS_ROWS:
        raise _refusal(
            f"one of the two classes has {int(counts.min())} {role} rows",
            f"at least {MIN_CLASS_ROWS} of each class",
            "Hold out more rows, or rows from a longer time.",
        )


def inspect_predictions(sheet: Sheet, who: str) -> None:
    """Refuse answers that are missing, do not fit the rows, or are no numbers.

    Args:
        sheet: the truth and one model's answers; the truth was inspected.
        who: ``challenger`` or ``champion``.

    Raises:
        DataError: the first thing that is wrong.
    """
    told = sheet.predictions
    parts = {"label": told.label, "proba": told.proba, "value": told.value}
    needed = "value" if sheet.task == "regression" else "label"
    if parts[needed] is None:
        raise _wrong(who, f"gave no {needed}", f"a {needed} for every row")
    for name, part in parts.items():
        if part is not None and part.shape[0] != sheet.rows:
            raise _wrong(who, f"gave {part.shape[0]} {name}s for {sheet.rows} holdout rows", "one answer a row")
    if sheet.task == "regression":
        _finite(sheet.value, who, "predictions")
        return
    strange = int(np.count_nonzero((sheet.label < 0) | (sheet.label >= sheet.classes)))
    if strange:
        raise _wrong(who, f"gave {strange} labels that are no class of the target", "the classes seen in training")
    if sheet.has("proba"):
        _inspect_probabilities(sheet, who)


def _inspect_probabilities(sheet: Sheet, who: str) -> None:
    proba = sheet.proba
    if proba.ndim != 2 or proba.shape[1] != sheet.classes:  # noqa: PLR2004 -- rows by classes
        found = f"gave probabilities of shape {proba.shape}"
        raise _wrong(who, found, f"{sheet.rows} rows by {sheet.classes} classes")
    _finite(proba, who, "probabilities")
    outside = (proba < 0) | (proba > 1)
    if outside.any():
        count = int(np.count_nonzero(outside.any(axis=1)))
        raise _wrong(who, f"gave probabilities below 0 or above 1 in {count} rows", "0 to 1")
    off = int(np.count_nonzero(np.abs(proba.sum(axis=1) - 1) > PROBABILITY_TOLERANCE))
    if off:
        allowed = f"a sum of 1, give or take {PROBABILITY_TOLERANCE:g}"
        raise _wrong(who, f"gave probabilities that do not sum to 1 in {off} rows", allowed)


def inspect_ring(ring: Ring, challenger: Sheet, champion: Sheet | None) -> None:
    """Refuse a ring in which no fair bout can be fought.

    Raises:
        DataError: the first thing that is wrong.
    """
    if champion is not None:
        rows = challenger.predictions.rows, champion.predictions.rows
        if rows[0] != rows[1]:
            raise _refusal(
                f"the challenger answered {rows[0]} rows and the champion {rows[1]}",
                "the same rows for both",
                "Score both models again on the same holdout.",
            )
    inspect_truth(ring.task, ring.classes, ring.truth)
    _inspect_clusters(challenger)
    inspect_predictions(challenger, "challenger")
    if champion is not None:
        inspect_predictions(champion, "champion")
    _inspect_training(ring)
    for column in ring.slices:
        _inspect_slice(column, challenger.rows)


def _inspect_clusters(sheet: Sheet) -> None:
    if sheet.observations < MIN_ROWS:
        raise _refusal(
            f"the {sheet.rows} holdout rows are only {sheet.observations} independent observations",
            f"at least {MIN_ROWS}: rows of one `data.group` or `compare.block` count as one",
            "Hold out more groups or a longer time, or choose a shorter `compare.block`.",
        )


def _inspect_training(ring: Ring) -> None:
    truth = ring.train_truth
    bad = ~np.isfinite(truth) if ring.task == "regression" else (truth < 0) | (truth >= len(ring.classes))
    if truth.shape[0] == 0 or bad.any():
        raise _refusal(
            f"the training target has {truth.shape[0]} rows, {int(np.count_nonzero(bad))} of them without a usable "
            "value",
            "at least one row, and a value in each",
            "Leave rows without a target out of the data.",
        )


def _inspect_slice(column: SliceColumn, rows: int) -> None:
    if column.codes.shape[0] != rows:
        raise _refusal(
            f"slice column `{column.name}` has {column.codes.shape[0]} rows and the holdout {rows}",
            "the same rows",
            "Read the slice columns from the holdout that was scored.",
        )
    if len(column.groups) > MAX_SLICE_GROUPS:
        raise _refusal(
            f"slice column `{column.name}` has {len(column.groups)} groups",
            f"at most {MAX_SLICE_GROUPS}",
            "Slice by a coarser column, or take it out of compare.slices.",
            key="compare.slices",
        )
    if rows and int(column.codes.max()) >= len(column.groups):
        raise _refusal(
            f"slice column `{column.name}` has rows of a group that is not listed",
            f"codes below {len(column.groups)}",
            "Read the slice columns from the holdout that was scored.",
        )


def _finite(numbers: NDArray[np.float64], who: str, what: str) -> None:
    bad = ~np.isfinite(numbers)
    if bad.any():
        count = int(np.count_nonzero(bad if bad.ndim == 1 else bad.any(axis=1)))
        raise _wrong(
            who, f"gave {what} that are NaN or infinite in {count} of {numbers.shape[0]} rows", "finite numbers"
        )


def _wrong(who: str, found: str, allowed: str) -> DataError:
    fix = (
        "Mend the training code: look at how its pipeline treats missing values and unseen categories."
        if who == "challenger"
        else "Check the champion with `modelbout registry doctor`; if it cannot be scored any more, roll back."
    )
    return _refusal(f"the {who} {found}", allowed, fix)


def _constant(role: str) -> DataError:
    return _refusal(
        f"the target has only one value in the {role}",
        "at least two different values",
        "Hold out more rows, or rows from a longer time; check that `data.target` names the right column.",
    )


def _refusal(found: str, allowed: str, fix: str, *, key: str | None = None) -> DataError:
    return DataError(Problem(found=found, allowed=allowed, fix=fix, place=Place(key=key)))
