"""What guardrails and expectations ask for besides answers, measured: only what the configuration needs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import polars as pl

from modelbout import catalogue
from modelbout.bout.guardrail import GUARDRAILS, guardrail
from modelbout.bout.measurements import Behaviour, Measurements, Parity, SimpleModel, Stability
from modelbout.errors import DataError
from modelbout.profile import read_profile
from modelbout.stages.arrays import aligned
from modelbout.stages.places import locating
from modelbout.stages.search import trained_as
from modelbout.training.behaviour import conduct, question, require_inputs
from modelbout.training.bundle import PROFILE_FILE, read_part
from modelbout.training.difference import largest_difference
from modelbout.training.faithful import unmeasurable
from modelbout.training.fit import fit
from modelbout.training.probing import Setting, probe_model, time_models
from modelbout.training.rows import features
from modelbout.training.score import score
from modelbout.training.simple_models import linear_model, single_column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from modelbout.bout.guardrail import Need
    from modelbout.bout.ring import Ring
    from modelbout.manifest import Signature
    from modelbout.predictions import Predictions
    from modelbout.progress import Progress
    from modelbout.stages.fighters import Fighter
    from modelbout.stages.scene import Scene
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace

TIMES: frozenset[Need] = frozenset({"row times", "load times"})
OWN_PROCESS: frozenset[Need] = frozenset({"memory", "stability", "parity"})
SIMPLE: Mapping[Need, Callable[[pl.DataFrame, pl.DataFrame, Signature], tuple[Predictions, str]]] = MappingProxyType(
    {"linear model": linear_model, "single column": single_column}
)


@dataclass(frozen=True, eq=False)
class Taken:
    """What was measured of both corners, and the models that the challenger should beat."""

    challenger: Measurements
    champion: Measurements | None
    simple: Mapping[Need, SimpleModel]
    classes: tuple[str, ...]

    def into(self, ring: Ring) -> Ring:
        """Return the ring with it; the simple models know the challenger's ``classes``, the ring those of both."""
        champion = ring.champion
        if champion is not None and self.champion is not None:
            champion = replace(champion, measured=self.champion)
        challenger = replace(ring.challenger, measured=self.challenger)
        simple = _on_classes(self.simple, self.classes, ring.classes)
        return replace(ring, challenger=challenger, champion=champion, simple=simple)


def take(work: Workspace, scene: Scene, table: Rows, answers: Predictions, progress: Progress) -> Taken:
    """Measure what the configuration's guardrails and expectations need.

    Args:
        work: the workspace.
        scene: the challenger, and the champion where somebody holds the title; both verified.
        table: both sides of the data.
        answers: the challenger's, to the holdout.
        progress: told of the steps.

    Raises:
        ConfigError: an expectation is about a column that is no input, or that has no order.
        BundleError: a model does not load here, or answers its golden rows otherwise than when it was trained.
        DataError: something that is asked for cannot be measured of this kind of model, or on these rows.
        TrainingError: a child failed.
    """
    challenger, *champions = fighters = [one for one in (scene.challenger, scene.champion) if one is not None]
    asked = Asked.of(work, champion=bool(champions))
    times = timed(work, fighters if asked.beside_champion else [challenger], table, asked.needs, progress)
    own = probed(work, challenger, table, asked.needs, progress)
    change = refitted(work, challenger, table, answers, progress) if "second fit" in asked.needs else None
    kept = behaviours(work, challenger, table, progress)
    theirs = [replace(known(champion), **(times[1] if asked.beside_champion else {})) for champion in champions]
    return Taken(
        challenger=replace(known(challenger), **times[0], **own, refit_change=change, behaviours=kept),
        champion=theirs[0] if theirs else None,
        simple=simple_models(challenger, table, asked.needs, progress),
        classes=challenger.manifest.signature.classes,
    )


def on_other_rows(challenger: Fighter, table: Rows, ring: Ring, progress: Progress) -> Ring:
    """Return the ring of other rows than those that were judged before, with what can differ there.

    Speed, size, odd inputs and behaviour are those of the same models: they are not asked again.

    Args:
        challenger: the challenger, verified.
        table: the training rows, and these rows as holdout.
        ring: both corners' answers to these rows.
        progress: told of the steps.
    """
    named = {name: guardrail(name) for name in catalogue.names(GUARDRAILS)}
    kept = [one for one in ring.compare.guardrails if one.metric not in named or named[one.metric].of_rows]
    needs = frozenset(need for one in kept if one.metric in named for need in named[one.metric].needs)
    simple = simple_models(challenger, table, needs, progress)
    return replace(
        ring,
        compare=msgspec.structs.replace(ring.compare, guardrails=tuple(kept), expectations=()),
        simple=_on_classes(simple, challenger.manifest.signature.classes, ring.classes),
    )


def _on_classes(
    simple: Mapping[Need, SimpleModel], own: tuple[str, ...], classes: tuple[str, ...]
) -> dict[Need, SimpleModel]:
    """Return the simple models, which know the challenger's classes, on the classes of both corners."""
    return {need: replace(one, predictions=aligned(one.predictions, own, classes)) for need, one in simple.items()}


@dataclass(frozen=True)
class Asked:
    """What the configured guardrails need, and whether both models must be timed beside each other."""

    needs: frozenset[Need]
    beside_champion: bool

    @classmethod
    def of(cls, work: Workspace, *, champion: bool) -> Asked:
        """Return what is asked for; what needs a champion only if there is one."""
        named = [one.metric for one in work.config.compare.guardrails if one.metric in catalogue.names(GUARDRAILS)]
        applied = [one for one in map(guardrail, named) if champion or not one.needs_champion]
        return cls(
            needs=frozenset(need for one in applied for need in one.needs),
            beside_champion=any(one.needs_champion and one.needs & TIMES for one in applied),
        )


def known(fighter: Fighter) -> Measurements:
    """Return what the bundle itself says, which takes no time to read."""
    return Measurements(
        train_seconds=fighter.manifest.lineage.fit_seconds,
        importances=importances(fighter.bundle),
        inputs=fighter.manifest.signature.inputs,
    )


def importances(bundle: Path) -> Mapping[str, float] | None:
    """Return each input's share of what moves the answers; None where the bundle's profile does not say."""
    try:
        profile = read_profile(read_part(bundle, PROFILE_FILE), shown=str(bundle / PROFILE_FILE))
    except DataError:
        # Of another version of modelbout: the guardrail says that it is not known.
        return None
    shares = {column.name: column.importance for column in profile.columns if column.importance is not None}
    return shares or None


def timed(
    work: Workspace, fighters: Sequence[Fighter], table: Rows, needs: frozenset[Need], progress: Progress
) -> list[dict[str, Any]]:
    """Return the durations of each fighter that are asked for; one that did not answer here cannot be timed here."""
    if not needs & TIMES:
        return [{} for _ in fighters]
    scored = [fighter.side.scored for fighter in fighters]
    if any(one is not None and one.environment != "this" for one in scored):
        raise unmeasurable()
    with progress.step("timing loads and single rows"):
        taken = time_models(
            [fighter.bundle for fighter in fighters],
            table.holdout,
            setting(work),
            loads="load times" in needs,
            row_times="row times" in needs,
        )
    return [{"load_seconds": one.load_seconds, "row_seconds": one.row_seconds} for one in taken]


def probed(
    work: Workspace, challenger: Fighter, table: Rows, needs: frozenset[Need], progress: Progress
) -> dict[str, Any]:
    """Return what became of the challenger in a process of its own."""
    if not needs & OWN_PROCESS:
        return {}
    with progress.step("probing the challenger"):
        found = probe_model(
            challenger.bundle,
            table.holdout,
            setting(work),
            stability="stability" in needs,
            parity="parity" in needs,
        )
    return {
        "peak_bytes": found.peak_bytes,
        "stability": Stability(found.hostile, found.failed) if "stability" in needs else None,
        "parity": Parity(found.parity_rows, found.alone, found.permuted) if "parity" in needs else None,
    }


def refitted(work: Workspace, challenger: Fighter, table: Rows, answers: Predictions, progress: Progress) -> float:
    """Train the challenger a second time, and return by how much an answer changes at most."""
    scratch = work.run / "refit"
    shutil.rmtree(scratch, ignore_errors=True)
    fitted = fit(
        trained_as(work.config, challenger.bundle, challenger.manifest),
        root=work.root,
        signature=challenger.manifest.signature,
        task=work.config.task,
        rows=table.train,
        work=scratch,
        progress=progress,
        ask=(table.holdout,),
    )
    return largest_difference(answers, fitted.answers[0])


def behaviours(work: Workspace, challenger: Fighter, table: Rows, progress: Progress) -> tuple[Behaviour, ...] | None:
    """Ask the challenger what each expectation is about; None when there are none."""
    expected = work.config.compare.expectations
    if not expected:
        return None
    signature = challenger.manifest.signature
    with locating(work):
        require_inputs(expected, signature)
    inputs = features(table.holdout, signature)
    questions = [question(inputs, one, key=f"compare.expectations[{index}]") for index, one in enumerate(expected)]
    with progress.step("asking what is expected of the answers"):
        (scored,) = score(
            [challenger.bundle],
            pl.concat([one.frame for one in questions]),
            python=work.config.train.python,
            root=work.root,
            work=work.run / "scoring",
            timeout_minutes=work.config.train.timeout_minutes,
            trust=work.config.train.trust,
        )
    positive = None if signature.positive is None else signature.classes.index(signature.positive)
    found = []
    end = 0
    for one in questions:
        start, end = end, end + one.frame.height
        kept = conduct(one, scored.predictions.at(np.arange(start, end)), positive)
        found.append(Behaviour(rows=kept.rows, broken=kept.broken, worst=kept.worst))
    return tuple(found)


def simple_models(
    challenger: Fighter, table: Rows, needs: frozenset[Need], progress: Progress
) -> dict[Need, SimpleModel]:
    """Train the simple models that are asked for."""
    found: dict[Need, SimpleModel] = {}
    for need, make in SIMPLE.items():
        if need in needs:
            with progress.step(f"training a {need}"):
                predictions, note = make(table.train, table.holdout, challenger.manifest.signature)
            found[need] = SimpleModel(predictions, note)
    return found


def setting(work: Workspace) -> Setting:
    """Return where models are measured."""
    train = work.config.train
    return Setting(train.python, work.root, work.run / "scoring", train.timeout_minutes, train.trust)
