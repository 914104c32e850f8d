"""A search of hyper-parameters on training folds, inside a budget of time and trials."""

from __future__ import annotations

import importlib
import math
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from .findings import Stop, did_you_mean, one_line, user_code
from .frames import arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    Folds = list[tuple[NDArray[np.int64], NDArray[np.int64]]]

SHOWN = 80  # characters of one parameter: a number or a word; a whole estimator is cut


class Sought:
    """The estimator, its rows and the plan of a search.

    Attributes:
        estimator: the user's, unfitted and seeded.
        frame: the training rows.
        target: their target.
        folds: what to learn from and what to be scored on, as row numbers.
        plan: ``by``, ``space``, ``minutes``, ``trials``, ``metric`` and ``positive`` of the job.
        seed: of the configuration.
    """

    def __init__(self, estimator: Any, frame: pd.DataFrame, target: NDArray[Any], job: Mapping[str, Any]) -> None:  # noqa: ANN401 -- an estimator has no common class
        self.estimator = estimator
        self.frame = frame
        self.target = target
        self.plan: Mapping[str, Any] = job["search"]
        self.seed = int(job["seed"])
        cut = arrays(self.plan["folds"])
        self.folds: Folds = [(cut[f"learned{at}"], cut[f"asked{at}"]) for at in range(self.plan["count"])]
        self.deadline = time.monotonic() + 60 * float(self.plan["minutes"])

    @property
    def late(self) -> bool:
        """Return whether the budget of time is spent."""
        return time.monotonic() >= self.deadline

    def scorer(self) -> Any:  # noqa: ANN401 -- scikit-learn's scorers have no common class
        """Return scikit-learn's scorer for the metric; larger is better."""
        from sklearn.metrics import average_precision_score, f1_score, get_scorer, make_scorer

        metric, positive = self.plan["metric"], self.plan["positive"]
        if metric == "f1":
            return make_scorer(f1_score, pos_label=positive)
        if metric == "average_precision":
            return make_scorer(average_precision_score, response_method="predict_proba", pos_label=positive)
        return get_scorer(metric)

    def checked(self, parameters: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever the user's function returns
        """Return the parameters of a trial, or say what is wrong with them."""
        place = self.plan["space"]
        if not isinstance(parameters, dict) or not parameters:
            found = f"{place} returned a {type(parameters).__name__}, not the parameters of a trial"
            raise Stop(found, allowed="a dict of parameter names to values", fix="mend `train.search.space`")
        known = self.estimator.get_params(deep=True)
        for name in parameters:
            if name not in known:
                hint = did_you_mean(str(name), list(known))
                found = f"{place} speaks of a parameter {one_line(name, SHOWN)} that the estimator does not have.{hint}"
                raise Stop(found, allowed="names as in get_params()", fix="mend `train.search.space`")
        return parameters


def searched(estimator: Any, frame: pd.DataFrame, target: NDArray[Any], job: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 -- an estimator has no common class
    """Return what was tried, the best first, and the best set as values that can be written in a file."""
    sought = Sought(estimator, frame, target, job)
    by = importlib.import_module(f".by_{sought.plan['by']}", __package__)
    trials: list[dict[str, Any]] = by.trials(sought, space_of(job))
    done = [one for one in trials if one["score"] is not None]
    if not done:
        found = f"none of {len(trials)} trials of hyper-parameters could be scored"
        fix = "try one set of the space by hand; the log has what each trial said"
        raise Stop(found, allowed="at least one trial that can be fitted and scored", fix=fix)
    done.sort(key=lambda one: (-one["score"], one["number"]))
    rest = [one for one in trials if one["score"] is None]
    return {
        "tried": len(trials),
        "best": {name: plain(value, name) for name, value in done[0]["values"].items()},
        "failed": sum(one["end"] == "failed" for one in trials),
        "trials": [told(one) for one in [*done, *rest][: sought.plan["shown"]]],
    }


def space_of(job: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- the user's function
    """Import the function that describes the space."""
    place = job["search"]["space"]
    module_name, _, name = place.partition(":")
    with user_code(place, f"importing {module_name}"):
        module = importlib.import_module(module_name)
    function = getattr(module, name, None)
    if not callable(function):
        found = f"module {module_name} has no function {name}"
        raise Stop(found, allowed="`module:function`", fix="correct `train.search.space`")
    return function


def plain(value: object, name: str) -> object:
    """Return a value as JSON has it, or say that the space offers something else."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    found = f"the best value of {one_line(name, SHOWN)} is a {type(value).__name__}, which no file can hold"
    fix = "let the space offer numbers, words, booleans or None, and make objects of them in the estimator"
    raise Stop(found, allowed="a number, a word, a boolean or None", fix=fix)


def told(trial: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trial as it may be kept: parameters as short texts."""
    values = {one_line(name, SHOWN): one_line(value, SHOWN) for name, value in trial["values"].items()}
    return {key: trial[key] for key in ("number", "score", "end", "seconds")} | {"parameters": values}


def log_failure(number: int, error: Exception) -> None:
    """Write down why a trial failed; the search goes on."""
    sys.stderr.write(f"trial {number}: {type(error).__name__}: {one_line(error)}\n")


def score_on(sought: Sought, candidate: Any, scorer: Any, fold: int, share: float = 1.0) -> float:  # noqa: ANN401 -- see Sought
    """Return the score of an estimator on one fold, fitted on the fold's own rows or on every so many of them."""
    learned, asked = sought.folds[fold]
    if share < 1:
        learned = learned[np.linspace(0, len(learned) - 1, max(int(share * len(learned)), 1)).astype(np.int64)]
    candidate.fit(sought.frame.iloc[learned], sought.target[learned])
    value = float(scorer(candidate, sought.frame.iloc[asked], sought.target[asked]))
    if not math.isfinite(value):
        raise ValueError("the score is not a finite number")
    return value
