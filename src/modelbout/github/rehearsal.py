"""The rehearsal of a rollback: the version is fetched, loaded and asked again, in a job that may write nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.registry.books import Book
from modelbout.registry.events import fold
from modelbout.registry.gate import refused, registered, target
from modelbout.seal import verify_files

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.progress import Progress
    from modelbout.registry.protocol import Registry
    from modelbout.stages.workspace import Workspace


@dataclass(frozen=True)
class Rehearsed:
    """What a rollback would return to: it was fetched and answered its golden rows as on the day of its training."""

    version: str
    bundle_digest: str
    golden_rows: int


def rehearse(
    work: Workspace,
    book: Registry,
    progress: Progress,
    *,
    stage: str,
    to: str | None,
    python: str | None,
    scratch: Path,
) -> Rehearsed:
    """Do everything that a rollback needs but the rollback.

    Args:
        work: the model's configuration.
        book: the registry; only read.
        progress: who watches.
        stage: whose title would move.
        to: the version to return to; None is the holder before.
        python: the interpreter to load it in; None is the configuration's, else the one that runs this.
        scratch: a directory for the bundle.

    Raises:
        GateRefusedError: nobody holds the title, nobody held it before, or ``to`` holds it.
        RegistryError: no such version, or the registry cannot be read.
        BundleError: a digest is wrong, or the model does not load, or it answers otherwise than when it was trained.
        TrainingError: its program failed.
    """
    version, digest = chosen(book, work.config.model, stage=stage, to=to)
    with progress.step(f"fetching {work.config.model}@{version}"):
        bundle = book.fetch(work.config.model, version, scratch)
        verify_files(bundle, digest=digest)
    with progress.step("asking the golden rows again"):
        rows = ask_golden_rows(work, bundle, python=python, scratch=scratch)
    return Rehearsed(version, digest, rows)


def chosen(book: Registry, model: str, *, stage: str, to: str | None) -> tuple[str, str]:
    """Return the version that a rollback returns to, and its bundle digest in the ledger.

    Raises:
        GateRefusedError: nobody holds the title, nobody held it before, or ``to`` holds it.
        RegistryError: no such version, or the ledger cannot be read.
    """
    events = book.events(model)
    read = Book(model=model, raw=b"", events=events, state=fold(model, events, shown=model), standing=None)
    title = read.state.title(stage)
    if title is None:
        raise refused(f"`{model}` has no champion at `{stage}`", "nothing to roll back")
    version = target(read, title, to)
    return version, registered(read, version)


def ask_golden_rows(work: Workspace, bundle: Path, *, python: str | None, scratch: Path) -> int:
    """Load the model in a child process, let it answer its golden rows, and return how many there are.

    Raises:
        BundleError: it does not load, or answers otherwise than on the day of its training.
        TrainingError: the child failed.
    """
    # The only heavy part of this room: no other action's job has these libraries.
    from modelbout.training.bundle import golden_of  # noqa: PLC0415 -- see above
    from modelbout.training.golden import recall  # noqa: PLC0415 -- see above
    from modelbout.training.score import score  # noqa: PLC0415 -- see above

    rows, _ = recall(golden_of(bundle))
    score(
        [bundle],
        rows,
        python=work.config.train.python or python,
        root=work.root,
        work=scratch / "rehearsal",
        timeout_minutes=work.config.train.timeout_minutes,
    )
    return rows.height
