"""How both corners come by their answers: scored here and now, or as faithfully as the champion still can be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.training.faithful import Case, score_faithfully
from modelbout.training.score import Scored, score

if TYPE_CHECKING:
    from modelbout.progress import Progress
    from modelbout.stages.fighters import Fighter
    from modelbout.stages.scene import Scene
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace

LATENCY = "latency_ratio"


def score_all(work: Workspace, scene: Scene, table: Rows, progress: Progress) -> tuple[tuple[Scored, ...], Scene]:
    """Score challenger and champion on the holdout; return their answers, and the scene that knows how they came.

    Raises:
        BundleError: a model does not answer as on the day of its training, and nothing else answers for it.
        DataError: the rows lack inputs of a model, or what is asked of a running champion cannot be measured.
        TrainingError: a child failed, or its answers cannot be used.
    """
    train = work.config.train
    place = work.run / "scoring"
    mine = () if scene.challenger is None else (scene.challenger.bundle,)
    if scene.champion is None:
        with progress.step(f"scoring challenger on {table.holdout.height:,} rows"):
            scored = score(
                mine,
                table.holdout,
                python=train.python,
                root=work.root,
                work=place,
                timeout_minutes=train.timeout_minutes,
                trust=train.trust,
            )
    else:
        case = Case(
            champion=scene.champion.bundle,
            rows=table.holdout,
            root=work.root,
            work=place,
            timeout_minutes=train.timeout_minutes,
            environment=work.config.compare.champion_environment,
            trust=train.trust,
            progress=progress,
        )
        latency = any(guard.metric == LATENCY for guard in work.config.compare.guardrails)
        scored = score_faithfully(case, python=train.python, challengers=mine, latency=latency)
    answered = iter(scored)
    return scored, replace(
        scene,
        challenger=None if scene.challenger is None else told(scene.challenger, next(answered)),
        champion=None if scene.champion is None else told(scene.champion, next(answered)),
    )


def told(fighter: Fighter, scored: Scored) -> Fighter:
    """Return the fighter whose side says how its answers were come by."""
    return replace(fighter, side=msgspec.structs.replace(fighter.side, scored=scored.scoring))
