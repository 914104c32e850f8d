"""Does the answer leak into the inputs? One feature that tells it, a pair that does together, or what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from modelbout.data.leakage.nulls import null_leaks
from modelbout.data.leakage.pairs import leaking_class_pairs
from modelbout.data.leakage.separation import as_numbers, class_strength, has_numbers, number_strength, ranked
from modelbout.data.leakage.straightline import leaking_pairs
from modelbout.results import Leak

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from modelbout.errors import Level
    from modelbout.manifest import Task

LEAK_STRENGTH: Final = 0.995  # bike rentals: `registered` alone explains .945 of `cnt` and is no leak of its own
PAIR_STRENGTH: Final = 0.999  # two good features of an easy task may reach .995 together; what is computed reaches 1
MOST_ROWS: Final = 100_000  # rows that are looked at: the standard error of an AUC of .995 is then about .0003
MOST_PAIR_COLUMNS: Final = 300  # 45,000 pairs: a correlation matrix of this size takes about a second
MOST_PAIRS_TOLD: Final = 10  # a reader mends the first ones and runs again
FEWEST_ROWS: Final = 50  # below, a column without any meaning reaches .995 too easily
FEWEST_OF_CLASS: Final = 10  # a class with fewer rows says nothing about a column
SURE_OF_CLASS: Final = (
    50  # with 10 to 30 rows an honest column of AUC .97 reaches .995 in 1 to 10 % of tables (simulated)
)
LEAST_POSITIVE: Final = 0.9  # of the answers: of fewer, no product is told
SURE_OF_PAIR: Final = 200  # rows of the smaller class; among 45,000 pairs chance goes further than among 300 columns
FIX: Final = "name these columns in `data.exclude`, unless they are known before the answer is"


def target_leaks(
    train: pl.DataFrame, features: Sequence[str], target: str, task: Task, positive: str | None
) -> tuple[Leak, ...]:
    """Return the features that give the target away: alone, in pairs, or by being missing.

    Classification: the area under the ROC curve of one feature by its rank, or by class rates of its values (or
    hundredths) that were worked out on other rows; for several classes the worst of them counts; for pairs see
    :func:`~modelbout.data.leakage.pairs.leaking_class_pairs`. Below ``SURE_OF_CLASS`` rows of a class
    (``SURE_OF_PAIR`` for pairs) this may be chance, so it is a warning only. Regression: R2 of a straight line through
    the values or their ranks, or of group means from other rows; for pairs of numeric features R2 of the plane through
    them, or through the logarithms of all three (products and ratios). From ``LEAK_STRENGTH`` on (``PAIR_STRENGTH``
    for pairs of a classification), measured on at most ``MOST_ROWS`` rows.

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
    strengths = {name: class_strength(rows.get_column(name), is_class, enough=LEAK_STRENGTH) for name in features}
    level: Level = "error" if smallest >= SURE_OF_CLASS else "warn"
    leaks = [
        _alone(name, target, strength, "area under the ROC curve", level)
        for name, strength in strengths.items()
        if strength >= LEAK_STRENGTH
    ]
    left = [name for name, strength in strengths.items() if strength < LEAK_STRENGTH][:MOST_PAIR_COLUMNS]
    pairs = leaking_class_pairs(rows, left, is_class, strengths, least=PAIR_STRENGTH)
    level = "error" if smallest >= SURE_OF_PAIR else "warn"
    for pair in pairs[:MOST_PAIRS_TOLD]:
        measured = f"area under the ROC curve {pair.strength:.4f} of their {pair.form}"
        leaks.append(_together(pair.columns, target, pair.strength, measured, level))
    return (*leaks, *null_leaks(rows, left, target, is_class))


def _regression(rows: pl.DataFrame, features: Sequence[str], target: str) -> tuple[Leak, ...]:
    answers = rows.get_column(target).cast(pl.Float64).to_numpy()
    if np.ptp(answers) == 0:
        return ()
    ranks = ranked(answers)
    strengths = {name: number_strength(rows.get_column(name), answers, ranks) for name in features}
    leaks = [
        _alone(name, target, strength, "R2", "error")
        for name, strength in strengths.items()
        if strength >= LEAK_STRENGTH
    ]
    left = [name for name, strength in strengths.items() if strength < LEAK_STRENGTH]
    leaks += _number_pairs(rows.select(name for name in left if has_numbers(rows.schema[name])), answers, target)
    usual = rows.get_column(target).mode().sort()[0]
    return (*leaks, *null_leaks(rows, left, target, [(rows.get_column(target) == usual).to_numpy()], usual=True))


def _number_pairs(rows: pl.DataFrame, answers: NDArray[np.float64], target: str) -> Iterator[Leak]:
    """Yield the pairs whose weighted sum is the target, then those whose product or ratio is."""
    if not rows.width:
        return
    values = pl.DataFrame({column.name: as_numbers(column) for column in rows.iter_columns()})
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = values.select(pl.all().log())
        size = np.log(answers)
    told: set[tuple[str, str]] = set()
    for frame, aims, form in ((values, answers, "a weighted sum"), (sizes, size, "a product of powers")):
        there = np.isfinite(aims)
        if there.mean() < LEAST_POSITIVE or np.ptp(aims[there]) == 0:
            continue
        pairs = leaking_pairs(
            frame.filter(pl.Series(there)), aims[there], least=LEAK_STRENGTH, most_columns=MOST_PAIR_COLUMNS
        )
        new = [(pair, strength) for pair, strength in pairs if pair not in told]
        for pair, strength in new[: MOST_PAIRS_TOLD - len(told)]:
            told.add(pair)
            yield _together(pair, target, strength, f"R2 {strength:.4f} of {form}", "error")


def _alone(name: str, target: str, strength: float, measure: str, level: Level) -> Leak:
    message = f"`{name}` alone gives `{target}` away ({measure} {strength:.4f}): is it known before the answer is?"
    if level == "warn":
        message += f" With fewer than {SURE_OF_CLASS} rows of a class this may be chance."
    return Leak(kind="target leak", columns=(name,), level=level, strength=strength, message=message, fix=FIX)


def _together(pair: tuple[str, str], target: str, strength: float, measured: str, level: Level) -> Leak:
    message = (
        f"`{pair[0]}` and `{pair[1]}` together give `{target}` away ({measured}): are they known before the answer is?"
    )
    if level == "warn":
        message += f" With fewer than {SURE_OF_PAIR} rows of a class this may be chance."
    return Leak(kind="target leak", columns=pair, level=level, strength=strength, message=message, fix=FIX)
