"""Whether a converted model still answers as the estimator that it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .findings import Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

TOLERANCE = 1e-5  # ours: single precision keeps 7 digits, of which a sum over a hundred trees loses one or two
# Ours: a number that single precision rounds across a tree's threshold takes another leaf, in one row or another.
FEW = 1_000
WAYS_OUT = "take `train.format` out, which keeps the estimator as it is; or use other steps, and try again"


def require_parity(then: Mapping[str, NDArray[Any]], now: Mapping[str, NDArray[Any]], kind: str) -> None:
    """Refuse a model file that says other labels, or other numbers in more than 1 row, or 1 row of ``FEW``.

    A label may differ only where the two likeliest classes are equally likely within ``TOLERANCE``.
    """
    flips = flipped(then, now)
    rows = len(next(iter(then.values())))
    allowed = "the same labels, and the same numbers but for rounding"
    if flips:
        found = f"as {kind} the model gives another label in {flips:,} of {rows:,} rows than the estimator"
        raise Stop(found, allowed=allowed, fix=WAYS_OUT)
    for part in ("proba", "value"):
        if part not in then:
            continue
        if part not in now:
            raise Stop(f"as {kind} the model has no probabilities any more", allowed=allowed, fix=WAYS_OUT)
        close = np.isclose(now[part], then[part], rtol=TOLERANCE, atol=TOLERANCE).reshape(rows, -1).all(axis=1)
        wrong = int((~close).sum())
        if wrong > max(1, rows // FEW):
            found = f"as {kind} the model gives other numbers in {wrong:,} of {rows:,} rows than the estimator"
            raise Stop(found, allowed=allowed, fix=WAYS_OUT)


def flipped(then: Mapping[str, NDArray[Any]], now: Mapping[str, NDArray[Any]]) -> int:
    """Return in how many rows the label is another one, ties left out."""
    if "label" not in then:
        return 0
    other = np.asarray(then["label"] != now["label"])
    if "proba" in then and then["proba"].shape[1] > 1:
        best = np.sort(then["proba"], axis=1)
        other &= best[:, -1] - best[:, -2] > TOLERANCE
    return int(other.sum())
