"""Search by successive halving: many sets on few rows, the better third on three times as many, and so on.

Jamieson and Talwalkar 2016, Non-stochastic best arm identification and hyperparameter optimization.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from .findings import user_code
from .search import log_failure, score_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from .search import Sought

FACTOR = 3  # as scikit-learn's: a third of the sets goes on, with three times the rows
LEAST_ROWS = 200  # ours: a score on fewer rows is a coin


def trials(sought: Sought, space: Callable[[], Any]) -> list[dict[str, Any]]:
    """Return what was tried; ``space()`` returns lists of values, or distributions, by parameter.

    Each set's score is that of the largest number of rows it was tried on, and only sets that came to all rows are
    ``done``: the others are ``cut``. When the time is up, the best of the sets so far goes straight to all rows.
    """
    from sklearn.base import clone
    from sklearn.model_selection import ParameterSampler

    with user_code(sought.plan["space"], "the function of the space"):
        described = sought.checked(space())
        drawn = list(ParameterSampler(described, sought.plan["trials"], random_state=sought.seed))
    tried = [
        {"number": number, "score": None, "end": "cut", "seconds": 0.0, "values": values}
        for number, values in enumerate(drawn)
    ]
    scorer, left, rows = sought.scorer(), list(tried), _rungs(sought)
    for rung, share in enumerate(rows):
        last = rung == len(rows) - 1
        scored: list[tuple[float, dict[str, Any]]] = []
        for trial in left:
            # One set at least goes through: a search that tried nothing would be none.
            if sought.late and scored and not last:
                break
            began = time.perf_counter()
            try:
                candidate = clone(sought.estimator).set_params(**trial["values"])
                scored.append((_mean(sought, candidate, scorer, share), trial))
            except Exception as error:  # noqa: BLE001 -- a set that cannot be fitted is a trial that failed
                log_failure(trial["number"], error)
                trial["end"] = "failed"
            trial["seconds"] += time.perf_counter() - began
        scored.sort(key=lambda pair: -pair[0])
        if last:
            for score, trial in scored:
                trial.update(score=score, end="done")
        keep = 1 if sought.late else max(len(scored) // FACTOR, 1)
        left = [trial for _, trial in scored[:keep]]
    return tried


def _rungs(sought: Sought) -> list[float]:
    """Return the shares of each fold's rows that the rungs use, the last one all of them."""
    smallest = min(len(learned) for learned, _ in sought.folds)
    shares = [1.0]
    sets = FACTOR
    while sets <= sought.plan["trials"] and shares[0] / FACTOR * smallest >= LEAST_ROWS:
        shares.insert(0, shares[0] / FACTOR)
        sets *= FACTOR
    return shares


def _mean(sought: Sought, candidate: Any, scorer: Any, share: float) -> float:  # noqa: ANN401 -- see Sought
    scores = [score_on(sought, candidate, scorer, fold, share) for fold in range(len(sought.folds))]
    return float(np.mean(scores))
