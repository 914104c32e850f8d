"""When a job has no bout to fight, and what it leaves of one that broke off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, Place, Problem
from modelbout.github.context import STRANGERS
from modelbout.github.rounds import told_elsewhere
from modelbout.results import BOUT_FILE

if TYPE_CHECKING:
    from modelbout.errors import ModelboutError
    from modelbout.github.job import Job
    from modelbout.stages.workspace import Workspace


def idle(job: Job) -> bool:
    """Tell, and say why, when the event asks for no bout.

    Raises:
        ConfigError: the event is one in which no bout may be fought: its token may write, and the code is a stranger's.
    """
    refuse_strangers(job)
    if job.plan.doing == "report":
        raise ConfigError(
            Problem(
                found=f"a bout is asked for on `{job.plan.event}`, where a report is due: {job.plan.why}",
                allowed="a bout on pull_request, push, merge_group, schedule or by hand",
                fix="use modelbout/modelbout/actions/report in this workflow",
                place=Place(key="on"),
            )
        )
    if job.plan.doing != "nothing":
        return False
    job.say(f"nothing to do: {job.plan.why}")
    return True


def refuse_strangers(job: Job) -> None:
    """Stop on an event that anybody can cause: a job that did nothing would be green, and may be a required check.

    Raises:
        ConfigError: it is one.
    """
    if job.plan.event in STRANGERS:
        raise ConfigError(
            Problem(
                found=f"this workflow starts on `{job.plan.event}`, where no bout is fought: {job.plan.why}",
                allowed="pull_request, and workflow_run for the report of forks",
                fix="write `on: pull_request`, as the workflow of `modelbout init` does",
                place=Place(key="on"),
            )
        )


def spoil(work: Workspace, error: ModelboutError) -> None:
    """Leave the verdict `error` of a bout that broke off: the results of its first stages alone would look harmless."""
    from modelbout.stages.compare import no_verdict  # noqa: PLC0415 -- heavy: loaded when a bout was fought
    from modelbout.stages.scene import Scene  # noqa: PLC0415 -- as above

    work.begin(BOUT_FILE)
    work.write(BOUT_FILE, no_verdict(work, Scene(), told_elsewhere(error), {}))
