"""The `modelbout report` command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options

if TYPE_CHECKING:
    from modelbout.stages.report import Report


@click.command()
@options.stacked(options.config, options.run_dir, options.quiet)
@click.option("--plots/--no-plots", default=False, help="Draw the plots anew (needs matplotlib).")
@click.option("--html/--no-html", "page", default=False, help="Write the page too, as GitHub would show it.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print the Markdown as well.")
def command(*, config: Path, run_dir: Path | None, quiet: bool, plots: bool, page: bool, to_stdout: bool) -> None:
    """Write the report from the results of the run.

    Reads the JSON results alone: no data, no model.

    \b
    Example:
      modelbout report --plots --html
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.stages.report import report
    from modelbout.stages.workspace import RUN

    run = run_dir or config.parent / RUN
    written = report(run, options.watcher(quiet=quiet), plots=plots, page=page)
    if to_stdout:
        console.say_bytes(written.markdown.read_bytes())
    else:
        show(written)


def show(written: Report) -> None:
    """Print where the report is."""
    console.say(f"report  {written.markdown}")
    if written.page is not None:
        console.say(f"page    {written.page}")
    if written.plots:
        console.say(f"plots   {written.markdown.parent / Path(written.plots[0].light).parent}")
