"""The `modelbout run` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import compare as compare_command
from modelbout.cli import console, options
from modelbout.cli import drift as drift_command
from modelbout.cli import report as report_command
from modelbout.cli import train as train_command
from modelbout.cli import validate as validate_command
from modelbout.errors import EXIT_DATA, EXIT_GATE

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@options.stacked(
    options.config,
    options.run_dir,
    options.registry,
    options.as_json,
    options.quiet,
    compare_command.require_win,
)
@click.option("--plots/--no-plots", default=True, show_default=True, help="Draw the plots.")
@click.option("--html/--no-html", "page", default=True, show_default=True, help="Write the page.")
def command(
    *,
    config: Path,
    run_dir: Path | None,
    registry: str | None,
    as_json: bool,
    quiet: bool,
    require_win: bool,
    plots: bool,
    page: bool,
) -> int:
    """Validate, train, compare and report: the whole bout.

    Stops before training when the data breaks its contract, or has drifted and the configuration says
    `drift: {fail: true}`; the report is written all the same.
    Answers as `validate` and `compare` do.

    \b
    Example:
      modelbout run
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.github.base import note
    from modelbout.stages.drift import drift_of_champion
    from modelbout.stages.entrants import compare, train
    from modelbout.stages.report import report
    from modelbout.stages.validate import validate
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    watcher = options.watcher(quiet=quiet)
    with work.alone():
        note(work, console.say)
        valid = validate(work, watcher)
        if not valid.passed:
            drift_of_champion(work, watcher, registry=registry)
            report(work.run, watcher, plots=False, page=page)
            validate_command.show(valid, as_json=as_json)
            return EXIT_DATA
        drifted = drift_of_champion(work, watcher, registry=registry)
        if drifted is not None and drifted.fails and not drifted.passed:
            report(work.run, watcher, plots=False, page=page)
            drift_command.show(drifted, as_json=as_json)
            return EXIT_GATE
        trained = train(work, watcher, registry=registry)
        bout = compare(work, watcher, registry=registry)
        written = report(work.run, watcher, plots=plots, page=page)
    if not as_json:
        validate_command.show(valid, as_json=False)
        if drifted is not None:
            drift_command.show(drifted, as_json=False)
        train_command.show(trained, as_json=False)
    compare_command.show(bout, as_json=as_json)
    if not as_json:
        console.say()
        report_command.show(written)
    return compare_command.exit_code(bout, require_win=require_win)
