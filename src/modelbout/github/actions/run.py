"""The whole bout in one step: validate, train, compare, report; for one model, or several one after another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import EXIT_DATA, EXIT_GATE
from modelbout.github.actions import compare, report, validate
from modelbout.github.api.errors import GitHubError
from modelbout.github.bouts import idle, spoil
from modelbout.github.inputs import FALSE
from modelbout.github.rounds import Rounds
from modelbout.results import BOUT_FILE, VALIDATION_FILE
from modelbout.stages.report import report as stage_report
from modelbout.stages.workspace import RESULTS

if TYPE_CHECKING:
    from modelbout.github.job import Job
    from modelbout.stages.workspace import Workspace


def act(job: Job) -> int:
    """Return what `modelbout run` answers: 0 for a pass, 1 for a loss, the code of the cause where there is no verdict.

    Of several models the worst counts. A comment or check that cannot be written changes nothing of it: it is told.

    Raises:
        ConfigError: an input or a configuration is wrong.
    """
    for name in ("verdict", "result", "report", "comment-url", "version", "run-directory"):
        job.outputs.set(name, "")
    if idle(job):
        return 0
    require_win = job.inputs.flag("require-win", default=False)
    job.inputs.choice("plots", report.PLOTS, default="none")
    rounds = Rounds(job)

    def bout(work: Workspace) -> int:
        from modelbout.stages.drift import drift_of_champion  # noqa: PLC0415 -- heavy: loaded when there is work for it
        from modelbout.stages.entrants import train  # noqa: PLC0415 -- as above

        valid = validate.one(rounds, work).passed
        # Data that breaks its contract may say by its drift where it broke.
        drifted = drift_of_champion(work, job.progress, registry=job.registry_address)
        if not valid:
            return EXIT_DATA
        if drifted is not None and drifted.fails and not drifted.passed:
            return EXIT_GATE
        train(work, job.progress, registry=job.registry_address)
        return compare.one(job, work, require_win=require_win)

    rounds.each(bout, spoilt=spoil)
    told(job)
    return rounds.end()


def told(job: Job) -> None:
    """Report what the models left, and set the outputs."""
    runs = [work.run for work in job.workspaces if any((work.run / name).is_file() for name in RESULTS)]
    job.outputs.set("run-directory", "\n".join(job.path(run) for run in runs))
    compare.set_version(job)
    if not runs:
        return
    if not job.runner.repository:
        for run in runs:  # a laptop: there is nobody to tell
            stage_report(run, job.progress, plots=False, page=False)
        return
    given = {"run-directory": "\n".join(str(run) for run in runs), "run-id": "", "check": checked(job)}
    try:
        report.act(replace(job, inputs=replace(job.inputs, values={**job.inputs.values, **given})))
    except GitHubError as error:
        # The verdict is there. A check that is required stays open, so nothing is let through by this.
        for problem in error.problems:
            job.progress.tell(msgspec.structs.replace(problem, level="warn"))
    first = [next(run / name for name in (BOUT_FILE, VALIDATION_FILE) if (run / name).is_file()) for run in runs]
    job.outputs.set("result", "\n".join(job.path(path) for path in first))


def checked(job: Job) -> str:
    """Return the name of the check run; empty for none."""
    name = job.inputs.text("check")
    return "" if name in FALSE else name
