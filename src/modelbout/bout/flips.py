"""Negative flips: rows that the champion had right and the challenger has wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.bout.guardrail import unmeasured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from modelbout.bout.guardrail import Match


def flipped(match: Match, name: str) -> NDArray[np.bool_]:
    """Return which rows are negative flips, shape (n,) (Yan et al. 2021, Positive-congruent training).

    Raises:
        DataError: one of the two gave no labels.
    """
    challenger, champion = match.challenger, match.champion
    if champion is None or not (challenger.has("label") and champion.has("label")):
        raise unmeasured(name, "one of the models gave no labels", "labels from both models")
    flips: NDArray[np.bool_] = (champion.label == champion.codes) & (challenger.label != challenger.codes)
    return flips
