"""The `modelbout doctor` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelbout.cli import console, options
from modelbout.errors import EXIT_CONFIG, EXIT_FINE

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@options.stacked(options.config, options.as_json)
def command(*, config: Path, as_json: bool) -> int:
    """Say what is installed, which versions, and what is missing.

    Looks at Python, the libraries, git, the user's interpreter of the configuration (when there is
    one) and the registry. Answers 2 when something that a bout needs is missing.

    \b
    Example:
      modelbout doctor
    """  # noqa: D301 -- \b is click's mark for text that keeps its lines
    import msgspec

    from modelbout.stages.doctor import examine

    signs = examine(config)
    if as_json:
        console.say_bytes(msgspec.json.format(msgspec.json.encode(signs), indent=2) + b"\n")
    for sign in () if as_json else signs:
        mark, colour = {"fine": ("✔", "green"), "missing": ("✘", "red"), "absent": ("-", "yellow")}[sign.state]
        console.say(f"{mark} {sign.what:<16} {console.printable(sign.found)}", colour=colour)
        if sign.fix:
            console.say(f"    -> {console.printable(sign.fix)}")
    return EXIT_CONFIG if any(sign.state == "missing" for sign in signs) else EXIT_FINE
