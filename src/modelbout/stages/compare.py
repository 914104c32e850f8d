"""The stage in which the challenger meets the champion on the same holdout rows, both scored afresh."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.bout.judge import judge
from modelbout.bout.names import check_names
from modelbout.bout.ring import Corner, Ring
from modelbout.bout.terms import terms_of
from modelbout.errors import (
    EXIT_FINE,
    EXIT_GATE,
    EXIT_INTERNAL,
    ConfigError,
    DataError,
    ModelboutError,
    Place,
    Problem,
    RegistryError,
    TrainingError,
)
from modelbout.results import BOUT_FILE, TRAINING_FILE, BoutResult, Holdout, Leak, SeenRows, Side, TrainingResult
from modelbout.seal import verify_files
from modelbout.stages.arrays import aligned, all_classes, balance, slice_columns
from modelbout.stages.clusters import clusters
from modelbout.stages.groups import require_groups, slices_of, traits_of, watched_columns
from modelbout.stages.leaks import (
    Memory,
    after_verdict,
    look_for_leaks,
    refuse_leaks,
    remembered,
    with_clean_rows,
    without_seen,
)
from modelbout.stages.places import located
from modelbout.stages.scoring import score_all
from modelbout.stages.tables import rows
from modelbout.stages.validate import require_valid
from modelbout.stages.workspace import first_problem, now
from modelbout.training.bundle import size
from modelbout.training.fingerprint import config_digest
from modelbout.training.signature import truth

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.bout.judge import Judgement
    from modelbout.manifest import Manifest
    from modelbout.progress import Progress
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace
    from modelbout.training.score import Scored


@dataclass(frozen=True)
class Fighter:
    """One bundle that was verified, and how the result names it."""

    bundle: Path
    manifest: Manifest
    side: Side


@dataclass(frozen=True)
class Scene:
    """What is known before the verdict, so that an error can still say who met whom on what."""

    challenger: Fighter | None = None
    champion: Fighter | None = None
    holdout: Holdout | None = None
    leaks: tuple[Leak, ...] = ()
    seen: SeenRows | None = None

    def knowing(self, memory: Memory | None, found: tuple[Leak, ...]) -> Scene:
        """Return it with the leaks that were found, and with what the champion remembers of the holdout."""
        if memory is None:
            return replace(self, leaks=found)
        return replace(self, leaks=(*found, memory.leak) if memory.leak else found, seen=memory.told)


def compare(work: Workspace, progress: Progress, *, registry: str | None) -> BoutResult:
    """Judge the challenger of the run directory, and leave ``bout.json``.

    Whatever keeps the two from being compared becomes the verdict ``error``, never a pass.

    Raises:
        ConfigError: the configuration is at fault, or nothing of it has been trained here.
    """
    config = work.config
    faults = check_names(config.compare, config.task)
    if faults:
        raise ConfigError(*(located(work, fault) for fault in faults))
    training = work.read(TRAINING_FILE, TrainingResult, made_by="train")
    work.begin(BOUT_FILE)
    began = time.perf_counter()
    seconds: dict[str, float] = {}
    scene = Scene()
    try:
        fighter = challenger(work, training)
        scene = Scene(fighter)
        scene = Scene(fighter, champion(work, registry))
        same_question(work, scene)
        table = read_rows(work, progress)
        same_data(fighter, table)
        table, memory = unseen(work, scene, table, progress)
        found = look_for_leaks(work, fighter.manifest.signature, table, progress)
        scene = replace(scene, holdout=describe(work, table)).knowing(memory, found)
        refuse_leaks(work, found)
        require_groups(work, table, None if scene.champion is None else scene.champion.bundle)
        scored_at = time.perf_counter()
        scored, scene = score_all(work, scene, table, progress)
        judged_at = time.perf_counter()
        seconds["score"] = round(judged_at - scored_at, 3)
        with progress.step("judging"):
            fought = ring(work, scene, table, scored)
            judgement = judge(fought)
            memory = with_clean_rows(memory, fought)
            scene = scene.knowing(memory, found)
            last = after_verdict(work, memory, passed=judgement.passed)
            scene = replace(scene, leaks=(*found, *([last] if last else [])))
        seconds["judge"] = round(time.perf_counter() - judged_at, 3)
    except TrainingError as error:
        for problem in error.problems:
            progress.tell(located(work, problem))
        result = no_verdict(work, scene, without_words(error), seconds)
    except (DataError, RegistryError) as error:
        result = no_verdict(work, scene, error, seconds)
    else:
        seconds["all"] = round(time.perf_counter() - began, 3)
        result = with_verdict(work, scene, judgement, seconds)
    work.write(BOUT_FILE, result)
    return result


def challenger(work: Workspace, training: TrainingResult) -> Fighter:
    """Verify the bundle of the run directory, which must be of this configuration.

    Raises:
        ConfigError: it is another model's, or what decides about a model has changed since it was trained.
    """
    manifest = verify_files(work.bundle, digest=training.bundle_digest)
    if manifest.name != work.config.model or manifest.lineage.config_digest != config_digest(work.config):
        found = (
            "the configuration has changed since this challenger was trained"
            if manifest.name == work.config.model
            else f"this challenger is of {manifest.name!r}, but the configuration is of {work.config.model!r}"
        )
        raise ConfigError(
            Problem(
                found=found,
                allowed="a challenger of this very configuration",
                fix="run `modelbout train` again, or name the right --config or --run-dir",
                place=Place(file=str(work.run / TRAINING_FILE)),
            )
        )
    side = Side(bundle_digest=training.bundle_digest, fingerprint=manifest.lineage.fingerprint)
    return Fighter(work.bundle, manifest, side)


def champion(work: Workspace, registry: str | None) -> Fighter | None:
    """Fetch the champion's bundle from the registry and verify it; None when nobody holds the title."""
    book = work.registry(registry)
    title = book.champion(work.config.model, work.final_stage)
    if title is None:
        return None
    place = work.run / "champion"
    shutil.rmtree(place, ignore_errors=True)
    bundle = book.fetch(work.config.model, title.version, place)
    manifest = verify_files(bundle, digest=title.bundle_digest)
    side = Side(bundle_digest=title.bundle_digest, version=title.version, fingerprint=manifest.lineage.fingerprint)
    return Fighter(bundle, manifest, side)


def read_rows(work: Workspace, progress: Progress) -> Rows:
    """Read both sides of the data, once they hold their contract."""
    opened = require_valid(work, progress)
    with progress.step("reading rows"):
        return rows(work, opened)


def describe(work: Workspace, table: Rows) -> Holdout:
    """Return what the result says of the holdout."""
    together = clusters(table.holdout, work.config.data, work.config.compare.block)
    return Holdout(
        digest=table.holdout_digest,
        rows=table.holdout.height,
        train_rows=table.train.height,
        balance=balance(table.holdout[work.config.data.target], work.config.task),
        observations=None if together is None else int(together.max()) + 1,
    )


def unseen(work: Workspace, scene: Scene, table: Rows, progress: Progress) -> tuple[Rows, Memory | None]:
    """Find the rows that the champion was trained on; leave them out where the configuration says so."""
    if scene.champion is None:
        return table, None
    with progress.step("asking what the champion was trained on"):
        return without_seen(work, table, remembered(work, scene.champion.bundle, table.holdout))


def same_question(work: Workspace, scene: Scene) -> None:
    """Refuse a champion that predicts something else: no score of it would mean anything here."""
    if scene.champion is None:
        return
    manifest, config = scene.champion.manifest, work.config
    # A target may get more classes: the champion then gives the new ones no probability.
    numbers = (manifest.task == "regression", config.task == "regression")
    if numbers[0] != numbers[1] or manifest.signature.target != config.data.target:
        title = f"{config.model}@{scene.champion.side.version}"
        raise ConfigError(
            Problem(
                found=f"the champion {title} predicts {manifest.signature.target!r} ({manifest.task}), "
                f"the configuration says {config.data.target!r} ({config.task})",
                allowed="the champion's target, and classes or numbers as there",
                fix="another question is another model: give it a name of its own in `model`",
                place=work.loaded.place("data.target"),
            )
        )


def same_data(fighter: Fighter, table: Rows) -> None:
    """Refuse a challenger that was trained on other rows than those that lie here now."""
    if fighter.manifest.lineage.data_digest != table.train_digest:
        raise DataError(
            Problem(
                found="the training rows have changed since the challenger was trained",
                allowed="a challenger of the data that lies here",
                fix="run `modelbout train` again",
                place=Place(file=str(fighter.bundle / "manifest.json"), key="lineage.data_digest"),
            )
        )


def ring(work: Workspace, scene: Scene, table: Rows, scored: tuple[Scored, ...]) -> Ring:
    """Put both corners' arrays on the same classes and rows."""
    config = work.config
    fighters = [fighter for fighter in (scene.challenger, scene.champion) if fighter is not None]
    signatures = [fighter.manifest.signature for fighter in fighters]
    classes = all_classes(signatures)
    corners = [
        Corner(
            predictions=aligned(answer.predictions, signature.classes, classes),
            artifact_bytes=size(fighter.bundle),
            seconds=answer.seconds if answer.seconds.size else None,
        )
        for fighter, signature, answer in zip(fighters, signatures, scored, strict=True)
    ]
    positive = signatures[0].positive
    judged = msgspec.structs.replace(signatures[0], classes=classes)
    return Ring(
        task=config.task,
        classes=classes,
        positive=None if positive is None else classes.index(positive),
        truth=truth(table.holdout, judged),
        challenger=corners[0],
        champion=corners[1] if scene.champion is not None else None,
        train_truth=truth(table.train, judged),
        slices=slices_of(work, table.holdout),
        watched=slice_columns(table.holdout, watched_columns(config.compare)),
        traits=traits_of(work, fighters[0].bundle, signatures[0], table.holdout),
        compare=config.compare,
        seed=config.train.seed,
        clusters=clusters(table.holdout, config.data, config.compare.block),
        terms=terms_of(config.compare),
    )


def with_verdict(work: Workspace, scene: Scene, judgement: Judgement, seconds: dict[str, float]) -> BoutResult:
    """Return the result of a bout that was fought."""
    return msgspec.structs.replace(
        outline(work, scene, seconds),
        verdict=judgement.verdict,
        passed=judgement.passed,
        reasons=(*judgement.reasons, *of_memory(scene)),
        exit_code=EXIT_FINE if judgement.passed or judgement.verdict == "inconclusive" else EXIT_GATE,
        primary=judgement.primary,
        baseline=judgement.baseline,
        guardrail_metrics=judgement.guardrail_metrics,
        guardrails=judgement.guardrails,
        metrics=judgement.metrics,
        slices=judgement.slices,
        found_slices=judgement.found_slices,
        fairness=judgement.fairness,
        changed=judgement.changed,
        power=judgement.power,
        curves=judgement.curves,
    )


def of_memory(scene: Scene) -> tuple[str, ...]:
    """Return what a reader of the verdict must know of a champion that had seen rows of the holdout."""
    told = [leak.message for leak in scene.leaks if leak.kind == "contaminated champion"]
    clean = scene.seen.clean.explanation if scene.seen and scene.seen.clean else ""
    return tuple(f"{line[:1].upper()}{line[1:].removesuffix('.')}." for line in (*told, clean) if line)


def no_verdict(work: Workspace, scene: Scene, error: ModelboutError, seconds: dict[str, float]) -> BoutResult:
    """Return the result of a bout that could not be fought: an error, with what was known by then."""
    return msgspec.structs.replace(
        outline(work, scene, seconds),
        reasons=tuple(problem.found for problem in error.problems),
        exit_code=error.exit_code,
        error=located(work, first_problem(error), otherwise="data.split" if work.config.data.split else "data.holdout"),
    )


def without_words(error: TrainingError) -> TrainingError:
    """Return the error without what the user's program said: that may hold values of rows, and results travel."""
    return TrainingError(
        *(
            Problem(
                found="a model could not be scored; what its program said is not kept here, it may hold values of rows",
                allowed="one answer for every holdout row",
                fix="run `modelbout compare` and read its messages, or the logs in `scoring/` of the run directory",
                place=problem.place,
            )
            for problem in error.problems
        )
    )


def outline(work: Workspace, scene: Scene, seconds: dict[str, float]) -> BoutResult:
    """Return a result that says who met whom on what, and nothing of the outcome: an error until something is said."""
    return BoutResult(
        model=work.config.model,
        task=work.config.task,
        verdict="error",
        passed=False,
        reasons=(),
        exit_code=EXIT_INTERNAL,
        stage=work.final_stage,
        confidence=work.config.compare.confidence,
        seed=work.config.train.seed,
        created=now(),
        challenger=None if scene.challenger is None else scene.challenger.side,
        champion=None if scene.champion is None else scene.champion.side,
        holdout=scene.holdout,
        leaks=scene.leaks,
        seen=scene.seen,
        seconds=seconds,
    )
