"""Roll back: first a rehearsal in a job without rights, then the title moves, is read back, and people are told.

The rehearsal (``rehearse: true``) loads the model; the job that moves the title never does.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.errors import EXIT_FINE, ConfigError, ModelboutError, Place, Problem
from modelbout.github import summary
from modelbout.github.promotion.aftermath import commit_of, prepare
from modelbout.github.promotion.answer import Answer
from modelbout.github.promotion.configs import workspaces
from modelbout.github.promotion.returning import Wish, give_back, hold, resolve
from modelbout.github.promotion.telling import Teller
from modelbout.github.rehearsal import rehearse
from modelbout.report.escape import code
from modelbout.results import PROMOTION_FILE
from modelbout.seal import is_digest
from modelbout.stages.promote import chosen_stage

if TYPE_CHECKING:
    from modelbout.github.job import Job
    from modelbout.stages.workspace import Workspace


def act(job: Job) -> int:
    """Return 0 when the version was rehearsed, or holds the title and everybody was told.

    Raises:
        ConfigError: an input is wrong or missing.
        GateRefusedError: there is nothing to return to.
        BundleError: the version is damaged, or no longer answers as on the day of its training.
        RegistryError: the registry or GitHub refuses; or, after the title moved, a record could not be written.
    """
    work = one_of(tuple(work for _, work in workspaces(job)), job.inputs.text("model"))
    stage = chosen_stage(work, job.inputs.text("stage") or work.final_stage)
    with work.alone():
        if job.inputs.flag("rehearse", default=False):
            return _rehearse(job, work, stage)
        return _give_back(job, work, stage)


def one_of(works: tuple[Workspace, ...], model: str) -> Workspace:
    """Return the one model whose title shall move.

    Raises:
        ConfigError: there are several and none is named, or none is of that name.
    """
    found = [work for work in works if model in ("", work.config.model)]
    if len(found) == 1:
        return found[0]
    raise ConfigError(
        Problem(
            found=f"there is no model {model!r}" if model else f"`config` names {len(works)} models",
            allowed=", ".join(work.config.model for work in works),
            fix="say which one: the input `model`",
            place=Place(key="model"),
        )
    )


def _rehearse(job: Job, work: Workspace, stage: str) -> int:
    book = work.registry(job.registry_address)
    to = job.inputs.text("to") or None
    way = resolve(book, Wish(work.config.model, stage, to, run_url=job.runner.run_url))
    with tempfile.TemporaryDirectory(dir=job.runner.temp, prefix="modelbout-") as scratch:
        done = rehearse(
            work,
            book,
            job.progress,
            version=way.version,
            bundle_digest=way.bundle_digest,
            python=job.inputs.text("python") or None,
            scratch=Path(scratch),
        )
    job.outputs.set("version", done.version)
    job.outputs.set("bundle-digest", done.bundle_digest)
    name = f"{work.config.model}@{done.version}"
    told = f"was fetched and verified; it answers its {done.golden_rows} golden rows as on the day it was trained"
    job.say(f"{name} {told}")
    summary.write(job.runner, f"### Rehearsal\n\n{code(name)} {told}. Nothing has moved yet.")
    return EXIT_FINE


def _give_back(job: Job, work: Workspace, stage: str) -> int:
    wish = wished(job, work, stage)
    book = work.registry(job.registry_address)
    # Every input is read before anything moves.
    aftermath, number = prepare(job, last=work.final_stage), job.inputs.number("issue")
    held = job.inputs.flag("hold", default=False)
    way = resolve(book, wish)
    if held:
        hold(book, wish, dry_run=job.dry_run, say=job.say)
    result = give_back(book, wish, way, dry_run=job.dry_run)
    job.outputs.set("version", result.version)
    job.outputs.set("bundle-digest", result.bundle_digest)
    job.outputs.set("result", job.path(work.run / PROMOTION_FILE))
    name = f"{result.model}@{result.version}"
    job.say(f"{name} {'would hold' if result.dry_run else 'holds'} the title at {stage}, after {result.previous}")
    teller = Teller(job, job.plan.default_branch or "main")
    story = teller.story(work, result)
    failed: list[ModelboutError] = list(aftermath.tell(result, commit=commit_of(job, result)))
    if number is not None:
        failed += Answer(job.session, number).give(result)
    summary.write(job.runner, [story])
    if failed:
        raise type(failed[0])(*(problem for error in failed for problem in error.problems))
    return EXIT_FINE


def wished(job: Job, work: Workspace, stage: str) -> Wish:
    """Return what was asked for.

    Raises:
        ConfigError: the reason is missing, or the digest is none.
    """
    reason, digest = job.inputs.text("reason"), job.inputs.text("bundle-digest")
    if not reason:
        raise ConfigError(
            Problem(
                found="the input `reason` is empty",
                allowed="a text",
                fix="say why the title moves: the ledger keeps it for ever",
                place=Place(key="reason"),
            )
        )
    if digest and not is_digest(digest):
        raise ConfigError(
            Problem(
                found="the input `bundle-digest` is no sha256",
                allowed="64 characters of lower-case hex",
                fix="pass on what the rehearsal gave: `${{ needs.rehearse.outputs.bundle-digest }}`",
                place=Place(key="bundle-digest"),
            )
        )
    return Wish(
        model=work.config.model,
        stage=stage,
        to=job.inputs.text("to") or None,
        reason=reason,
        digest=digest or None,
        run_url=job.runner.run_url,
    )
