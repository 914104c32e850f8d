"""Tell of an error that stops an action where people look: on the lines of the files, and in the job's summary."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, ModelboutError
from modelbout.github import summary
from modelbout.github.annotations import annotate, of_problems
from modelbout.report.escape import text

if TYPE_CHECKING:
    from modelbout.github.job import Job

TITLE = "Modelbout"


def tell(job: Job, error: ModelboutError) -> None:
    """Annotate the places of the problems, and add them to the summary; never raises another error of ours."""
    wanted = True
    with suppress(ConfigError):
        wanted = job.inputs.flag("annotations", default=True)
    if wanted:
        notes = of_problems(error.problems, title=TITLE)
        annotate(notes, job.say, base=job.here, workspace=job.runner.workspace)
    lines = [
        f"- {text(str(problem.place))}: {said}" if str(problem.place) else f"- {said}"
        for problem in error.problems
        # Only the first line: behind it are the words of a program, which may hold values of rows.
        for said in (" ".join(str(text(part)) for part in (problem.found.partition("\n")[0], problem.fix) if part),)
    ]
    with suppress(ModelboutError):
        summary.write(job.runner, "\n".join(["**Modelbout stopped.**", "", *lines]))
