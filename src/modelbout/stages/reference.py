"""The reference profile of a bundle: the training rows, the label, and what the model answered and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from modelbout.data.profile import profile, weighed
from modelbout.training.importance import importances
from modelbout.training.signature import class_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.manifest import Signature
    from modelbout.predictions import Predictions
    from modelbout.profile import Profile

MOST_SCORES = 20  # classes whose probabilities are profiled, each as one more column


def reference(
    train: pl.DataFrame,
    shape: Signature,
    *,
    slices: Sequence[str],
    on_holdout: Predictions,
    on_dealt: Predictions | None,
) -> Profile:
    """Return the profile that a bundle carries.

    Args:
        train: the training rows.
        shape: the model's signature.
        slices: the columns whose groups are counted.
        on_holdout: what the model answered on the holdout of its day.
        on_dealt: what it answered on the rows of ``dealt_anew``, None when it did not.
    """
    found = profile(
        train,
        slices=slice_texts(train, slices),
        label=label_of(train, shape),
        scores=scores_of(on_holdout, shape),
    )
    if on_dealt is None:
        return found
    return weighed(found, importances(on_dealt, tuple(feature.name for feature in shape.inputs)))


def slice_texts(frame: pl.DataFrame, names: Sequence[str]) -> list[pl.Series]:
    """Return slice columns as text, null where there is no value."""
    return [class_texts(frame[name]) for name in names]


def label_of(frame: pl.DataFrame, shape: Signature) -> pl.Series:
    """Return the target: classes as text, or numbers."""
    return class_texts(frame[shape.target]) if shape.classes else frame[shape.target]


def scores_of(answers: Predictions, shape: Signature) -> list[pl.Series]:
    """Return a model's answers as columns: the probability of the positive class or of each class, or the value.

    A model without probabilities has its labels as one column of text.
    """
    if answers.value is not None:
        return [pl.Series("value", answers.value)]
    if answers.proba is None:
        codes = [] if answers.label is None else answers.label.tolist()
        return [pl.Series("label", [shape.classes[code] for code in codes], dtype=pl.String)]
    wanted = [shape.positive] if shape.positive is not None else shape.classes[:MOST_SCORES]
    return [pl.Series(f"P({name})", answers.proba[:, shape.classes.index(name)]) for name in wanted]
