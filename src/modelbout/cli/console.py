"""The only place that prints: results to standard output, progress and problems to standard error."""

from __future__ import annotations

import itertools
import os
import re
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelbout.errors import Problem

MARKS = {"first": "●", "win": "✔", "loss": "✘", "inconclusive": "≈", "error": "!"}
COLOURS = {"first": "green", "win": "green", "loss": "red", "inconclusive": "yellow", "error": "red"}
REDRAW_SECONDS = 0.1  # ten pictures a second look smooth and cost nothing
_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)
SHOWN_PROBLEMS = 20  # more than a screenful helps nobody; the JSON result holds all


def colours_wanted() -> bool | None:
    """Return False when NO_COLOR is set (see no-color.org), else None: click then looks whether it is a terminal."""
    return False if os.environ.get("NO_COLOR") else None


def say(text: str = "", *, colour: str | None = None, bold: bool = False) -> None:
    """Print one line of the result; one that starts with ``::`` is a command to GitHub, and meant to be."""
    click.secho(_no_old_command(text), fg=colour, bold=bold, color=colours_wanted())


def say_bytes(data: bytes) -> None:
    """Print a JSON document as it is."""
    click.echo(data.decode(), nl=False)


def note(text: str, *, colour: str | None = None) -> None:
    """Print one line beside the result."""
    click.secho(uncommanded(text), fg=colour, err=True, color=colours_wanted())


def printable(text: str) -> str:
    """Return the text without characters that could steer a terminal: control, bidi and other format characters."""
    return "".join(char if char.isprintable() or char == "\n" else f"\\x{ord(char):02x}" for char in text)


def uncommanded(text: str) -> str:
    """Return the text without what GitHub's runner takes for a command in a job's log, whoever wrote it.

    The runner reads standard output and standard error alike: ``::name::`` at a line's start, after any white space,
    and the older ``##[name]`` anywhere (github.com/actions/runner, ActionCommand).
    """
    return _COMMAND.sub(r"\1: :", _no_old_command(text))


def _no_old_command(text: str) -> str:
    return text.replace("##[", "# #[")


def problems(found: Iterable[Problem]) -> None:
    """Print problems, the worst first, each with its place and next step."""
    ranked = sorted(found, key=lambda problem: problem.level != "error")
    for problem in ranked[:SHOWN_PROBLEMS]:
        colour = "red" if problem.level == "error" else "yellow"
        click.secho(f"{problem.level}: ", fg=colour, bold=True, err=True, nl=False, color=colours_wanted())
        click.echo(uncommanded(printable(str(problem))), err=True, color=colours_wanted())
    if len(ranked) > SHOWN_PROBLEMS:
        note(f"... and {len(ranked) - SHOWN_PROBLEMS} more")


class TerminalProgress:
    """Shows each step with its time; while it runs, a moving bar, but only on a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._live = not quiet and sys.stderr is not None and sys.stderr.isatty()  # None: closed by the caller

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Show that a step runs while the context is open, and how long it took after."""
        if self._quiet:
            yield
            return
        began = time.perf_counter()
        ended = threading.Event()
        painter = threading.Thread(target=self._paint, args=(label, began, ended), daemon=True)
        if self._live:
            painter.start()
        mark, colour = "✘", "red"
        try:
            yield
            mark, colour = "✔", "green"
        finally:
            ended.set()
            if self._live:
                painter.join()
                click.echo("\r\033[K", err=True, nl=False, color=True)
            click.secho(f"  {mark} ", fg=colour, err=True, nl=False, color=colours_wanted())
            click.echo(f"{label}  {time.perf_counter() - began:.1f} s", err=True)

    def tell(self, problem: Problem) -> None:
        """Print a problem at once, also when no progress is shown."""
        problems([problem])

    @staticmethod
    def _paint(label: str, began: float, ended: threading.Event) -> None:
        bar = itertools.cycle(["▰▱▱▱▱", "▱▰▱▱▱", "▱▱▰▱▱", "▱▱▱▰▱", "▱▱▱▱▰", "▱▱▱▰▱", "▱▱▰▱▱", "▱▰▱▱▱"])
        while not ended.wait(REDRAW_SECONDS):
            seconds = time.perf_counter() - began
            click.echo(f"\r\033[K  {next(bar)} {label}  {seconds:.1f} s", err=True, nl=False, color=True)
