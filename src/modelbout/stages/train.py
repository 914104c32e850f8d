"""The stage that makes a challenger, or finds the one that was made of the very same things."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import msgspec

from modelbout.bout.levels import levels
from modelbout.bout.names import check_names
from modelbout.bout.terms import terms_of
from modelbout.data.digests import row_keys
from modelbout.errors import ConfigError, DataError, ModelboutError
from modelbout.manifest import Lineage
from modelbout.profile import profile_bytes
from modelbout.results import TRAINING_FILE, TrainingResult
from modelbout.seal import bundle_digest, verify_files
from modelbout.stages.clusters import clusters
from modelbout.stages.groups import group_columns
from modelbout.stages.places import locating
from modelbout.stages.policy import forbidden_in
from modelbout.stages.reference import reference
from modelbout.stages.search import sought
from modelbout.stages.tables import rows
from modelbout.stages.threshold import chosen
from modelbout.stages.validate import require_valid
from modelbout.stages.workspace import now, run_url
from modelbout.training.behaviour import require_inputs
from modelbout.training.bundle import seal
from modelbout.training.environment import probe
from modelbout.training.fingerprint import fingerprint
from modelbout.training.fit import fit
from modelbout.training.golden import golden_rows, remember
from modelbout.training.importance import dealt_anew
from modelbout.training.row_ids import row_ids
from modelbout.training.rows import features
from modelbout.training.search import search_bytes
from modelbout.training.signature import signature, truth
from modelbout.training.threshold import decided

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.evidence import Estimate
    from modelbout.manifest import Signature
    from modelbout.predictions import Predictions
    from modelbout.progress import Progress
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace
    from modelbout.training.environment import Environment
    from modelbout.training.fingerprint import Fingerprint
    from modelbout.training.fit import Fitted

GIT_SECONDS = 10  # git answers in milliseconds; a hanging file system should not hang a training


def train(work: Workspace, progress: Progress, *, registry: str | None, force: bool = False) -> TrainingResult:
    """Leave a sealed challenger in the run directory, and ``training.json``.

    A bundle with the same fingerprint, in the run directory or the champion's, is taken instead of training.

    Raises:
        ConfigError: the configuration or the user's environment is at fault.
        TrainingError: the user's program failed.
        DataError: the data breaks its contract or does not fit the task.
    """
    with locating(work):
        work.begin(TRAINING_FILE)
        began = time.perf_counter()
        faults = check_names(work.config.compare, work.config.task)
        if faults:
            # A challenger that cannot be judged need not be trained.
            raise ConfigError(*faults)
        opened = require_valid(work, progress)
        with progress.step("reading rows"):
            table = rows(work, opened)
        shape = signature(
            table.train, work.config.data, work.config.task, tuple(forbidden_in(work, table.train.columns))
        )
        require_inputs(work.config.compare.expectations, shape)
        with progress.step("looking at your Python"):
            scratch = fresh(work.run / "training")
            environment = probe(work.config.train.python, root=work.root, work=scratch)
        mark = fingerprint(
            work.config,
            root=work.root,
            data_digests=(table.train_digest, table.holdout_digest),
            environment=environment.lock,
        )
        known = not force and reuse(work, mark, registry)
        if not known:
            make(work, progress, table=table, shape=shape, environment=environment, mark=mark, registry=registry)
        result = TrainingResult(
            model=work.config.model,
            status="reused" if known else "trained",
            bundle=work.bundle.name,
            bundle_digest=bundle_digest(work.bundle),
            fingerprint=mark.total,
            train_rows=table.train.height,
            holdout_rows=table.holdout.height,
            features=len(shape.inputs),
            seconds=round(time.perf_counter() - began, 3),
            created=now(),
        )
        work.write(TRAINING_FILE, result)
        return result


def fresh(directory: Path) -> Path:
    """Return the directory, empty."""
    shutil.rmtree(directory, ignore_errors=True)
    return directory


def reuse(work: Workspace, mark: Fingerprint, registry: str | None) -> bool:
    """Tell whether the run directory now holds a whole bundle of this fingerprint, its own or the champion's."""
    if same(work.bundle, work.config.model, mark):
        return True
    try:
        book = work.registry(registry)
        title = book.champion(work.config.model, work.final_stage)
        if title is None:
            return False
        fetched = book.fetch(work.config.model, title.version, fresh(work.run / "champion"))
    except ModelboutError:
        # Not our errand here: the comparison meets the same registry and says what is wrong with it.
        return False
    if not same(fetched, work.config.model, mark):
        return False
    shutil.copytree(fetched, fresh(work.bundle))
    return True


def same(bundle: Path, model: str, mark: Fingerprint) -> bool:
    """Tell whether a whole bundle of this model with this fingerprint lies there."""
    try:
        if not bundle.is_dir():
            return False
        manifest = verify_files(bundle)
    except ModelboutError:
        return False
    return (manifest.name, manifest.lineage.fingerprint) == (model, mark.total)


def make(
    work: Workspace,
    progress: Progress,
    *,
    table: Rows,
    shape: Signature,
    environment: Environment,
    mark: Fingerprint,
    registry: str | None,
) -> None:
    """Train, let the new model answer holdout and golden rows, and seal all of it."""
    golden = golden_rows(features(table.train, shape), seed=work.config.train.seed)
    found = sought(work, table, shape, environment, progress)
    train = work.config.train if found is None else found.train
    fitted = fit(
        train,
        root=work.root,
        signature=shape,
        task=work.config.task,
        rows=table.train,
        work=work.run / "training",
        progress=progress,
        ask=(table.holdout, golden),
        wish=dealt_anew(features(table.holdout, shape)),
        environment=environment,
    )
    on_holdout, on_golden = fitted.answers
    scorer = msgspec.structs.replace(fitted.scorer, threshold=chosen(work, train, table, shape, environment, progress))
    judged = decided(on_holdout, shape, scorer)
    with progress.step("profiling the training rows"):
        known = reference(
            table.train,
            shape,
            slices=group_columns(work.config.compare),
            on_holdout=judged,
            on_dealt=None if fitted.extra is None else decided(fitted.extra, shape, scorer),
        )
    contract = work.config.data.contract
    with progress.step("sealing the bundle"):
        seal(
            work.bundle,
            name=work.config.model,
            task=work.config.task,
            signature=shape,
            scorer=scorer,
            files=fitted.files,
            environment=fitted.environment,
            lineage=lineage(work, table, fitted, mark, registry),
            profile=profile_bytes(known),
            golden=remember(golden, on_golden, shape),
            keys=row_keys(table.holdout, [feature.name for feature in shape.inputs]),
            predictions=on_holdout,
            metrics=own_metrics(work, table, shape, judged),
            importances={one.name: one.importance for one in known.columns if one.importance is not None},
            contract=None if contract is None else work.root / contract,
            search=None if found is None else search_bytes(found),
            row_ids=None
            if work.config.train.row_ids == "none"
            else row_ids(table.train, id=work.config.data.id, salt=table.train_digest),
        )


def own_metrics(work: Workspace, table: Rows, shape: Signature, answers: Predictions) -> dict[str, Estimate]:
    """Return what the model reached on the holdout of its day.

    Nothing when that holdout cannot be judged: the bout that follows says why, and its verdict is an error.
    """
    positive = None if shape.positive is None else shape.classes.index(shape.positive)
    config = work.config
    try:
        return levels(
            config.task,
            shape.classes,
            positive,
            truth(table.holdout, shape),
            answers,
            config.compare.confidence,
            terms_of(config.compare),
            clusters(table.holdout, config.data, config.compare.block),
        )
    except DataError:
        return {}


def lineage(work: Workspace, table: Rows, fitted: Fitted, mark: Fingerprint, registry: str | None) -> Lineage:
    """Say where the challenger comes from."""
    commit, dirty = revision(work.root)
    return Lineage(
        created=now(),
        seed=work.config.train.seed,
        code_digest=mark.code,
        config_digest=mark.config,
        data_digest=table.train_digest,
        environment_digest=mark.environment,
        fingerprint=mark.total,
        python=fitted.python,
        train_rows=table.train.height,
        commit=commit,
        dirty=dirty,
        run_url=run_url(),
        parents=parents(work, registry),
        fit_seconds=round(fitted.seconds, 3),
    )


def parents(work: Workspace, registry: str | None) -> tuple[str, ...]:
    """Return the digest of the champion that stands while this is trained."""
    try:
        title = work.registry(registry).champion(work.config.model, work.final_stage)
    except ModelboutError:
        # As in `reuse`: a damaged registry is the comparison's to report.
        return ()
    return () if title is None else (title.bundle_digest,)


def revision(root: Path) -> tuple[str | None, bool | None]:
    """Return the commit that is checked out and whether files differ from it; None where git does not tell."""
    commit = git(root, "rev-parse", "HEAD")
    if commit is None:
        return None, None
    changes = git(root, "status", "--porcelain", "--untracked-files=no", "--", ".")
    return commit, None if changes is None else bool(changes)


def git(root: Path, *words: str) -> str | None:
    """Return what git answers, or None when it is not there or refuses."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), *words],  # noqa: S607 -- the user's own git, as their shell finds it
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
