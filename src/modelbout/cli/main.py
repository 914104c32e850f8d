"""The command group: commands are imported when they are called, and errors become exit codes here."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from modelbout import __version__
from modelbout.catalogue import did_you_mean
from modelbout.cli import console
from modelbout.errors import EXIT_CONFIG, EXIT_INTERNAL, EXIT_REGISTRY, ModelboutError, Place, Problem, cause

if TYPE_CHECKING:
    from types import FrameType

EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells answer
EXIT_NO_READER = 141  # 128 + SIGPIPE, as shells answer
MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}  # a full, closed or broken disk is no fault of ours

# One line each here, so that --help imports no command.
COMMANDS = {
    "init": "Draft modelbout.yaml, a contract and workflows from a table.",
    "validate": "Check the data against its contract.",
    "train": "Train a challenger and seal its bundle.",
    "compare": "Let the challenger meet the champion on the holdout.",
    "drift": "Hold the data against what the champion was trained on.",
    "report": "Write the report from the results of the run.",
    "profile": "Describe the table: a data sheet with plots.",
    "run": "Validate, train, compare and report.",
    "promote": "Give a winner the title.",
    "rollback": "Give the title back to an earlier version.",
    "action": "Do one of these in a job on GitHub: what the actions run.",
    "registry": "Look into the registry: list, show, history, pull, doctor, hold, release.",
    "contract": "Draft a contract from data, or compare two contracts.",
    "schema": "Print or write the JSON Schemas.",
    "doctor": "Say what is installed and what is missing.",
    "version": "Print the version.",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of the same name, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the names in the order of a first bout."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"modelbout.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a misspelt one."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            guess = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"There is no command {args[0]!r}.{guess} `modelbout --help` lists them.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="modelbout")
@click.option("--config", "-c", default=None, help="The configuration, for every command that reads one.")
@click.pass_context
def command(context: click.Context, config: str | None) -> None:
    """Make every change to a model a bout: challenger against champion, on the same rows.

    \b
    A first bout in a repository with a table:
      modelbout init data/customers.csv --target churn
      modelbout run
      modelbout promote

    \b
    Exit codes: 0 fine, 1 the gate said no, 2 configuration or training code,
    3 data, 4 registry or GitHub, 5 our own fault.
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    if config is not None:
        context.default_map = {name: {"config": config} for name in COMMANDS}


def entry(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; no traceback ever reaches the user."""
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup has it ignored: leave it so
            signal.signal(number, interrupt)
    sys.exit(run(arguments))


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """End as on Ctrl-C: a cancelled job or a closed terminal must not leave a training running."""
    raise KeyboardInterrupt


def run(arguments: list[str] | None = None) -> int:  # noqa: PLR0911 -- one way out for each kind of error
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        answer = command.main(args=arguments, prog_name="modelbout", standalone_mode=False)
    except ModelboutError as error:
        console.problems(error.problems)
        return error.exit_code
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.Abort:
        console.note("interrupted: nothing was half-written; start the same command again")
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return EXIT_CONFIG
    except (BrokenPipeError, SystemExit):
        # The reader (head, less) left early: click turns that into SystemExit. It is no pass, since nobody knows
        # whether the work was done by then.
        return EXIT_NO_READER
    except Exception as error:  # noqa: BLE001 -- the border: whatever went wrong is told, not thrown at the user
        problem, code = unforeseen(error)
        console.problems([problem])
        return code
    return answer if isinstance(answer, int) else 0


def unforeseen(error: Exception) -> tuple[Problem, int]:
    """Return what to tell of an error that no room caught, and its exit code."""
    if isinstance(error, OSError) and error.errno in MACHINE:
        return refused(error), EXIT_REGISTRY
    return own_fault(error), EXIT_INTERNAL


def refused(error: OSError) -> Problem:
    """Return the problem of a disk or device that does not take what we write, wherever it was met."""
    return Problem(
        found=f"the machine refuses: {error.strerror}",
        allowed="room on the disk, and the right to write there",
        fix="make room or mend the permissions; look at where standard output goes, too",
        place=Place(file=None if error.filename is None else str(error.filename)),
    )


def own_fault(error: Exception) -> Problem:
    """Return the problem to show for an error that we did not foresee; the traceback goes to a file."""
    handle, name = tempfile.mkstemp(prefix="modelbout-fault-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    return Problem(
        found=f"modelbout met something it did not foresee, its own fault: {type(error).__name__}: {cause(error)}",
        fix=f"please report it with the details in {Path(name)}; look them through first, they may name your files",
    )
