"""Models that anybody could have made from the training rows: a linear one, and a small tree of one column.

They are trained here, by our own scikit-learn, from plain arrays: none of the user's code runs.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys
from modelbout.predictions import Predictions
from modelbout.training.rows import features
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from modelbout.manifest import Feature, Signature

Coding: TypeAlias = "Callable[[pl.Series], NDArray[np.float64]]"

MOST_ROWS: Final = 20_000  # a linear model of 100 columns is not known better from more; a few seconds at most
MOST_CELLS: Final = 2_000_000  # of the training rows: 32 MB as numbers, 340 MB if all columns were texts
BLOCK_ROWS: Final = 20_000  # of the holdout, asked at once
MOST_CATEGORIES: Final = 20  # the most frequent texts of a column
FEWEST_ROWS: Final = 10  # that share a text for it to be one of them
LEAVES: Final = 8
LEAF_ROWS: Final = 20  # fewer in a leaf are chance
LEAF_SHARE: Final = 0.01
ITERATIONS: Final = 200  # of the logistic regression; a baseline that has not converged is still one
SEED: Final = 0
LARGEST: Final = 1e100  # whose square is a float64 still
SMALLEST: Final = 1e-3  # of a probability: a leaf of 20 rows that never saw a class does not make its column the worst


def linear_model(train: pl.DataFrame, holdout: pl.DataFrame, signature: Signature) -> tuple[Predictions, str]:
    """Return the answers of a logistic or ridge regression to the holdout, and what it is made of.

    Args:
        train: inputs and target; at most ``MOST_ROWS`` rows of it are used.
        holdout: inputs.
        signature: what is asked and predicted.
    """
    from sklearn.linear_model import LogisticRegression, Ridge  # noqa: PLC0415 -- a second to load, for this alone
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 -- as above
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 -- as above

    rows, target = _training(train, signature)
    codings = {one.name: coding(rows[one.name], one) for one in signature.inputs}
    learn = _coded(rows, codings)
    model = LogisticRegression(max_iter=ITERATIONS) if signature.classes else Ridge()
    fitted = _fit(make_pipeline(StandardScaler(), model), learn, target, signature)
    note = f"A linear model of {learn.shape[1]} numbers from {len(signature.inputs)} inputs."
    return _answers(fitted, holdout, codings, signature), note


def single_column(train: pl.DataFrame, holdout: pl.DataFrame, signature: Signature) -> tuple[Predictions, str]:
    """Return the answers of a small tree of the best single input to the holdout, and which input it is.

    Half of the training rows train a tree for each input, the other half say which is best, by the log loss or the
    squared error. The tree of the best is then trained on both.

    Args:
        train: inputs and target; at most ``MOST_ROWS`` rows of it are used.
        holdout: inputs.
        signature: what is asked and predicted.
    """
    rows, target = _training(train, signature)
    half = np.arange(target.size) % 2 == 0
    one_half, other_half = rows.filter(half), rows.filter(~half)
    best, least = signature.inputs[0], np.inf
    for one in signature.inputs:
        codings = {one.name: coding(one_half[one.name], one)}
        tree = _fit(_tree(signature, one_half.height), _coded(one_half, codings), target[half], signature)
        loss = _loss(_answers(tree, other_half, codings, signature), target[~half])
        if loss < least:
            best, least = one, loss
    codings = {best.name: coding(rows[best.name], best)}
    tree = _fit(_tree(signature, rows.height), _coded(rows, codings), target, signature)
    return _answers(tree, holdout, codings, signature), f"The best single column is {best.name}."


def coding(known: pl.Series, feature: Feature) -> Coding:
    """Return what makes numbers of a column, shape (n, c) for n values, by what is known of it.

    Numbers and dates: the value, the median where there is none, and a mark of that. Texts: a mark for each of the most
    frequent ones, and one for a blank.
    """
    if feature.type == "string":
        texts = known.cast(pl.String).drop_nulls()
        counted = texts.value_counts(name="rows").sort("rows", known.name, descending=[True, False])
        frequent = counted.filter(pl.col("rows") >= FEWEST_ROWS)[known.name].head(MOST_CATEGORIES).to_list()
        return partial(_marks, frequent)
    learned = _numbers(known)
    there = learned[np.isfinite(learned)]
    return partial(_filled, float(np.median(there)) if there.size else 0.0)


def _marks(frequent: Sequence[str], asked: pl.Series) -> NDArray[np.float64]:
    texts = asked.cast(pl.String)
    marks = [(texts == text).fill_null(value=False).to_numpy() for text in frequent]
    return np.column_stack([*marks, texts.is_null().to_numpy()]).astype(np.float64)


def _filled(middle: float, asked: pl.Series) -> NDArray[np.float64]:
    told = _numbers(asked)
    there = np.isfinite(told)
    return np.column_stack([np.where(there, told, middle), ~there]).astype(np.float64)


def _coded(frame: pl.DataFrame, codings: Mapping[str, Coding]) -> NDArray[np.float64]:
    return np.column_stack([code(frame[name]) for name, code in codings.items()])


def _numbers(series: pl.Series) -> NDArray[np.float64]:
    if series.dtype.is_temporal():
        series = series.cast(pl.Datetime("us")).to_physical()
    return series.cast(pl.Float64).fill_null(np.nan).to_numpy().clip(-LARGEST, LARGEST)


def _training(
    train: pl.DataFrame, signature: Signature
) -> tuple[pl.DataFrame, NDArray[np.int64] | NDArray[np.float64]]:
    """Return the inputs and the target of at most ``MOST_ROWS`` rows, whatever their order the same ones."""
    names = [feature.name for feature in signature.inputs]
    most = min(MOST_ROWS, max(MOST_CELLS // len(names), 1))
    some = train[np.argsort(row_keys(train, [*names, signature.target]), kind="stable")[:most]]
    return features(some, signature), truth(some, signature)


def _tree(signature: Signature, rows: int) -> Any:  # noqa: ANN401 -- scikit-learn has no types
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # noqa: PLC0415 -- a second to load, for this alone

    kind = DecisionTreeClassifier if signature.classes else DecisionTreeRegressor
    least = max(min(LEAF_ROWS, rows // LEAVES), int(LEAF_SHARE * rows), 1)
    return kind(max_leaf_nodes=LEAVES, min_samples_leaf=least, random_state=SEED)


def _fit(model: Any, learn: NDArray[np.float64], target: NDArray[Any], signature: Signature) -> Any:  # noqa: ANN401 -- scikit-learn has no types
    from sklearn.dummy import DummyClassifier  # noqa: PLC0415 -- a second to load, for this alone

    if signature.classes and np.unique(target).size == 1:
        model = DummyClassifier()  # of the rows that were chosen, all have the same answer
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        return model.fit(learn, target)


def _answers(
    model: Any,  # noqa: ANN401 -- as above
    frame: pl.DataFrame,
    codings: Mapping[str, Coding],
    signature: Signature,
) -> Predictions:
    """Return the model's answers to the rows, asked in blocks: numbers of all of a large table would not fit."""
    blocks = (_coded(block, codings) for block in frame.select(*codings).iter_slices(BLOCK_ROWS))
    if not signature.classes:
        return Predictions(value=np.concatenate([np.asarray(model.predict(ask), dtype=np.float64) for ask in blocks]))
    proba = np.zeros((frame.height, len(signature.classes)))
    proba[:, model.classes_] = np.concatenate([model.predict_proba(ask) for ask in blocks])
    return Predictions(label=proba.argmax(axis=1).astype(np.int64), proba=proba)


def _loss(answers: Predictions, target: NDArray[Any]) -> float:
    if answers.value is not None:
        return float(np.square(answers.value - target).mean())
    assert answers.proba is not None  # noqa: S101 -- a tree of classes has probabilities
    right = np.take_along_axis(answers.proba, target.astype(np.int64)[:, None], axis=1)
    return float(-np.log(right.clip(min=SMALLEST)).mean())
