"""Where a bout is fought: the holdout's truth, two corners, and how they are to be judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.bout.terms import NO_TERMS, Terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from modelbout.config.compare import Compare
    from modelbout.manifest import Task
    from modelbout.predictions import Predictions


@dataclass(frozen=True, eq=False)
class SliceColumn:
    """A column whose groups are reported one by one.

    Attributes:
        name: the column's name.
        codes: shape (n,), int64, index into ``groups`` for each holdout row; negative for a row of no group.
        groups: the groups' names.
    """

    name: str
    codes: NDArray[np.int64]
    groups: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Corner:
    """One model in the ring.

    Attributes:
        predictions: its answers for the n holdout rows.
        artifact_bytes: length of the model's files.
        seconds: shape (b,), duration of each scored batch, interleaved with the other corner's so that the i-th
            batches of both belong together; None when nothing was timed.
    """

    predictions: Predictions
    artifact_bytes: int
    seconds: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Ring:
    """All that a verdict follows from.

    Attributes:
        task: what is predicted.
        classes: the target's values as text, empty for regression.
        positive: index of the positive class, binary only.
        truth: shape (n,), int64 codes into ``classes``, or float64 for regression.
        challenger: the model that wants the title.
        champion: the model that holds it, None when nobody does.
        train_truth: shape (t,), the training rows' target, like ``truth``: the dummy baseline learns from it.
        slices: columns whose groups are reported one by one.
        compare: primary metric, guardrails, margins, confidence.
        seed: starts every random draw.
        clusters: shape (n,), int64, which rows belong together (a customer, a day); None when each stands alone.
        terms: what some metrics must be told besides the answers.
    """

    task: Task
    classes: tuple[str, ...]
    positive: int | None
    truth: NDArray[np.int64] | NDArray[np.float64]
    challenger: Corner
    champion: Corner | None
    train_truth: NDArray[np.int64] | NDArray[np.float64]
    slices: tuple[SliceColumn, ...]
    compare: Compare
    seed: int
    clusters: NDArray[np.int64] | None = None
    terms: Terms = NO_TERMS
