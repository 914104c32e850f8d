"""The ledgers of a directory registry: ``ledger/<model>.jsonl`` and ``ledger/champions.json``, read and written."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelbout.errors import Place, Problem, RegistryError, cause
from modelbout.registry.events import State, agree, fold
from modelbout.registry.ledger import (
    CHAMPIONS_FILE,
    CHAMPIONS_LIMIT,
    LEDGER_LIMIT,
    LEDGER_SUFFIX,
    Champions,
    Event,
    Standing,
    from_champions,
    from_lines,
    is_name,
    to_champions,
    to_lines,
)
from modelbout.registry.shelf import SCRATCH_SUFFIX, entries, is_scratch
from modelbout.seal import open_regular, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.registry.disk import Disk


@dataclass(frozen=True)
class Book:
    """One model's ledger as it was read: its bytes, what they say, and what ``champions.json`` said before."""

    model: str
    raw: bytes
    events: tuple[Event, ...]
    state: State
    standing: Standing | None

    @property
    def behind(self) -> bool:
        """Whether ``champions.json`` lacks the last events: their writer was stopped after the commit."""
        return (self.standing.seq if self.standing else 0) < self.state.seq


@dataclass(frozen=True)
class Books:
    """Reads and writes the ledger files; one writer at a time, under the registry's lock."""

    root: Path
    disk: Disk

    def path(self, model: str) -> Path:
        """Return where a model's ledger stands."""
        return self.root / f"{model}{LEDGER_SUFFIX}"

    @property
    def champions_path(self) -> Path:
        """Where the present state of all models stands."""
        return self.root / CHAMPIONS_FILE

    def models(self) -> tuple[str, ...]:
        """Return the models that have a ledger, or had one when ``champions.json`` was written.

        Raises:
            RegistryError: the directory or ``champions.json`` cannot be read.
        """
        found = {path.name.removesuffix(LEDGER_SUFFIX) for path in self.ledgers()}
        return tuple(sorted(found | set(self.champions().models)))

    def champions(self) -> Champions:
        """Return what ``champions.json`` says; nothing when there is none yet.

        Raises:
            RegistryError: it cannot be read.
        """
        raw = read_whole(self.champions_path, limit=CHAMPIONS_LIMIT)
        return Champions(models={}) if raw is None else from_champions(raw, shown=str(self.champions_path))

    def read(self, model: str) -> Book:
        """Read one model's ledger and hold it against ``champions.json``.

        Raises:
            RegistryError: one of them cannot be read, is damaged, or the ledger lacks events that it once had.
        """
        # First the state, then the ledger: a writer in between makes the state look behind, which it may be.
        standing = self.champions().models.get(model)
        book = self.read_ledger(model)
        if standing is None:
            return book
        shown, ledger = str(self.champions_path), str(self.path(model))
        agree(standing, book.state, book.events, shown=shown, ledger=ledger)
        return replace(book, standing=standing)

    def read_ledger(self, model: str) -> Book:
        """Read one model's ledger alone.

        Raises:
            RegistryError: it cannot be read or is damaged.
        """
        path = self.path(model)
        return opened(model, read_whole(path, limit=LEDGER_LIMIT), shown=str(path))

    def commit(self, book: Book, events: Sequence[Event]) -> Book:
        """Add events to a ledger: all of them are there for every reader at once, by one rename.

        Raises:
            OSError: the disk refuses; the ledger is as it was.
            RegistryError: the events do not follow from those before, or the ledger would become too long.
        """
        path = self.path(book.model)
        after = extended(book, events, shown=str(path))
        try:
            self._replace(path, after.raw)
        except OSError:
            # A disk across a network can answer "failed" to a rename that it made.
            if read_whole(path, limit=LEDGER_LIMIT) != after.raw:
                raise
        # The title has changed for every reader by now. Raising would say that it has not.
        with suppress(OSError):
            self.disk.sync(self.root)
        return after

    def settle(self, book: Book) -> None:
        """Bring ``champions.json`` up to a ledger's last event.

        It follows from the ledgers, so a disk that refuses is no failure: the next writer does it, or doctor.
        """
        if book.behind:
            models = self.champions().models | {book.model: book.state.standing()}
            with suppress(OSError):
                self.write_champions(Champions(models=dict(sorted(models.items()))))

    def write_champions(self, champions: Champions) -> None:
        """Replace ``champions.json``.

        Raises:
            OSError: the disk refuses; the file is as it was.
        """
        # The rename is the very last step, so that an interrupted command can be told from one that ended.
        self._replace(self.champions_path, to_champions(champions))

    def ledgers(self) -> tuple[Path, ...]:
        """Return the ledgers, sorted.

        Raises:
            RegistryError: the directory cannot be listed.
        """
        return tuple(
            path
            for path in entries(self.root)
            if path.name.endswith(LEDGER_SUFFIX) and is_name(path.name.removesuffix(LEDGER_SUFFIX))
        )

    def leftovers(self) -> tuple[Path, ...]:
        """Return scratch files of writers that were stopped; the caller holds the lock."""
        return tuple(path for path in entries(self.root) if is_scratch(path))

    def strangers(self) -> tuple[Path, ...]:
        """Return what is neither a ledger, nor ``champions.json``, nor scratch, nor hidden."""
        known = {*self.ledgers(), self.champions_path}
        return tuple(path for path in entries(self.root) if path not in known and not path.name.startswith("."))

    def _replace(self, path: Path, data: bytes) -> None:
        scratch = path.with_name(f".{path.name}{SCRATCH_SUFFIX}")
        try:
            self.disk.write(scratch, data)
            self.disk.sync(scratch)
            self.disk.rename(scratch, path)
        except OSError:
            with suppress(OSError):
                self.disk.remove(scratch)
            raise


def opened(model: str, raw: bytes | None, *, shown: str) -> Book:
    """Return a ledger from its bytes; None is the ledger of a model that nobody registered.

    Raises:
        RegistryError: it is damaged.
    """
    events = () if raw is None else from_lines(raw, shown=shown)
    return Book(model=model, raw=raw or b"", events=events, state=fold(model, events, shown=shown), standing=None)


def extended(book: Book, events: Sequence[Event], *, shown: str) -> Book:
    """Return the ledger with more events, read back from the bytes that will be written.

    Raises:
        RegistryError: the events do not follow from those before, or the ledger would become too long.
    """
    raw = book.raw + to_lines(events)
    if len(raw) > LEDGER_LIMIT:
        found, fix = "the ledger is full", "start another registry for this model"
        raise RegistryError(Problem(found=found, allowed=f"{LEDGER_LIMIT} bytes", fix=fix, place=Place(file=shown)))
    # Nothing that a reader would refuse is ever written.
    return replace(opened(book.model, raw, shown=shown), standing=book.standing)


def read_whole(path: Path, *, limit: int) -> bytes | None:
    """Return a file's bytes; None only when nothing of that name exists."""
    try:
        with open_regular(path) as file:
            raw = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, cause(error)) from error
    if len(raw) > limit:
        raise _unreadable(path, f"it has more than {limit} bytes")
    return raw


def _unreadable(path: Path, why: str) -> RegistryError:
    fix = "give yourself the right to read it, or restore it from a backup"
    return RegistryError(Problem(found=f"cannot be read: {why}", fix=fix, place=place_of(path)))
