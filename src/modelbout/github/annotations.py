"""Annotations: findings on the lines of files, told to GitHub by workflow commands on standard output, worst first.

Security contract: one line goes out for each annotation, and it is one command. Names from data and files lose every
control and invisible character before GitHub's own escaping, so that no line ends early and no second command begins.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from modelbout.report.escape import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelbout.errors import Place, Problem
    from modelbout.results import Finding, ValidationResult

Severity = Literal["error", "warning", "notice"]

MOST = 9
"""Annotations on lines. GitHub shows ten of a kind for a step, all inner steps of an action together; one says how
many more there are."""

MESSAGE_BYTES = 4096
"""Of a message: GitHub cuts there, in the middle of whatever stands there."""

TITLE_LIMIT = 120
"""Characters of a title; the page shows one line. Our own choice, below GitHub's 255."""

PATH_LIMIT = 1024
"""Characters of a file's path: a longer one is no file of a checkout, and GitHub would find no line for it."""

MESSAGE_CHARACTERS = 3000
"""Characters of a message before it is escaped. Our own choice."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
_BY_LEVEL: dict[str, Severity] = {"error": "error", "warn": "warning"}


@dataclass(frozen=True)
class Note:
    """One annotation, in plain text that may hold anything.

    Attributes:
        severity: how bad it is.
        title: in a few words; empty for none.
        message: what was found, and the next step.
        file: from the workspace; None for none.
        line: from 1; counts only with a file.
        column: from 1; counts only with a line.
    """

    severity: Severity
    title: str
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None


def of_problems(problems: Iterable[Problem], *, title: str) -> tuple[Note, ...]:
    """Return an annotation for each problem of a configuration, a contract or data.

    Args:
        problems: in the order in which a reader should mend them.
        title: what they are problems of, such as ``modelbout.yaml``.
    """
    return tuple(
        _at(
            problem.place,
            Note(
                _BY_LEVEL[problem.level],
                f"{title}: {problem.place.key}" if problem.place.key else title,
                _sentences(
                    problem.found.partition("\n")[0],
                    f"allowed: {problem.allowed}" if problem.allowed else "",
                    problem.fix,
                ),
            ),
        )
        for problem in problems
    )


def of_validation(result: ValidationResult) -> tuple[Note, ...]:
    """Return an annotation for each finding: on the contract's line, or on the data's file where it has none."""
    files: dict[str, str] = {table.role: table.files[0].path for table in result.tables if table.files}
    return tuple(_of_finding(finding, result.model, files.get(finding.role)) for finding in result.findings)


def annotate(
    notes: Iterable[Note], write: Callable[[str], object], *, base: Path | None = None, workspace: Path | None = None
) -> int:
    """Write the worst annotations, and one without a place that counts the others.

    Args:
        notes: of one step, all that there are: those of one severity stay in their order.
        write: takes one line of standard output, without its end.
        base: the directory from which the notes' files are named; the current one by default.
        workspace: where the repository is checked out: GitHub names files from there.

    Returns:
        How many annotations were written.
    """
    ordered = sorted(dict.fromkeys(notes), key=lambda note: SEVERITIES.index(note.severity))
    shown, rest = ordered[:MOST], ordered[MOST:]
    if len(rest) == 1:
        shown, rest = ordered, []
    for note in shown:
        write(command(_placed(note, base or Path.cwd(), workspace)))
    if rest:
        write(command(Note(rest[0].severity, "Modelbout", f"and {len(rest)} more: see the job's summary")))
    return len(shown) + bool(rest)


def command(note: Note) -> str:
    """Return the workflow command of one annotation: one line."""
    title = clean(note.title, limit=TITLE_LIMIT)
    properties = {"title": title} if title else {}
    if note.file:
        properties["file"] = clean(note.file, limit=PATH_LIMIT)
        if note.line is not None and note.line > 0:
            properties["line"] = str(note.line)
            if note.column is not None and note.column > 0:
                properties["col"] = str(note.column)
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{note.severity}{' ' if told else ''}{told}::{_message(note.message)}"


def _of_finding(finding: Finding, model: str, data: str | None) -> Note:
    about = f"{model}: {finding.check}" + (f" of {', '.join(finding.columns)}" if finding.columns else "")
    counted = f"{finding.failed:,} of {finding.total:,} rows of {finding.role}" if finding.total else ""
    note = Note(_BY_LEVEL[finding.level], about, _sentences(finding.message, counted, finding.fix))
    return _at(finding.place, note) if finding.place.file else replace(note, file=data)


def _at(place: Place, note: Note) -> Note:
    return replace(note, file=place.file, line=place.line, column=place.column)


def _sentences(*parts: str) -> str:
    return " \N{EM DASH} ".join(part for part in parts if part)


def _placed(note: Note, base: Path, workspace: Path | None) -> Note:
    """Return the note with its file named from the workspace; without a place when it is outside."""
    if note.file is None or workspace is None:
        return note
    try:
        here = os.path.normpath(base / note.file)
        file = Path(here).relative_to(os.path.normpath(workspace)).as_posix()
    except ValueError:
        message = _sentences(note.file, note.message)
        return replace(note, file=None, line=None, column=None, message=message)
    return replace(note, file=file)


def _message(text: str) -> str:
    """Return a message with GitHub's escapes, cut at a whole character and escape."""
    found: list[str] = []
    size = 0
    for character in clean(text, limit=MESSAGE_CHARACTERS).strip() or "see the job's summary":
        written = _ESCAPES.get(character, character)
        size += len(written.encode())
        if size > MESSAGE_BYTES - len(_CUT.encode()):
            return "".join(found) + _CUT
        found.append(written)
    return "".join(found)


def _property(text: str) -> str:
    return "".join(_PROPERTY_ESCAPES.get(character, character) for character in text)


_CUT = "\N{HORIZONTAL ELLIPSIS}"
# github.com/actions/toolkit, "Commands": what a message and what a property must not hold as it is.
_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY_ESCAPES = {**_ESCAPES, ":": "%3A", ",": "%2C"}
