"""What a bundle remembers of its holdout: the model's answers of that day, by the content of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from modelbout.data.digests import row_keys
from modelbout.errors import BundleError, TrainingError
from modelbout.predictions import Predictions
from modelbout.training.answers import checked
from modelbout.training.bundle import predictions_of
from modelbout.training.golden import otherwise

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.manifest import Signature

UNKNOWN = -1
KEY = "predictions.npz"


@dataclass(frozen=True, eq=False)
class Recorded:
    """Answers that were given before.

    Attributes:
        keys: shape (m,), sorted, each once.
        answers: m rows, one answer for each key.
    """

    keys: NDArray[np.uint64]
    answers: Predictions

    def places(self, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
        """Return where each row's answer stands, shape (n,) for n keys; ``UNKNOWN`` where there is none."""
        if not self.keys.size:
            return np.full(keys.shape, UNKNOWN, dtype=np.intp)
        found = np.searchsorted(self.keys, keys).clip(max=self.keys.size - 1)
        return np.where(self.keys[found] == keys, found, UNKNOWN)


def recorded(bundle: Path, signature: Signature, asked: NDArray[np.uint64]) -> Recorded:
    """Return what a sealed bundle remembers of the keys that are asked for; nothing when its record cannot be used.

    A row's key is 64 bits over the names and values of the model's inputs, so equal inputs are one row. Where such a
    row was given different answers, as by a model that draws lots, the record does not know it. Keys that are equal by
    chance: below 1 in 10 million for a million rows on either side.
    """
    try:
        keys, whole = predictions_of(bundle)
        mine = np.isin(keys, asked)
        keys, given = keys[mine], whole.at(mine)
        parts = {"label": given.label, "proba": given.proba, "value": given.value}
        present = {name: part for name, part in parts.items() if part is not None}
        answers = checked(present, signature, rows=keys.size, key=KEY)
    except (BundleError, TrainingError):
        # The seal was checked, so this is what was written: a record that does not fit is none.
        return Recorded(np.empty(0, dtype=np.uint64), Predictions())
    known, first, which = np.unique(keys, return_index=True, return_inverse=True)
    torn = otherwise(answers.at(first[which]), answers)
    sure = np.ones(known.size, dtype=bool)
    sure[which[torn]] = False
    return Recorded(known[sure], answers.at(first[sure]))


def keys_of(rows: pl.DataFrame, signature: Signature) -> NDArray[np.uint64]:
    """Return the rows' keys as the record has them, shape (n,).

    Raises:
        DataError: an input has a type that no table may have.
    """
    return row_keys(rows, [feature.name for feature in signature.inputs])
