"""Every error that a user can meet: where, what was found, what is allowed, what to do, and its exit code."""

from __future__ import annotations

from typing import ClassVar, Literal

from modelbout.record import Record

Level = Literal["error", "warn"]

EXIT_FINE = 0
EXIT_GATE = 1
EXIT_CONFIG = 2
EXIT_DATA = 3
EXIT_REGISTRY = 4
EXIT_INTERNAL = 5


class Place(Record, frozen=True):
    """Where something was found: a file, a position in it (both from 1), a key's path such as ``data.split.by``."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Return the place as ``file:line:column: key``, leaving out what is not known."""
        spot = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return ": ".join(part for part in (spot, self.key) if part)


class Problem(Record, frozen=True):
    """One finding: its place, what was found there, what is allowed there, and the next step."""

    found: str
    allowed: str = ""
    fix: str = ""
    place: Place = Place()
    level: Level = "error"

    def __str__(self) -> str:
        """Return the problem as plain text, one line for what and one for the next step."""
        place = str(self.place)
        text = f"{place}: {self.found}" if place else self.found
        if self.allowed:
            text += f" (allowed: {self.allowed})"
        return f"{text}\n  -> {self.fix}" if self.fix else text


class ModelboutError(Exception):
    """Something that stops the run, with all the problems that caused it.

    Attributes:
        problems: at least one problem, in the order in which a reader should mend them.
        exit_code: what the command line answers with.
    """

    exit_code: ClassVar[int] = EXIT_INTERNAL

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class GateRefusedError(ModelboutError):
    """The work was done and the answer is no: a promotion without a win, a hold, a refused rollback."""

    exit_code = EXIT_GATE


class ConfigError(ModelboutError):
    """The configuration, the contract's text, the command line or the user's training code is at fault."""

    exit_code = EXIT_CONFIG


class TrainingError(ConfigError):
    """The user's training or scoring program failed; the problem ends with the last lines of its log."""


class DataError(ModelboutError):
    """The data cannot be read, or a comparison on it would mean nothing."""

    exit_code = EXIT_DATA


class RegistryError(ModelboutError):
    """The registry (a directory or GitHub) cannot be read, or what it holds is damaged."""

    exit_code = EXIT_REGISTRY


class ChampionMovedError(RegistryError):
    """Compare-and-swap refused: the ledger no longer names the champion that was beaten."""


class BundleError(RegistryError):
    """A bundle is damaged, incomplete or not safe to load."""


def cause(message: object, *, limit: int = 300) -> str:
    """Return one line of at most ``limit`` characters from an exception's or a library's message."""
    text = " ".join(str(message).split())
    return text if len(text) <= limit else text[: limit - 1] + "\u2026"
