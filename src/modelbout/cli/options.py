"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from modelbout.config.model import CONFIG_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.progress import Progress

F = TypeVar("F", bound="Callable[..., Any]")

config = click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path),
    default=Path(CONFIG_FILE),
    show_default=True,
    help="The model's configuration.",
)
run_dir = click.option(
    "--run-dir",
    type=click.Path(path_type=Path),
    envvar="MODELBOUT_RUN_DIR",
    default=None,
    help="Where results are kept.  [default: .modelbout/run beside the configuration]",
)
registry = click.option(
    "--registry",
    envvar="MODELBOUT_REGISTRY",
    default=None,
    help="A directory, or github:owner/name.  [default: .modelbout/registry beside the configuration]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
quiet = click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")


def stacked(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator that adds several options in the order given."""

    def add(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def watcher(*, quiet: bool) -> Progress:
    """Return the progress of a command: on standard error, or none."""
    from modelbout.cli.console import TerminalProgress

    return TerminalProgress(quiet=quiet)
