"""Several challengers of one bout: each trained and judged by itself, at a level that allows for their number.

With k challengers that are no better than the champion, the best of k lucky numbers would win k times as often as one.
So each is judged at the k-th part of the error (Bonferroni): all together they win no more often by chance than one.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import EXIT_FINE, EXIT_GATE
from modelbout.evidence import Contender
from modelbout.results import BOUT_FILE, TRAINING_FILE, BoutResult, TrainingResult
from modelbout.stages.compare import compare as compare_one
from modelbout.stages.rivals import config_of
from modelbout.stages.train import train as train_one

if TYPE_CHECKING:
    from modelbout.config.train import Entrant
    from modelbout.evidence import MetricResult
    from modelbout.progress import Progress
    from modelbout.results import Verdict
    from modelbout.stages.workspace import Workspace

ENTRANTS = "entrants"
# The nearer to a win, the higher; an error says nothing of a model, but that it could not be judged.
_RANK: dict[Verdict, int] = {"error": 0, "loss": 1, "inconclusive": 2, "first": 3, "win": 4}


def train(work: Workspace, progress: Progress, *, registry: str | None, force: bool = False) -> TrainingResult:
    """Leave a sealed challenger in the run directory, or one for each of ``train.challengers``, and ``training.json``.

    With several, the first one's bundle and result stand in the run directory until the bout has chosen.

    Raises:
        ConfigError: the configuration or the user's environment is at fault.
        TrainingError: the user's program failed.
        DataError: the data breaks its contract or does not fit the task.
    """
    entrants = work.config.train.challengers
    if not entrants:
        return train_one(work, progress, registry=registry, force=force)
    work.begin(TRAINING_FILE)
    results = []
    for entrant in entrants:
        with progress.step(f"challenger {entrant.name}"):
            results.append(train_one(of(work, entrant), progress, registry=registry, force=force))
    return _brought(work, entrants[0], results[0])


def compare(work: Workspace, progress: Progress, *, registry: str | None) -> BoutResult:
    """Judge the challenger of the run directory, or each of several, and leave the bundle and result of the best.

    Raises:
        ConfigError: the configuration is at fault, or nothing of it has been trained here.
    """
    entrants = work.config.train.challengers
    if not entrants:
        return compare_one(work, progress, registry=registry)
    work.begin(BOUT_FILE)
    results = []
    for entrant in entrants:
        with progress.step(f"challenger {entrant.name}"):
            results.append(compare_one(of(work, entrant), progress, registry=registry))
    chosen = max(range(len(entrants)), key=lambda place: _standing(results[place]))
    training = of(work, entrants[chosen]).read(TRAINING_FILE, TrainingResult, made_by="train")
    _brought(work, entrants[chosen], training)
    result = _told(entrants, results, chosen)
    work.write(BOUT_FILE, result)
    return result


def of(work: Workspace, entrant: Entrant) -> Workspace:
    """Return a workspace of one challenger: its own configuration, its own run directory below the common one."""
    rivals = len(work.config.train.challengers)
    loaded = replace(work.loaded, config=config_of(work.config, entrant))
    return replace(work, loaded=loaded, run=work.run / ENTRANTS / entrant.name, rivals=rivals)


def _brought(work: Workspace, entrant: Entrant, result: TrainingResult) -> TrainingResult:
    """Bring one challenger's bundle and training into the common run directory."""
    shutil.rmtree(work.bundle, ignore_errors=True)
    shutil.copytree(of(work, entrant).bundle, work.bundle)
    work.write(TRAINING_FILE, result)
    return result


def _standing(result: BoutResult) -> tuple[bool, int, float]:
    """Return what makes one challenger come before another: passing, the verdict, the gain."""
    return result.passed, _RANK[result.verdict], _gain(result)


def _gain(result: BoutResult) -> float:
    """Return the improvement over the champion or, in a first bout, over the dummy; nothing known is worst."""
    metric: MetricResult | None = result.primary if result.champion is not None else result.baseline
    if metric is None or metric.improvement is None:
        return float("-inf")
    return metric.improvement.value


def _told(entrants: tuple[Entrant, ...], results: list[BoutResult], chosen: int) -> BoutResult:
    contenders = tuple(
        Contender(
            name=entrant.name,
            verdict=result.verdict,
            passed=result.passed,
            chosen=place == chosen,
            primary=result.primary,
            explanation=result.reasons[0] if result.reasons else "",
        )
        for place, (entrant, result) in enumerate(zip(entrants, results, strict=True))
    )
    best = results[chosen]
    passed = sum(one.passed for one in contenders)
    count = len(entrants)
    outcome = f"{entrants[chosen].name} is the best of them" if passed else "none of them wins"
    level = f"{100 * (1 - (1 - best.confidence) / count):.4g} %"
    together = f"{count} challengers came"
    if best.champion is not None:
        together = f"{count} challengers met the champion, each judged at {level}, so that their number wins nothing"
    return msgspec.structs.replace(
        best,
        contenders=contenders,
        reasons=(*best.reasons, f"{together}: {outcome}."),
        exit_code=best.exit_code if best.verdict == "error" else _exit_code(best),
    )


def _exit_code(best: BoutResult) -> int:
    return EXIT_FINE if best.passed or best.verdict == "inconclusive" else EXIT_GATE
