"""What a holdout was asked: one line for each challenger that met a champion on it. Beside the ledger, never in it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from modelbout.errors import Place, Problem, RegistryError, cause
from modelbout.record import Record
from modelbout.registry.books import read_whole
from modelbout.registry.ledger import is_name
from modelbout.registry.shelf import SCRATCH_SUFFIX, entries, is_scratch
from modelbout.seal import is_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from modelbout.registry.disk import Disk
    from modelbout.results import BoutResult

QUERIES_SUFFIX = ".jsonl"
QUERIES_LIMIT = 32 * 2**20  # ours: a question takes about 400 bytes, so this is 80,000 of them
FIX = "restore the file from a backup; without it the wear of every holdout of this model is counted from 0"

Part = Literal["open", "sealed"]


class Query(Record, frozen=True):
    """One question to a holdout: how does this challenger stand to this champion on it?

    ``part`` is ``sealed`` for the rows that no push sees; ``passed`` and ``improvement``, rounded, are then the answer.
    """

    at: str
    model: str
    holdout_digest: str
    bundle_digest: str
    champion_digest: str | None
    part: Part = "open"
    passed: bool | None = None
    improvement: float | None = None

    @property
    def question(self) -> tuple[str, str, str | None, Part]:
        """Return what makes it a question of its own: asked again, it is none."""
        return (self.holdout_digest, self.bundle_digest, self.champion_digest, self.part)


@dataclass(frozen=True)
class Queries:
    """Reads and writes ``queries/<model>.jsonl`` of a directory registry; one writer at a time, under its lock."""

    root: Path
    disk: Disk

    def path(self, model: str) -> Path:
        """Return where a model's questions stand."""
        return self.root / f"{model}{QUERIES_SUFFIX}"

    def read(self, model: str) -> tuple[Query, ...]:
        """Return a model's questions; none when there is no file.

        Raises:
            RegistryError: the file cannot be read or is damaged.
        """
        path = self.path(model)
        return from_lines(read_whole(path, limit=QUERIES_LIMIT) or b"", shown=str(path))

    def add(self, query: Query) -> None:
        """Add a question, unless it stands there already.

        Raises:
            OSError: the disk refuses; the file is as it was.
            RegistryError: the file cannot be read, is damaged, or would become too long.
        """
        path = self.path(query.model)
        known = self.read(query.model)
        after = with_new(known, (query,))
        if after == known:
            return
        raw = to_lines(after)
        if len(raw) > QUERIES_LIMIT:
            found, fix = "the list of questions is full", "hold out other rows, and move this file elsewhere"
            raise RegistryError(
                Problem(found=found, allowed=f"{QUERIES_LIMIT} bytes", fix=fix, place=_place(str(path)))
            )
        self.disk.make_directory(self.root)
        scratch = path.with_name(f".{path.name}{SCRATCH_SUFFIX}")
        try:
            self.disk.write(scratch, raw)
            self.disk.sync(scratch)
            self.disk.rename(scratch, path)
        except OSError:
            with suppress(OSError):
                self.disk.remove(scratch)
            raise
        with suppress(OSError):  # it is there for every reader by now
            self.disk.sync(self.root)

    def files(self) -> tuple[Path, ...]:
        """Return the files with questions, sorted."""
        return tuple(
            path
            for path in entries(self.root)
            if path.name.endswith(QUERIES_SUFFIX) and is_name(path.name.removesuffix(QUERIES_SUFFIX))
        )

    def leftovers(self) -> tuple[Path, ...]:
        """Return scratch files of writers that were stopped; the caller holds the lock."""
        return tuple(path for path in entries(self.root) if is_scratch(path))


def asked_by(bout: BoutResult, *, at: str) -> Query | None:
    """Return what a bout asked of its open rows; None when nobody held the title, or it does not say.

    The bout may come from a job that ran the user's code: what is no digest in it is not taken.
    """
    if bout.wear is None or bout.challenger is None or bout.champion is None:
        return None
    names = (bout.wear.holdout, bout.challenger.bundle_digest, bout.champion.bundle_digest)
    if not (is_name(bout.model) and all(is_digest(name) for name in names)):
        return None
    return Query(at=at, model=bout.model, holdout_digest=names[0], bundle_digest=names[1], champion_digest=names[2])


def all_asked_by(bout: BoutResult, *, at: str) -> tuple[Query, ...]:
    """Return what a bout asked of its open rows, and of its sealed ones where they were opened."""
    shown = asked_by(bout, at=at)
    if shown is None:
        return ()
    if bout.sealed is None or not bout.sealed.opened:
        return (shown,)
    answer = {"passed": bout.sealed.passed is True, "improvement": bout.sealed.improvement}
    return (shown, msgspec.structs.replace(shown, part="sealed", **answer))


def with_new(known: Sequence[Query], more: Iterable[Query]) -> tuple[Query, ...]:
    """Return the known questions and those that are new."""
    questions = {one.question: one for one in known}
    for one in more:
        questions.setdefault(one.question, one)
    return tuple(questions.values())


def to_lines(queries: Iterable[Query]) -> bytes:
    """Return the questions as JSON lines."""
    return b"".join(msgspec.json.encode(query) + b"\n" for query in queries)


def from_lines(raw: bytes, *, shown: str) -> tuple[Query, ...]:
    """Read questions in the order of their lines.

    Args:
        raw: the file's bytes.
        shown: the file's name for messages.

    Raises:
        RegistryError: a line is no question, or the last one is cut off.
    """
    *lines, rest = raw.split(b"\n")
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(msgspec.json.decode(line, type=Query))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            what = f"this line is no question to a holdout: {cause(error)}"
            raise RegistryError(Problem(found=what, fix=FIX, place=_place(shown, number))) from error
    if rest:
        what = "the last line is cut off"
        raise RegistryError(
            Problem(found=what, allowed="a newline at its end", fix=FIX, place=_place(shown, len(lines) + 1))
        )
    return tuple(found)


def _place(shown: str, line: int | None = None) -> Place:
    return Place(file=shown, line=line)
