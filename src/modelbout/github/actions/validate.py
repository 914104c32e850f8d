"""Hold the data to its contract, with annotations on the lines of the contract, or on the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import EXIT_DATA, EXIT_FINE
from modelbout.github.bouts import idle
from modelbout.github.rounds import Rounds
from modelbout.results import VALIDATION_FILE

if TYPE_CHECKING:
    from modelbout.errors import ModelboutError
    from modelbout.github.job import Job
    from modelbout.results import ValidationResult
    from modelbout.stages.workspace import Workspace


def act(job: Job) -> int:
    """Return 0 when every contract holds, 3 when a rule of level error is broken.

    Raises:
        ConfigError: an input or a configuration is wrong.
    """
    for name in ("passed", "result", "run-directory"):
        job.outputs.set(name, "")
    if idle(job):
        return EXIT_FINE
    rounds = Rounds(job)
    rounds.each(lambda work: EXIT_FINE if one(rounds, work).passed else EXIT_DATA, spoilt=_nothing)
    code = rounds.end()
    job.outputs.set("passed", code == EXIT_FINE)
    set_paths(job, VALIDATION_FILE)
    return code


def one(rounds: Rounds, work: Workspace) -> ValidationResult:
    """Validate one model's data, and say what was found."""
    from modelbout.stages.validate import as_problem, validate  # noqa: PLC0415 -- heavy: loaded when there is work for it

    result = validate(work, rounds.job.progress)
    for finding in result.findings:
        rounds.job.progress.tell(as_problem(finding))
    rounds.found(work, result)
    holds = "contract holds" if result.passed else "contract broken"
    rounds.job.say(f"{work.config.model}: {holds if result.contract else 'no contract'}, {result.rules} rules")
    return result


def set_paths(job: Job, name: str) -> None:
    """Set the outputs that name the results of a stage and their directories."""
    runs = [work.run for work in job.workspaces if (work.run / name).is_file()]
    job.outputs.set("result", "\n".join(job.path(run / name) for run in runs))
    job.outputs.set("run-directory", "\n".join(job.path(run) for run in runs))


def _nothing(work: Workspace, error: ModelboutError) -> None:
    """Leave no result: the stage has removed what spoke of other data."""
