from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from modelbout.bout.ring import Corner, Ring
from modelbout.bout.sheet import Sheet
from modelbout.config.compare import Compare
from modelbout.predictions import Predictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelbout.bout.ring import SliceColumn
    from modelbout.manifest import Task


def draw_sheet(  # noqa: PLR0917 -- a test names the few that it cares about
    task: Task,
    rows: int = 300,
    world: int = 0,
    model: int = 1,
    noise: float = 0.5,
    decimals: int | None = None,
    classes: int = 3,
    shift: float = 0.0,
    lowest: float | None = None,
) -> Sheet:
    """Draw the truth of a world and what a model with some noise of its own says of it."""
    truth_draws, own = np.random.default_rng([world, rows]), np.random.default_rng([model, rows, 7])
    if task == "regression":
        signal = truth_draws.normal(5, 2, rows)
        truth = signal + truth_draws.normal(0, 1, rows)
        said = _rounded(signal + own.normal(shift, noise, rows), decimals)
        if lowest is not None:
            truth, said = np.maximum(truth, lowest), np.maximum(said, lowest)
        return Sheet(task, 0, None, truth, Predictions(value=said))
    columns = 2 if task == "binary" else classes
    signal = truth_draws.normal(0, 1.5, (rows, columns)) + np.linspace(0.8, 0, columns)
    codes = np.argmax(signal + truth_draws.gumbel(size=signal.shape), axis=1).astype(np.int64)
    odds = np.exp(signal + own.normal(0, noise, signal.shape) + np.eye(columns)[0] * shift)
    proba = odds / odds.sum(axis=1, keepdims=True)
    if decimals is not None:
        proba = _rounded(proba, decimals)
        proba[:, -1] = 1 - proba[:, :-1].sum(axis=1)
        proba = np.clip(proba, 0, 1)
        proba /= proba.sum(axis=1, keepdims=True)
    label = proba.argmax(axis=1).astype(np.int64)
    return Sheet(task, columns, 1 if task == "binary" else None, codes, Predictions(label=label, proba=proba))


def _rounded(numbers: NDArray[np.float64], decimals: int | None) -> NDArray[np.float64]:
    return numbers if decimals is None else np.round(numbers, decimals)


def make_ring(
    challenger: Sheet,
    champion: Sheet | None,
    compare: Compare | None = None,
    slices: tuple[SliceColumn, ...] = (),
    *,
    seconds: tuple[NDArray[np.float64] | None, NDArray[np.float64] | None] = (None, None),
    artifact_bytes: int = 1_000_000,
) -> Ring:
    """Put two sheets in a ring."""
    return Ring(
        task=challenger.task,
        classes=tuple(f"class {code}" for code in range(challenger.classes)),
        positive=challenger.positive,
        truth=challenger.truth,
        challenger=Corner(challenger.predictions, artifact_bytes, seconds[0]),
        champion=None if champion is None else Corner(champion.predictions, artifact_bytes, seconds[1]),
        train_truth=challenger.truth,
        slices=slices,
        compare=compare or Compare(),
        seed=3,
    )


@pytest.fixture
def draw() -> Callable[..., Sheet]:
    return draw_sheet


@pytest.fixture
def ring_of() -> Callable[..., Ring]:
    return make_ring
