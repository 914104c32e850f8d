"""The `modelbout train` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.results import TrainingResult


@click.command()
@options.stacked(options.config, options.run_dir, options.registry, options.as_json, options.quiet)
@click.option("--force", is_flag=True, help="Train even if a bundle of the same fingerprint exists.")
def command(
    *, config: Path, run_dir: Path | None, registry: str | None, as_json: bool, quiet: bool, force: bool
) -> None:
    """Train a challenger and seal its bundle.

    Nothing is trained when a bundle with the same fingerprint (code, configuration, data, seed,
    environment) exists already, in the run directory or as champion.

    \b
    Example:
      modelbout train
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.entrants import train
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    with work.alone():
        result = train(work, options.watcher(quiet=quiet), registry=registry, force=force)
    show(result, as_json=as_json)


def show(result: TrainingResult, *, as_json: bool) -> None:
    """Print a training: as JSON, or one line."""
    from modelbout.record import to_json

    if as_json:
        console.say_bytes(to_json(result))
        return
    console.say(
        f"{result.status} a challenger for {result.model}: {result.train_rows:,} rows, {result.features} inputs, "
        f"bundle {result.bundle_digest[:12]}",
        bold=True,
    )
