"""The rehearsal of a rollback: the version is fetched, loaded and asked again, in a job that may write nothing."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.errors import BundleError, TrainingError
from modelbout.seal import verify_files

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import Manifest
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
    version: str,
    bundle_digest: str,
    python: str | None,
    scratch: Path,
) -> Rehearsed:
    """Do everything that a rollback needs but the rollback.

    Args:
        work: the model's configuration.
        book: the registry; only read.
        progress: who watches.
        version: the version to return to.
        bundle_digest: its bundle in the ledger.
        python: the user's interpreter, where the configuration names none.
        scratch: a directory for the bundle.

    Raises:
        RegistryError: no such version, or the registry cannot be read.
        BundleError: a digest is wrong, or the model does not load, or it answers otherwise than when it was trained.
        TrainingError: its program failed.
    """
    with progress.step(f"fetching {work.config.model}@{version}"):
        bundle = book.fetch(work.config.model, version, scratch)
        manifest = verify_files(bundle, digest=bundle_digest)
    with progress.step("asking the golden rows again"):
        rows = ask_golden_rows(work, bundle, manifest, python=python, scratch=scratch)
    return Rehearsed(version, bundle_digest, rows)


def ask_golden_rows(work: Workspace, bundle: Path, manifest: Manifest, *, python: str | None, scratch: Path) -> int:
    """Load the model in a child process, let it answer its golden rows, and return how many there are.

    A scikit-learn model may need the versions that it was trained with: where ours cannot load it, the user's
    interpreter may.

    Raises:
        BundleError: it loads nowhere, or answers otherwise than on the day of its training.
        TrainingError: the child failed.
    """
    # The only heavy part of this room: no other job of promotion or rollback has these libraries.
    from modelbout.training.bundle import golden_of  # noqa: PLC0415 -- see above
    from modelbout.training.golden import recall  # noqa: PLC0415 -- see above
    from modelbout.training.score import score  # noqa: PLC0415 -- see above

    rows, _ = recall(golden_of(bundle))
    train = work.config.train
    theirs = train.python or python
    ours = sys.executable if manifest.scorer.kind == "skops" and train.python is None else None
    choices: list[str | None] = [choice for choice in (ours, theirs) if choice is not None]
    choices = choices or [None]
    for choice in choices:
        try:
            score(
                [bundle],
                rows,
                python=choice,
                root=work.root,
                work=scratch / "rehearsal",
                timeout_minutes=train.timeout_minutes,
                trust=train.trust,
            )
            break
        except (BundleError, TrainingError):
            if choice == choices[-1]:
                raise
    return rows.height
