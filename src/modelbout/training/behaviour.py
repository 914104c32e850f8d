"""Questions that show how a model behaves: one input is changed, and the answer must follow, or must not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys
from modelbout.errors import ConfigError, DataError, Place, Problem
from modelbout.training.golden import ABSOLUTE_TOLERANCE, RELATIVE_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from modelbout.config.compare import Expectation
    from modelbout.manifest import Signature
    from modelbout.predictions import Predictions

MOST_ROWS: Final = 500  # what 1 % of all rows break shows in 99 of 100 such samples
STEPS: Final = 9  # from the smallest to the largest value by eighths of the rows
DEALS: Final = 5  # values of so many other rows
FEWEST: Final = 2  # rows for values to be dealt out, values for a larger one
ORDERED: Final = ("integer", "number", "boolean", "date", "datetime")


@dataclass(frozen=True, eq=False)
class Question:
    """Rows to be asked, in blocks: the same rows again and again, each time with other values.

    Attributes:
        expectation: what is expected.
        frame: ``blocks`` times as many rows, block after block.
        blocks: rising values of the column; or the rows as they are, then with the values of other rows.
    """

    expectation: Expectation
    frame: pl.DataFrame
    blocks: int


@dataclass(frozen=True)
class Conduct:
    """How the answers kept an expectation: ``broken`` of ``rows`` did not, the worst of them by ``worst``."""

    rows: int
    broken: int
    worst: float


def some_rows(inputs: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return at most so many rows, chosen by their content: whatever their order, the same ones."""
    return inputs[np.argsort(row_keys(inputs), kind="stable")[:most]]


def require_inputs(expectations: Sequence[Expectation], signature: Signature) -> None:
    """Refuse expectations of columns that are no inputs, or that have no order.

    Raises:
        ConfigError: naming the keys of all of them.
    """
    problems = list(_strangers(expectations, signature))
    if problems:
        raise ConfigError(*problems)


def _strangers(expectations: Sequence[Expectation], signature: Signature) -> Iterator[Problem]:
    types = {feature.name: feature.type for feature in signature.inputs}
    for index, one in enumerate(expectations):
        key = f"compare.expectations[{index}]"
        named = [(name, f"{key}.invariant[{number}]") for number, name in enumerate(one.invariant)]
        ordered = [(name, f"{key}.{kind}") for kind, name in (("rising", one.rising), ("falling", one.falling)) if name]
        for name, place in (*named, *ordered):
            if name not in types:
                yield Problem(
                    found=f"{name!r} is no input of the challenger: the answers cannot depend on it",
                    allowed="one of its inputs",
                    fix="remove the expectation, or make the column an input",
                    place=Place(key=place),
                )
        for name, place in ordered:
            if types.get(name, "number") not in ORDERED:
                yield Problem(
                    found=f"the column {name!r} is of type {types[name]}, which has no larger and smaller",
                    allowed="numbers, booleans, dates and times",
                    fix="ask with `invariant`, or turn the column into numbers",
                    place=Place(key=place),
                )


def question(inputs: pl.DataFrame, expectation: Expectation, *, key: str) -> Question:
    """Return what is asked for one expectation.

    Args:
        inputs: the model's inputs, holdout rows.
        expectation: its columns are among the inputs.
        key: of the expectation, for messages.

    Raises:
        DataError: the column has one value only, or there is one row only.
    """
    some = some_rows(inputs, MOST_ROWS)
    column = expectation.rising or expectation.falling
    if column is None:
        if some.height < FEWEST:
            raise _too_few("the holdout has one row: its values cannot be dealt out anew", key)
        names = list(expectation.invariant)
        places = np.arange(some.height)
        deals = [
            some.with_columns(some.select(names)[np.roll(places, -shift)])
            for shift in range(1, min(DEALS, some.height - 1) + 1)
        ]
        return Question(expectation, pl.concat([some, *deals]), len(deals) + 1)
    steps = _steps(inputs[column])
    if steps.len() < FEWEST:
        raise _too_few(f"the holdout's {column!r} has one value only: there is no larger one to ask about", key)
    blocks = [some.with_columns(steps.new_from_index(step, some.height).alias(column)) for step in range(steps.len())]
    return Question(expectation, pl.concat(blocks), len(blocks))


def _steps(series: pl.Series) -> pl.Series:
    known = series.drop_nulls()
    known = (known.filter(known.is_finite()) if known.dtype.is_float() else known).sort()
    if not known.len():
        return known
    places = np.unique(np.linspace(0, known.len() - 1, STEPS).round().astype(np.int64))
    return known.gather(places).unique(maintain_order=True)


def conduct(asked: Question, answers: Predictions, positive: int | None) -> Conduct:
    """Return how the answers kept the expectation.

    Args:
        asked: the question.
        answers: to its rows, in their order.
        positive: the index of the positive class, binary only.
    """
    one = asked.expectation
    if one.invariant:
        told = _parts(answers)
        told = told.reshape(asked.blocks, -1, told.shape[1])
        size = np.abs(told).max(axis=(0, 2))
        worst = np.abs(told[1:] - told[0]).max(axis=(0, 2))
    else:
        told = _height(answers, positive).reshape(asked.blocks, -1) * (1 if one.falling is None else -1)
        size = np.abs(told).max(axis=0)
        worst = (np.maximum.accumulate(told, axis=0) - told).max(axis=0)
    broken = worst > one.tolerance + ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * size
    return Conduct(rows=int(worst.size), broken=int(broken.sum()), worst=float(worst[broken].max(initial=0.0)))


def _height(answers: Predictions, positive: int | None) -> NDArray[np.float64]:
    """Return one number for each answer, which is larger for a higher answer."""
    if answers.value is not None:
        return answers.value
    if answers.proba is not None:
        return answers.proba[:, positive].ravel()
    return np.asarray(answers.label == positive, dtype=np.float64)


def _parts(answers: Predictions) -> NDArray[np.float64]:
    """Return the answers as numbers, shape (n, width): another label is a change of 1."""
    if answers.value is not None:
        return answers.value[:, None]
    if answers.proba is not None:
        return answers.proba
    label = np.asarray(answers.label)
    return np.asarray(label[:, None] == np.unique(label), dtype=np.float64)


def _too_few(found: str, key: str) -> DataError:
    return DataError(
        Problem(
            found=found,
            allowed="at least two different values among the holdout rows",
            fix="hold out more rows, or take the expectation out",
            place=Place(key=key),
        )
    )
