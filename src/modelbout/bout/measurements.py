"""What was measured of a model besides its answers: only what the configuration asks for is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from modelbout.manifest import Feature
    from modelbout.predictions import Predictions


@dataclass(frozen=True)
class Stability:
    """What became of hostile inputs.

    Attributes:
        asked: how many were asked, one kind of trouble in one column each.
        failed: those that raised or were not answered by ordinary numbers: the kind of trouble and the columns, empty
            for trouble in all columns at once.
    """

    asked: int
    failed: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def failures(self) -> int:
        """Return how many of those that were asked failed."""
        return sum(max(len(columns), 1) for _, columns in self.failed)


@dataclass(frozen=True)
class Parity:
    """Whether the same row gets the same answer in whatever form it is asked.

    Attributes:
        rows: how many rows were asked.
        alone: the largest difference when each row is asked alone; None when such a request failed.
        permuted: the largest difference when the columns stand in another order; None when that is refused, which
            nobody can overlook.
    """

    rows: int
    alone: float | None
    permuted: float | None


@dataclass(frozen=True)
class Behaviour:
    """How the answers kept one of ``compare.expectations``.

    Attributes:
        rows: how many holdout rows were asked.
        broken: how many of them break it.
        worst: by how much the worst of them does: a probability, or in the target's unit.
    """

    rows: int
    broken: int
    worst: float


@dataclass(frozen=True, eq=False)
class Measurements:
    """What is known of one model; None is what was not measured.

    Attributes:
        row_seconds: shape (b,), duration of requests of one row; the i-th ones of both models belong together.
        load_seconds: shape (b,), duration of loading the model file, taken in turns in the same way.
        peak_bytes: most memory that its process held while it loaded the model and answered a batch.
        stability: what became of hostile inputs.
        parity: rows alone against rows in a batch.
        refit_change: the largest change of an answer when it is trained a second time.
        train_seconds: how long its fit took.
        importances: each input's share of what moves the answers.
        inputs: what it is asked with.
        behaviours: how it kept each of ``compare.expectations``, in their order.
    """

    row_seconds: NDArray[np.float64] | None = None
    load_seconds: NDArray[np.float64] | None = None
    peak_bytes: int | None = None
    stability: Stability | None = None
    parity: Parity | None = None
    refit_change: float | None = None
    train_seconds: float | None = None
    importances: Mapping[str, float] | None = None
    inputs: tuple[Feature, ...] | None = None
    behaviours: tuple[Behaviour, ...] | None = None


NOT_MEASURED = Measurements()


@dataclass(frozen=True, eq=False)
class SimpleModel:
    """A model that anybody could have made from the training rows, and that a challenger should beat.

    Attributes:
        predictions: its answers for the holdout rows.
        note: what it is made of, for the reader.
    """

    predictions: Predictions
    note: str = ""
