"""The stage in which the challenger meets the champion on the same holdout rows, both scored afresh."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.bout.judge import judge
from modelbout.bout.names import check_names
from modelbout.bout.ring import Corner, First, Ring
from modelbout.bout.terms import terms_of
from modelbout.errors import (
    EXIT_FINE,
    EXIT_GATE,
    EXIT_INTERNAL,
    ConfigError,
    DataError,
    ModelboutError,
    Problem,
    RegistryError,
    TrainingError,
)
from modelbout.results import BOUT_FILE, TRAINING_FILE, BoutResult, Holdout, TrainingResult
from modelbout.stages.anchor import answers_of_anchor, use_of
from modelbout.stages.arrays import aligned, all_classes, balance, slice_columns
from modelbout.stages.clusters import clusters
from modelbout.stages.fighters import challenger, champion, same_data, same_question
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
from modelbout.stages.measures import take
from modelbout.stages.own_metrics import with_own_metrics
from modelbout.stages.places import located
from modelbout.stages.scene import Scene
from modelbout.stages.scoring import score_all
from modelbout.stages.seals import closed
from modelbout.stages.search import told_of
from modelbout.stages.tables import rows
from modelbout.stages.validate import require_valid
from modelbout.stages.wear import anchor_told, count, of_use
from modelbout.stages.workspace import first_problem, now
from modelbout.training.bundle import size
from modelbout.training.signature import truth
from modelbout.training.threshold import decided_by

if TYPE_CHECKING:
    from modelbout.bout.judge import Judgement
    from modelbout.progress import Progress
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace
    from modelbout.training.score import Scored


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
        events = (book := work.registry(registry)).events(config.model)
        scene = Scene(fighter, champion(work, book, events))
        same_question(work, scene.champion, "champion")
        table = read_rows(work, progress)
        same_data(fighter, table)
        scene = replace(scene, use=use_of(work, book, events, scene, table), sealed=closed(table))
        same_question(work, scene.use.anchor, "anchor")
        table, memory = unseen(work, scene, table, progress)
        found = look_for_leaks(work, fighter.manifest.signature, table, progress)
        scene = replace(scene, holdout=describe(work, table)).knowing(memory, found)
        refuse_leaks(work, found)
        gone = require_groups(work, table, None if scene.champion is None else scene.champion.bundle)
        scored_at = time.perf_counter()
        scored, scene = score_all(work, scene, table, progress)
        anchor = answers_of_anchor(work, scene, table, scored, progress)
        fought = take(work, scene, table, scored[0].predictions, progress).into(
            ring(work, scene, table, scored, anchor)
        )
        judged_at = time.perf_counter()
        seconds["score"] = round(judged_at - scored_at, 3)
        target = table.train[config.data.target]
        fought = with_own_metrics(work, fought, fighter.manifest.signature, target, progress)
        with progress.step("judging"):
            judgement = judge(fought)
            memory = with_clean_rows(memory, fought)
            scene = scene.knowing(memory, found)
            scene = scene.after(found, after_verdict(work, memory, passed=judgement.passed))
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
        result = msgspec.structs.replace(result, cautions=(*gone, *result.cautions, *count(book, result)))
    work.write(BOUT_FILE, result)
    return result


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


def ring(work: Workspace, scene: Scene, table: Rows, scored: tuple[Scored, ...], anchor: Scored | None = None) -> Ring:
    """Put both corners' arrays, and the anchor's, on the same classes and rows."""
    config, use = work.config, scene.use
    fighters = [fighter for fighter in (scene.challenger, scene.champion) if fighter is not None]
    signatures = [fighter.manifest.signature for fighter in fighters]
    first = None if use.anchor is None else use.anchor.manifest.signature
    classes = all_classes(signatures if first is None else [*signatures, first])
    corners = [
        Corner(
            predictions=aligned(decided_by(answer.predictions, fighter.manifest), signature.classes, classes),
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
        allowance=None if use.allowance is None else use.allowance.shared(work.rivals),
        anchor=None
        if anchor is None or use.anchor is None
        else First(
            aligned(
                decided_by(anchor.predictions, use.anchor.manifest), use.anchor.manifest.signature.classes, classes
            ),
            use.margin,
        ),
    )


def with_verdict(work: Workspace, scene: Scene, judgement: Judgement, seconds: dict[str, float]) -> BoutResult:
    """Return the result of a bout that was fought."""
    first = scene.use.first
    anchor = None if first is None else anchor_told(first, judgement.anchor)
    return msgspec.structs.replace(
        outline(work, scene, seconds),
        verdict=judgement.verdict,
        passed=judgement.passed,
        reasons=(*judgement.reasons, *of_use(scene.use.wear, anchor), *of_memory(scene)),
        anchor=anchor,
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
        cautions=judgement.cautions,
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
        wear=scene.use.wear,
        sealed=scene.sealed,
        search=None if scene.challenger is None else told_of(scene.challenger.bundle, scene.challenger.manifest),
        seconds=seconds,
    )
