"""The `modelbout action` command: what the GitHub actions run."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import click

from modelbout.cli import console

if TYPE_CHECKING:
    from modelbout.github.job import Job

NAMES = ("run", "validate", "train", "compare", "report", "promote", "rollback")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> int:
    """Do in a job on GitHub what the command of the same name does here, and tell it where a reviewer looks.

    Takes its inputs from MODELBOUT_INPUTS (a JSON object) and the event from the job's environment. The actions call
    it; on a laptop use the other commands.

    \b
    Example:
      MODELBOUT_INPUTS='{"dry-run": "true"}' modelbout action report
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.errors import ModelboutError
    from modelbout.github.job import open_job

    # Plain: a colour's code before the `::` of a workflow command hides it from the runner.
    job = open_job(os.environ, progress=console.TerminalProgress(), say=click.echo)
    try:
        return act(name, job)
    except ModelboutError as error:
        # The command line prints the problems; here they also reach the lines of the files, and the summary.
        from modelbout.github.failure import tell

        tell(job, error)
        raise


def act(name: str, job: Job) -> int:
    """Do one action and return its exit code."""
    code: int = importlib.import_module(f"modelbout.github.actions.{name}").act(job)
    return code
