"""Metrics of the user's own: their functions are asked once for all models of a bout, and the ring gets numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelbout.bout import defaults
from modelbout.bout.baseline import baseline
from modelbout.bout.own import OwnMetric, OwnValues
from modelbout.bout.roster import metric as metric_named
from modelbout.errors import DataError, Place, Problem, TrainingError
from modelbout.stages.places import located
from modelbout.training.own_metric import MOST_MINUTES, ask_metric, class_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    from numpy.typing import NDArray

    from modelbout.bout.ring import Ring
    from modelbout.config.compare import UserMetric
    from modelbout.manifest import Signature
    from modelbout.predictions import Predictions
    from modelbout.progress import Progress
    from modelbout.stages.workspace import Workspace

CHALLENGER, CHAMPION, ANCHOR, DUMMY = "challenger", "champion", "anchor", "dummy"


def with_own_metrics(work: Workspace, ring: Ring, shape: Signature, target: pl.Series, progress: Progress) -> Ring:
    """Return the ring with what the user's functions say of each model in it.

    Args:
        work: the configuration, and where its files are.
        ring: without them.
        shape: the challenger's signature.
        target: the training rows' target, in whose own type the functions are given the classes.
        progress: told of each function, and of what it says when it fails.

    Raises:
        DataError: a function failed, took too long, or returned no metric. The function's own words are not in it:
            they may hold values of rows.
    """
    wanted = work.config.compare.metrics
    if not wanted:
        return ring
    values = class_values(target, shape, ring.classes) if ring.classes else []
    found: dict[str, dict[str, OwnValues]] = {who: {} for who in (CHALLENGER, CHAMPION, ANCHOR, DUMMY)}
    forms = []
    for index, one in enumerate(wanted):
        asked = {who: _given(ring, one, answers) for who, answers in _models(ring, one)}
        models = {who: given for who, given in asked.items() if given is not None}
        by_rows = True
        if models:
            key = f"compare.metrics[{index}].function"
            with progress.step(f"asking {one.function}"):
                said = _asked(work, ring, one, models, values, key, progress)
            for who, numbers in said.items():
                found[who][one.name] = numbers
            by_rows = all(numbers.rows is not None for numbers in said.values())
        forms.append(OwnMetric(one.name, one.better, one.needs, by_rows=by_rows))
    return replace(
        ring,
        terms=replace(ring.terms, own=tuple(forms)),
        challenger=replace(ring.challenger, own=found[CHALLENGER]),
        champion=None if ring.champion is None else replace(ring.champion, own=found[CHAMPION]),
        anchor=None if ring.anchor is None else replace(ring.anchor, own=found[ANCHOR]),
        own_of_dummy=found[DUMMY],
    )


def _models(ring: Ring, one: UserMetric) -> Iterator[tuple[str, Predictions]]:
    """Yield the answers of each model that the metric will be asked of; the dummy only where the metric decides."""
    yield CHALLENGER, ring.challenger.predictions
    if ring.champion is not None:
        yield CHAMPION, ring.champion.predictions
    if defaults.primary(ring.compare, ring.task).metric == one.name:
        if ring.anchor is not None:
            yield ANCHOR, ring.anchor.predictions
        yield (
            DUMMY,
            baseline(
                metric_named(one.name, ring.terms),
                task=ring.task,
                classes=len(ring.classes),
                positive=ring.positive,
                train_truth=ring.train_truth,
                rows=ring.truth.shape[0],
                terms=ring.terms,
            ),
        )


def _given(ring: Ring, one: UserMetric, answers: Predictions) -> NDArray[np.int64] | NDArray[np.float64] | None:
    """Return what the function is given of a model's answers; None when the model has no such answers."""
    if one.needs == "label":
        return answers.label
    if one.needs == "value":
        return answers.value
    proba = answers.proba
    return proba if proba is None or ring.positive is None else np.ascontiguousarray(proba[:, ring.positive])


def _asked(  # noqa: PLR0917 -- one call, above
    work: Workspace,
    ring: Ring,
    one: UserMetric,
    models: dict[str, NDArray[np.int64] | NDArray[np.float64]],
    values: list[str | int | float | bool],
    key: str,
    progress: Progress,
) -> dict[str, OwnValues]:
    try:
        said = ask_metric(
            one,
            ring.truth,
            list(models.values()),
            values=values,
            clusters=None if ring.clusters is None else np.unique(ring.clusters, return_inverse=True)[1],
            seed=ring.seed,
            train=work.config.train,
            root=work.root,
            work=work.run / "metrics",
            key=key,
        )
    except TrainingError as error:
        for problem in error.problems:
            progress.tell(located(work, problem))
        raise DataError(
            Problem(
                found=f"the metric `{one.name}` could not be worked out: its function is not there, raised, or took"
                f" longer than {min(MOST_MINUTES, work.config.train.timeout_minutes):g} minutes",
                allowed="a function that returns a number, or one for each row",
                fix=f"Mend it; what it said may hold values of rows, so it stands only in `metrics/{one.name}.log` of"
                " the run directory. A function that returns one number a row is called once a model, not 501 times.",
                place=Place(key=key),
            )
        ) from error
    return {
        who: OwnValues(numbers.value, numbers.rows, numbers.drawn) for who, numbers in zip(models, said, strict=True)
    }
