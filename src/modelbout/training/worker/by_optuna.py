"""Search by Optuna: a tree of Parzen estimators proposes, hopeless trials are cut short (Akiba and others 2019)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .findings import Stop, one_line
from .search import log_failure, score_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from .search import Sought


def trials(sought: Sought, space: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """Return what was tried, in the order of the trials; ``space(trial)`` returns the parameters of one."""
    try:
        import optuna
    except ImportError as error:
        fix = "install optuna for the interpreter in `train.python`, or write `by: halving`"
        raise Stop("the search needs optuna, which is not installed here", fix=fix) from error
    from sklearn.base import clone

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    scorer = sought.scorer()
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=sought.seed),
        pruner=optuna.pruners.MedianPruner(),
    )
    tried: list[dict[str, Any]] = []
    for number in range(sought.plan["trials"]):
        if number and sought.late:
            break
        began, trial = time.perf_counter(), study.ask()
        values = sought.checked(_proposed(space, trial, sought.plan["space"]))
        score, end = None, "cut"
        try:
            candidate = clone(sought.estimator).set_params(**values)
            score = _mean(sought, candidate, scorer, trial)
        except Exception as error:  # noqa: BLE001 -- a set that cannot be fitted is a trial that failed
            log_failure(number, error)
            end = "failed"
        if score is not None:
            end = "done"
            study.tell(trial, score)
        else:
            state = optuna.trial.TrialState
            study.tell(trial, state=state.FAIL if end == "failed" else state.PRUNED)
        seconds = time.perf_counter() - began
        tried.append({"number": number, "score": score, "end": end, "seconds": seconds, "values": values})
    return tried


def _proposed(space: Callable[[Any], Any], trial: Any, place: str) -> Any:  # noqa: ANN401 -- Optuna's and the user's
    try:
        return space(trial)
    except Exception as error:
        found = f"{place}: {type(error).__name__}: {one_line(error)}"
        raise Stop(found, allowed="`def space(trial): return {...}`", fix="mend `train.search.space`") from error


def _mean(sought: Sought, candidate: Any, scorer: Any, trial: Any) -> float | None:  # noqa: ANN401 -- see Sought
    """Return the mean score over the folds; None where the first of them show that the trial is hopeless."""
    scores: list[float] = []
    for fold in range(len(sought.folds)):
        scores.append(score_on(sought, candidate, scorer, fold))
        trial.report(sum(scores) / len(scores), step=fold)
        if fold + 1 < len(sought.folds) and trial.should_prune():
            return None
    return sum(scores) / len(scores)
