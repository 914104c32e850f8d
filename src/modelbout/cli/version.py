"""The `modelbout version` command."""

from __future__ import annotations

import click

from modelbout import __version__
from modelbout.cli import console, options


@click.command()
@options.as_json
def command(*, as_json: bool) -> None:
    """Print the version.

    \b
    Example:
      modelbout version
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    console.say(f'{{"version": "{__version__}"}}' if as_json else __version__)
