"""What moves a model's answers: permutation importance without labels.

Breiman, Random forests, Machine Learning 45, 2001, section 10, asks how much worse a model gets when one column's
values are dealt out anew. Ours asks how far its answers move: it needs no labels and says nothing of right or wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.predictions import Predictions

MOST_ROWS: Final = 2_000  # a mean of 2,000 changes is within 5 % of itself when they vary as much as they are large
FEWEST_ROWS: Final = 20  # fewer say nothing
MOST_ANSWERS: Final = 50_000  # for all features together: a second of most models
MOST_FEATURES: Final = 200  # more would leave fewer than 250 rows for each
_DIGITS: Final = 6


def dealt_anew(rows: pl.DataFrame) -> pl.DataFrame | None:
    """Return the rows to be answered: some of them, and once more for each column with its values dealt out anew.

    Each row gets the value of the next one in the order of their keys, which no column can tell from chance: so the
    same rows in any order give the same answers, without a seed.

    Args:
        rows: the model's inputs, one column each.

    Returns:
        (K + 1) blocks of equally many rows, the first as they are; None for more than ``MOST_FEATURES`` columns or
        fewer than ``FEWEST_ROWS`` rows.
    """
    if rows.width > MOST_FEATURES or rows.height < FEWEST_ROWS:
        return None
    most = min(MOST_ROWS, MOST_ANSWERS // (rows.width + 1))
    some = rows[np.argsort(row_keys(rows), kind="stable")[:most]]
    shifted = np.roll(np.arange(some.height), -1)
    return pl.concat([some, *(some.with_columns(some[name][shifted]) for name in some.columns)])


def importances(answers: Predictions, features: tuple[str, ...]) -> dict[str, float]:
    """Return each feature's share of what moves the answers; the shares sum to 1.

    A feature's part is the mean absolute change of the answer when its values are dealt out anew: of the probabilities
    (half the sum over the classes, which for two is the change of the positive one), of the label where the model has
    no probabilities, or of the value.

    Args:
        answers: of the model to the rows of ``dealt_anew``.
        features: the names of their columns.

    Returns:
        Nothing when no feature moves the answers.
    """
    blocks = _numbers(answers).reshape(len(features) + 1, -1, _width(answers))
    changed = np.abs(blocks[1:] - blocks[0])
    if answers.proba is not None:
        moved = changed.sum(axis=2).mean(axis=1) / 2
    elif answers.label is not None:
        moved = (changed[:, :, 0] > 0).mean(axis=1)
    else:
        moved = changed[:, :, 0].mean(axis=1)
    total = float(moved.sum())
    if not total > 0 or not np.isfinite(total):
        return {}
    return {name: round(float(part / total), _DIGITS) for name, part in zip(features, moved, strict=True)}


def _numbers(answers: Predictions) -> NDArray[np.float64]:
    parts = (answers.proba, answers.value, answers.label)
    return np.asarray(next(part for part in parts if part is not None), dtype=np.float64)


def _width(answers: Predictions) -> int:
    return 1 if answers.proba is None else answers.proba.shape[1]
