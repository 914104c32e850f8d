"""Let a trained challenger meet the champion on the same held-out rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import EXIT_FINE, EXIT_GATE, ConfigError
from modelbout.github.actions.validate import set_paths
from modelbout.github.bouts import idle, spoil
from modelbout.github.context import follows_a_merge
from modelbout.github.rounds import Rounds
from modelbout.report.overview import line, phrase, verdict
from modelbout.report.story import Story
from modelbout.results import BOUT_FILE, BoutResult
from modelbout.stages.promote import is_sealed, unseal

if TYPE_CHECKING:
    from modelbout.github.job import Job
    from modelbout.stages.workspace import Workspace


def act(job: Job) -> int:
    """Return what `modelbout compare` answers; of several models the worst.

    Raises:
        ConfigError: an input or a configuration is wrong.
    """
    for name in ("verdict", "result", "version", "run-directory"):
        job.outputs.set(name, "")
    if idle(job):
        return EXIT_FINE
    require_win = job.inputs.flag("require-win", default=False)
    rounds = Rounds(job)
    rounds.each(lambda work: one(job, work, require_win=require_win), spoilt=spoil)
    standings = [line(Story(bout=bout)).standing for bout in bouts(job)]
    job.outputs.set("verdict", verdict(standings))
    set_version(job)
    set_paths(job, BOUT_FILE)
    return rounds.end()


def one(job: Job, work: Workspace, *, require_win: bool) -> int:
    """Judge one model and return what the command line answers to its verdict."""
    from modelbout.stages.entrants import compare  # noqa: PLC0415 -- heavy: loaded when there is work for it

    result = compare(work, job.progress, registry=job.registry_address)
    if follows_a_merge(job.plan) and is_sealed(work, result):
        book = work.registry(job.registry_address)
        unseal(work, job.progress, book, dry_run=False, noted_later=not book.counts_bouts)
        result = work.read(BOUT_FILE, BoutResult, made_by="compare")
    job.say(f"{work.config.model}: {phrase(line(Story(bout=result)))}")
    if result.error is not None:
        job.progress.tell(result.error)
    return EXIT_GATE if require_win and result.verdict == "inconclusive" else result.exit_code


def bouts(job: Job) -> list[BoutResult]:
    """Return the verdicts that lie in the run directories."""
    found = []
    for work in job.workspaces:
        try:
            found.append(work.read(BOUT_FILE, BoutResult, made_by="compare"))
        except ConfigError:
            continue
    return found


def set_version(job: Job) -> None:
    """Set the output that names the champions that were met."""
    met = [bout.champion.version for bout in bouts(job) if bout.champion is not None and bout.champion.version]
    job.outputs.set("version", "\n".join(met))
