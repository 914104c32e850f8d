"""Does the answer leak into the inputs, or do training rows lie in the holdout?

Every question is put to whole arrays: ranks, group rates worked out on other rows than those they are tried on,
and for pairs the closed form from the correlation matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.digests import row_keys
from modelbout.data.separation import class_strength, number_strength, ranked
from modelbout.data.straightline import leaking_pairs
from modelbout.results import Leak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelbout.errors import Level
    from modelbout.manifest import Task

LEAK_STRENGTH: Final = 0.995  # bike rentals: `registered` alone explains .945 of `cnt` and is no leak of its own
MOST_ROWS: Final = 100_000  # rows that are looked at: the standard error of an AUC of .995 is then about .0003
MOST_PAIR_COLUMNS: Final = 300  # 45,000 pairs: a correlation matrix of this size takes about a second
MOST_PAIRS_TOLD: Final = 10  # a reader mends the first ones and runs again
FEWEST_ROWS: Final = 50  # below, a column without any meaning reaches .995 too easily
FEWEST_OF_CLASS: Final = 10  # a class with fewer rows says nothing about a column
SURE_OF_CLASS: Final = (
    50  # with 10 to 30 rows an honest column of AUC .97 reaches .995 in 1 to 10 % of tables (simulated)
)
TWIN_SIGMAS: Final = 4.0  # two-proportion z: one false alarm in 30,000 bouts


def shared_rows(train: pl.DataFrame, holdout: pl.DataFrame, *, id: str | None) -> tuple[Leak, ...]:  # noqa: A002 -- the config's word
    """Return how training rows got into the holdout, as one leak for ids and one for equal contents.

    An id on both sides is an error. Rows that are equal in everything but the id are natural in tables with few
    different values: they are an error only without an id and when the holdout has significantly more twins in
    the training rows than these have among themselves (two-proportion z test), else a warning. With an id, only
    such an excess is told, as a warning.
    """
    if not train.height or not holdout.height:
        return ()
    leaks = []
    if id is not None and id in train.columns and id in holdout.columns:
        known = row_keys(train.filter(pl.col(id).is_not_null()), [id])
        asked = holdout.filter(pl.col(id).is_not_null())
        shared = int(np.isin(row_keys(asked, [id]), known).sum())
        if shared:
            leaks.append(
                _shared((id,), "error", shared, holdout.height, "have an id that is also among the training rows")
            )
    columns = [name for name in train.columns if name in holdout.columns and name != id]
    twins = _twins(row_keys(train, columns), row_keys(holdout, columns)) if columns else None
    if twins is not None:
        count, excess = twins
        if excess or id is None:
            level: Level = "error" if excess and id is None else "warn"
            leaks.append(_shared((), level, count, holdout.height, "are equal to a training row in every column"))
    return tuple(leaks)


def _shared(columns: tuple[str, ...], level: Level, count: int, rows: int, what: str) -> Leak:
    message = f"{count:,} of {rows:,} holdout rows {what}"
    return Leak(kind="shared rows", columns=columns, level=level, strength=count / rows, message=message)


def _twins(train: NDArray[np.uint64], holdout: NDArray[np.uint64]) -> tuple[int, bool] | None:
    unique, counts = np.unique(train, return_counts=True)
    count = int(np.isin(holdout, unique).sum())
    if not count:
        return None
    inside = int(counts[counts > 1].sum())
    share, natural = count / holdout.size, inside / train.size
    pooled = (count + inside) / (holdout.size + train.size)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / holdout.size + 1 / train.size))
    return count, bool(share - natural > TWIN_SIGMAS * spread)


def target_leaks(
    train: pl.DataFrame, features: Sequence[str], target: str, task: Task, positive: str | None
) -> tuple[Leak, ...]:
    """Return the features that alone give the target away, and for regression the pairs that do together.

    Classification: the area under the ROC curve of one feature by its rank, or by class rates of its values (or
    hundredths) that were worked out on other rows; for several classes the worst of them counts. Below
    ``SURE_OF_CLASS`` rows of a class this may be chance, so it is a warning only. Regression: R2 of
    a straight line through the values or their ranks, or of group means from other rows; for pairs of numeric
    features R2 of the plane. All from ``LEAK_STRENGTH`` on, measured on at most ``MOST_ROWS`` rows.

    Args:
        train: the training rows, target included.
        features: the model's inputs.
        target: the column to predict.
        task: what kind of target it is.
        positive: the positive class as text (binary); None takes either, which measures the same.
    """
    rows = _usable(train.select(*dict.fromkeys((*features, target))), target, task)
    if rows.height < FEWEST_ROWS:
        return ()
    if task == "regression":
        return _regression(rows, features, target)
    return _classification(rows, features, target, positive if task == "binary" else None)


def _usable(rows: pl.DataFrame, target: str, task: Task) -> pl.DataFrame:
    answer = pl.col(target).cast(pl.Float64).is_finite() if task == "regression" else pl.col(target).is_not_null()
    rows = rows.filter(answer)
    if rows.height <= MOST_ROWS:
        return rows
    # Drawn, not every k-th: hourly data would show the same hours only.
    chosen = np.random.default_rng(0).choice(rows.height, MOST_ROWS, replace=False)
    return rows[np.sort(chosen)]


def _classification(rows: pl.DataFrame, features: Sequence[str], target: str, positive: str | None) -> tuple[Leak, ...]:
    answers = rows.get_column(target).cast(pl.String)
    counts = answers.rename("class").value_counts().sort(["count", "class"], descending=[True, False])
    enough = pl.col("count").is_between(FEWEST_OF_CLASS, rows.height - FEWEST_OF_CLASS)
    classes = counts.filter(enough).get_column("class").to_list()
    if not classes:
        return ()
    if positive in classes:
        classes = [positive]
    elif answers.n_unique() == 2:  # noqa: PLR2004 -- either of two classes measures the same
        classes = classes[:1]
    is_class = [(answers == name).to_numpy() for name in classes]
    smallest = min(min(int(member.sum()), int((~member).sum())) for member in is_class)
    level: Level = "error" if smallest >= SURE_OF_CLASS else "warn"
    leaks = []
    for name in features:
        strength = class_strength(rows.get_column(name), is_class, enough=LEAK_STRENGTH)
        if strength >= LEAK_STRENGTH:
            leaks.append(_alone(name, target, strength, "area under the ROC curve", level))
    return tuple(leaks)


def _regression(rows: pl.DataFrame, features: Sequence[str], target: str) -> tuple[Leak, ...]:
    answers = rows.get_column(target).cast(pl.Float64).to_numpy()
    if np.ptp(answers) == 0:
        return ()
    leaks = []
    ranks = ranked(answers)
    for name in features:
        strength = number_strength(rows.get_column(name), answers, ranks)
        if strength >= LEAK_STRENGTH:
            leaks.append(_alone(name, target, strength, "R2", "error"))
    alone = {leak.columns[0] for leak in leaks}
    numeric = [name for name in features if name not in alone and _is_numeric(rows.schema[name])]
    pairs = leaking_pairs(rows.select(numeric), answers, least=LEAK_STRENGTH, most_columns=MOST_PAIR_COLUMNS)
    leaks += [_together(pair, target, strength) for pair, strength in pairs[:MOST_PAIRS_TOLD]]
    return tuple(leaks)


def _is_numeric(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype == pl.Boolean


def _alone(name: str, target: str, strength: float, measure: str, level: Level) -> Leak:
    message = f"`{name}` alone gives `{target}` away ({measure} {strength:.4f}): is it known before the answer is?"
    if level == "warn":
        message += f" With fewer than {SURE_OF_CLASS} rows of a class this may be chance."
    return Leak(kind="target leak", columns=(name,), level=level, strength=strength, message=message)


def _together(pair: tuple[str, str], target: str, strength: float) -> Leak:
    message = (
        f"`{pair[0]}` and `{pair[1]}` together give `{target}` away (R2 {strength:.4f} of a weighted sum):"
        " are they known before the answer is?"
    )
    return Leak(kind="target leak", columns=pair, level="error", strength=strength, message=message)
