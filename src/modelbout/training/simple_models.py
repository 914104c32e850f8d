"""Models that anybody could have made from the training rows: a linear one, and a small tree of one column.

They are trained here, by our own scikit-learn, from plain arrays: none of the user's code runs.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys
from modelbout.predictions import Predictions
from modelbout.training.rows import features
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.manifest import Feature, Signature

MOST_ROWS: Final = 20_000  # a linear model of 100 columns is not known better from more; a few seconds at most
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
    columns = [encoded(rows[one.name], holdout[one.name], one) for one in signature.inputs]
    learn, ask = (np.column_stack([pair[side] for pair in columns]) for side in (0, 1))
    model = LogisticRegression(max_iter=ITERATIONS) if signature.classes else Ridge()
    pipeline = make_pipeline(StandardScaler(), model)
    note = f"A linear model of {learn.shape[1]} numbers from {len(signature.inputs)} inputs."
    return _answers(_fit(pipeline, learn, target, signature), ask, signature), note


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
    best, least = signature.inputs[0], np.inf
    for one in signature.inputs:
        learn, test = encoded(rows.filter(half)[one.name], rows.filter(~half)[one.name], one)
        tree = _fit(_tree(signature, int(half.sum())), learn, target[half], signature)
        loss = _loss(_answers(tree, test, signature), target[~half])
        if loss < least:
            best, least = one, loss
    learn, ask = encoded(rows[best.name], holdout[best.name], best)
    note = f"The best single column is {best.name}."
    return _answers(_fit(_tree(signature, target.size), learn, target, signature), ask, signature), note


def encoded(known: pl.Series, asked: pl.Series, feature: Feature) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one column as numbers, shapes (n, c) and (m, c): what is learned from, and what is asked.

    Numbers and dates: the value, the median where there is none, and a mark of that. Texts: a mark for each of the most
    frequent ones. What is learned of a column is learned from ``known`` alone.
    """
    if feature.type == "string":
        texts = [series.cast(pl.String) for series in (known, asked)]
        counted = texts[0].drop_nulls().value_counts(name="rows").sort("rows", known.name, descending=[True, False])
        frequent = counted.filter(pl.col("rows") >= FEWEST_ROWS)[known.name].head(MOST_CATEGORIES).to_list()
        marks = [[(series == text).fill_null(value=False).to_numpy() for text in frequent] for series in texts]
        missing = [series.is_null().to_numpy() for series in texts]
        one, other = (
            np.column_stack([*some, gone]).astype(np.float64) for some, gone in zip(marks, missing, strict=True)
        )
        return one, other
    learned, told = _numbers(known), _numbers(asked)
    there = learned[np.isfinite(learned)]
    middle = float(np.median(there)) if there.size else 0.0
    one, other = (
        np.column_stack([np.where(np.isfinite(part), part, middle), ~np.isfinite(part)]).astype(np.float64)
        for part in (learned, told)
    )
    return one, other


def _numbers(series: pl.Series) -> NDArray[np.float64]:
    if series.dtype.is_temporal():
        series = series.cast(pl.Datetime("us")).to_physical()
    return series.cast(pl.Float64).fill_null(np.nan).to_numpy().clip(-LARGEST, LARGEST)


def _training(
    train: pl.DataFrame, signature: Signature
) -> tuple[pl.DataFrame, NDArray[np.int64] | NDArray[np.float64]]:
    """Return the inputs and the target of at most ``MOST_ROWS`` rows, whatever their order the same ones."""
    names = [feature.name for feature in signature.inputs]
    some = train[np.argsort(row_keys(train, [*names, signature.target]), kind="stable")[:MOST_ROWS]]
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


def _answers(model: Any, ask: NDArray[np.float64], signature: Signature) -> Predictions:  # noqa: ANN401 -- as above
    if not signature.classes:
        return Predictions(value=np.asarray(model.predict(ask), dtype=np.float64))
    proba = np.zeros((len(ask), len(signature.classes)))
    proba[:, model.classes_] = model.predict_proba(ask)
    return Predictions(label=proba.argmax(axis=1).astype(np.int64), proba=proba)


def _loss(answers: Predictions, target: NDArray[Any]) -> float:
    if answers.value is not None:
        return float(np.square(answers.value - target).mean())
    assert answers.proba is not None  # noqa: S101 -- a tree of classes has probabilities
    right = np.take_along_axis(answers.proba, target.astype(np.int64)[:, None], axis=1)
    return float(-np.log(right.clip(min=SMALLEST)).mean())
