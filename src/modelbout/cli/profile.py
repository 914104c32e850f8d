"""The `modelbout profile` command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options

if TYPE_CHECKING:
    from modelbout.stages.profiling import Written

SHEET_FILE = "datasheet.md"


@click.command()
@options.stacked(options.config, options.run_dir, options.quiet)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Where the data sheet goes.  [default: datasheet.md in the run directory]",
)
@click.option("--plots/--no-plots", default=True, show_default=True, help="Draw the distributions, light and dark.")
@click.option("--html/--no-html", "page", default=False, help="Write the page too, as GitHub would show it.")
@click.option("--json", "as_json", is_flag=True, help="Print the profile as JSON, and write no data sheet.")
def command(
    *, config: Path, run_dir: Path | None, quiet: bool, output: Path | None, plots: bool, page: bool, as_json: bool
) -> None:
    """Describe the model's table: a data sheet with plots.

    Shows no value that fewer than ten rows have.

    \b
    Example:
      modelbout profile -o datasheet.md
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    from modelbout.profile import profile_bytes
    from modelbout.stages.profiling import describe, write_sheet
    from modelbout.stages.workspace import open_workspace

    work = open_workspace(config, run_dir)
    progress = options.watcher(quiet=quiet)
    with work.alone():
        found, known = describe(work, progress)
        if as_json:
            console.say_bytes(profile_bytes(found))
            return
        show(write_sheet(found, known, output or work.run / SHEET_FILE, progress, plots=plots, page=page))


def show(written: Written) -> None:
    """Print where the data sheet is."""
    console.say(f"data sheet  {written.sheet}")
    if written.page is not None:
        console.say(f"page        {written.page}")
    if written.plots:
        console.say(f"plots       {written.sheet.parent / Path(written.plots[0].light).parent}")
