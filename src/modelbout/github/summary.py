"""The job's summary: the full report of every model, within what GitHub takes of one step.

GitHub throws a summary away as a whole when it is too long, and says so to nobody. So over the limit parts leave in the
order of ``report.render`` (the smallest ``DROP`` first, each at once for all models), then all of a model but its
headline, then the headlines of the last models; and a line says what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import Place, Problem, RegistryError, cause
from modelbout.report.escape import code, text
from modelbout.report.overview import line, phrase
from modelbout.report.render import parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.github.runner import Runner
    from modelbout.report.render import Part
    from modelbout.report.story import Story

STEP_LIMIT = 2**20
"""Bytes of one step's summary: docs.github.com, "Workflow commands", "Step isolation and limits": 1 MiB."""

RESERVE = 4096
"""Bytes that are kept for the lines that say what is missing. Our own choice."""

HEADLINE = "verdict"
"""The part that leaves last: the mark and the three sentences."""

FULL = "Only in the artifact with the results"


def write(runner: Runner, what: str | Sequence[Story], *, notes: Sequence[str] = ()) -> bool:
    """Append a finished piece of Markdown, or the reports of models, to the summary of this step.

    Args:
        runner: the job; outside of one nothing is written.
        what: Markdown that we rendered, which fits as a whole or is left out with a line that says so; or stories.
        notes: sentences below, such as why there is no comment; they may hold anything.

    Returns:
        Whether all of it stands in the summary; also when there is none to write.

    Raises:
        RegistryError: the file cannot be written.
    """
    if runner.summary is None:
        return True
    room = STEP_LIMIT - RESERVE - _size(runner.summary)
    said = "".join(f"\n> {text(note)}\n" for note in notes)
    room -= len(said.encode())
    if isinstance(what, str):
        piece, whole = what.strip("\n") + "\n", True
        if len(piece.encode()) > room:
            piece, whole = "> A part of this summary has no room here: GitHub takes 1 MiB of one step.\n", False
    else:
        piece, whole = _reports(what, room)
    _append(runner.summary, f"{piece}{said}\n")
    return whole


def _reports(stories: Sequence[Story], room: int) -> tuple[str, bool]:
    """Return the reports within so many bytes, and whether nothing had to leave."""
    told = [(story, parts(story)) for story in stories]
    ranks = sorted({(part.drop, part.name) for _, all_of_it in told for part in all_of_it if part.drop is not None})
    gone: list[str] = []
    while True:
        page = _page(told, gone)
        if len(page.encode()) <= room:
            return page, not gone
        if not ranks:
            return _headlines(told, room), False
        gone.append(ranks.pop(0)[1])


def _page(told: Sequence[tuple[Story, Sequence[Part]]], gone: Sequence[str]) -> str:
    pieces = [part.markdown for _, all_of_it in told for part in all_of_it if part.name not in gone]
    left = dict.fromkeys(part.name for _, all_of_it in told for part in all_of_it if part.name in gone)
    if left:
        pieces.append(f"> Left out to fit: {', '.join(left)}. {FULL}.")
    return "\n\n".join(pieces) + "\n"


def _headlines(told: Sequence[tuple[Story, Sequence[Part]]], room: int) -> str:
    """Return as many headlines as there is room for, and the number of models that have none."""
    pieces: list[str] = []
    size = 0
    for story, all_of_it in told:
        piece = next((part.markdown for part in all_of_it if part.name == HEADLINE), _line(story))
        size += len(piece.encode()) + 2
        if size > room:
            break
        pieces.append(piece)
    missing = len(told) - len(pieces)
    more = f" {missing} models have no room at all." if missing else ""
    pieces.append(f"> Left out to fit: all but the verdicts.{more} {FULL}.")
    return "\n\n".join(pieces) + "\n"


def _line(story: Story) -> str:
    return f"{code(story.model)}: {text(phrase(line(story)))}"


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _append(file: Path, written: str) -> None:
    try:
        with file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(written if _size(file) + len(written.encode()) <= STEP_LIMIT else "")
    except OSError as error:
        raise RegistryError(
            Problem(
                found=f"the job's summary cannot be written: {error.strerror or cause(error)}",
                fix="look at the disk of the runner, then run the job again",
                place=Place(file=str(file)),
            )
        ) from error
