"""From tables and bundles to the arrays that the bout knows: truth, classes, slices, aligned predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelbout.bout.ring import SliceColumn
from modelbout.errors import DataError, Place, Problem
from modelbout.predictions import Predictions
from modelbout.training.signature import class_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.manifest import Signature, Task

LEAST_SHARED = 2  # with fewer there is nothing that both could tell apart
MISSING_GROUP = "(missing)"


def all_classes(signatures: Sequence[Signature]) -> tuple[str, ...]:
    """Return the classes that any of the models knows, sorted; the challenger's signature comes first.

    A model that speaks of other classes is wrong with every answer, and anything would win against it. That happens
    when the target's values are written otherwise than on the day of its training, such as 1 for ``yes``. Classes that
    came or went are fine while two are left that both know.

    Raises:
        DataError: the challenger and another model have too few classes in common.
    """
    mine, *others = (set(signature.classes) for signature in signatures)
    for theirs in others:
        if mine and len(mine & theirs) < LEAST_SHARED:
            raise DataError(
                Problem(
                    found=f"of the {len(mine)} classes of the target, a model to be met knows {len(mine & theirs)}",
                    allowed=f"at least {LEAST_SHARED} classes that both know",
                    fix="write the target's values as they were when the champion was trained; another question is "
                    "another model: give it a name of its own in `model`",
                    place=Place(key="data.target"),
                )
            )
    return tuple(sorted({name for signature in signatures for name in signature.classes}))


def aligned(answers: Predictions, own: tuple[str, ...], classes: tuple[str, ...]) -> Predictions:
    """Return one model's predictions on the classes of both; a class that it does not know has probability 0."""
    if own == classes or not own:
        return answers
    places = np.array([classes.index(name) for name in own])
    proba = None
    if answers.proba is not None:
        proba = np.zeros((answers.rows, len(classes)))
        proba[:, places] = answers.proba
    return Predictions(label=None if answers.label is None else places[answers.label], proba=proba)


def slice_columns(frame: pl.DataFrame, names: Sequence[str]) -> tuple[SliceColumn, ...]:
    """Return the columns whose groups are reported, with codes into their sorted group names."""
    columns = []
    for name in names:
        text = class_texts(frame[name]).fill_null(MISSING_GROUP)
        groups = tuple(sorted(text.unique().to_list()))
        codes = text.replace_strict({group: code for code, group in enumerate(groups)}, return_dtype=pl.Int64)
        columns.append(SliceColumn(name=name, codes=codes.to_numpy(), groups=groups))
    return tuple(columns)


def balance(column: pl.Series, task: Task) -> dict[str, int]:
    """Return the rows of each class, largest first; nothing for regression."""
    if task == "regression":
        return {}
    counts = class_texts(column).value_counts(sort=True)
    return dict(zip(counts.to_series(0).to_list(), counts.to_series(1).to_list(), strict=True))
