"""Read what a run has uploaded, taking it as hostile: results in memory, a bundle into a directory.

Security contract: an artifact was made by a job that ran a stranger's code. What comes out of here is frozen records of
the shapes that this package knows, within limits, of one model each, which a report can be rendered from; or files
whose digests are the bundle's. Nothing is unpickled, imported, run or followed. What a record *says* is still a claim.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast

import msgspec

from modelbout.contract_diff import ContractDiff
from modelbout.drift_result import DriftResult
from modelbout.errors import BundleError, DataError, Place, Problem, RegistryError, cause
from modelbout.github.archive import Archive, Limits, refused
from modelbout.github.comment.state import MODEL
from modelbout.manifest import MANIFEST_FILE
from modelbout.record import Record, from_json
from modelbout.report.escape import clean
from modelbout.report.story import Story
from modelbout.results import (
    BOUT_FILE,
    CONTRACT_DIFF_FILE,
    DRIFT_FILE,
    ORIGIN_FILE,
    TRAINING_FILE,
    VALIDATION_FILE,
    BoutResult,
    Origin,
    TrainingResult,
    ValidationResult,
)
from modelbout.seal import AGAIN, MANIFEST_LIMIT, SUMS_FILE, parse_manifest, verify_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RESULT_LIMITS = Limits(entries=10_000, entry_bytes=8 * 2**20, total_bytes=64 * 2**20)
"""Results are some hundred kilobytes a model, plots beside them included. Our own choice."""

BUNDLE_LIMITS = Limits(entries=20_000, entry_bytes=16 * 2**30, total_bytes=16 * 2**30, ratio=1_000)
"""A hosted runner has 14 GB of disk; an array of zeros is packed well, and deflate ends at 1,032. Our own choice."""

MODELS_LIMIT = 256
"""Models in one artifact: jobs of a matrix, GitHub's own limit."""

TEXT_LIMIT = 2**16
"""Characters of one text: the end of a training's log is the longest. Our own choice."""

ITEMS_LIMIT = 50_000
"""Entries of one list: groups of slices, row numbers of findings. Our own choice."""

NUMBER_LIMIT = 2**53
"""What every reader of JSON tells apart from its neighbours: RFC 8259, section 6."""

_KINDS: Mapping[str, type[Record]] = {
    VALIDATION_FILE: ValidationResult,
    TRAINING_FILE: TrainingResult,
    BOUT_FILE: BoutResult,
    ORIGIN_FILE: Origin,
    CONTRACT_DIFF_FILE: ContractDiff,
    DRIFT_FILE: DriftResult,
}

RecordT = TypeVar("RecordT", bound=Record)


@dataclass(frozen=True)
class Results:
    """What one artifact says of one model; a stage that did not run is None.

    ``origin`` is a claim of the job that ran the user's code: hold it against GitHub's record of the run.
    """

    validation: ValidationResult | None = None
    training: TrainingResult | None = None
    bout: BoutResult | None = None
    origin: Origin | None = None
    contract_diff: ContractDiff | None = None
    drift: DriftResult | None = None

    @property
    def model(self) -> str:
        """Return the model's name."""
        return next(part.model for part in (self.bout, self.validation, self.training, self.origin) if part is not None)

    @property
    def story(self) -> Story:
        """Return what a report tells."""
        return Story(
            validation=self.validation,
            training=self.training,
            bout=self.bout,
            contract_diff=self.contract_diff,
            drift=self.drift,
        )


def read_results(file: BinaryIO) -> tuple[Results, ...]:
    """Return the results in an artifact's zip, one for each model, sorted by its name; empty when there is none.

    Args:
        file: the zip; it can be sought.

    Raises:
        DataError: the zip or a result in it is not what Modelbout writes; nothing of it is taken then.
    """
    archive = Archive(file, RESULT_LIMITS)
    found: dict[str, dict[str, Record]] = {}
    for entry in archive.entries:
        directory, _, name = entry.path.rpartition("/")
        if name in _KINDS:
            found.setdefault(directory, {})[name] = _record(archive.read(entry), _KINDS[name], entry.path)
    if len(found) > MODELS_LIMIT:
        raise _refused(f"it has results of {len(found)} models", allowed=f"at most {MODELS_LIMIT}")
    by_model: dict[str, Results] = {}
    for directory, parts in sorted(found.items()):
        if parts.keys() <= {ORIGIN_FILE, CONTRACT_DIFF_FILE}:
            continue  # a job that stopped before its first stage
        results = _of_one_model(parts, directory)
        if results.model in by_model:
            raise _refused(f"it has two results of the model {results.model}", directory)
        by_model[results.model] = results
    return tuple(by_model[model] for model in sorted(by_model))


def _record(raw: bytes, kind: type[RecordT], path: str) -> RecordT:
    """Return one record, of plain numbers and texts within the limits.

    Raises:
        DataError: it is something else.
    """
    try:
        record = from_json(raw, kind)
        # One key twice: whoever looks at the file may read the other one.
        json.loads(raw, object_pairs_hook=_each_once)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _refused(f"it is no {path.rpartition('/')[2]}: {clean(cause(error), limit=200)}", path) from None
    for wrong in _outsize(record):
        raise _refused(wrong, path)
    return record


def _each_once(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("one key is there twice")


def _outsize(value: object) -> Iterator[str]:
    """Yield what no result of ours holds: an endless text or list, a number that loses its last digits."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Record):
            waiting.extend(getattr(value, name) for name in value.__struct_fields__)
        elif isinstance(value, (tuple, list, dict)):
            if len(value) > ITEMS_LIMIT:
                yield f"it has a list of {len(value)} items, and {ITEMS_LIMIT} are allowed"
                return
            waiting.extend(value)
            if isinstance(value, dict):
                waiting.extend(value.values())
        elif isinstance(value, str) and len(value) > TEXT_LIMIT:
            yield f"it has a text of {len(value)} characters, and {TEXT_LIMIT} are allowed"
        elif isinstance(value, int) and abs(value) > NUMBER_LIMIT:
            yield "it has a number beyond 2**53"


def _of_one_model(parts: Mapping[str, Record], directory: str) -> Results:
    """Return the results of one directory.

    Raises:
        DataError: they are of several models, of none that can be, or contradict themselves.
    """
    results = Results(
        validation=cast("ValidationResult | None", parts.get(VALIDATION_FILE)),
        training=cast("TrainingResult | None", parts.get(TRAINING_FILE)),
        bout=cast("BoutResult | None", parts.get(BOUT_FILE)),
        origin=cast("Origin | None", parts.get(ORIGIN_FILE)),
        contract_diff=cast("ContractDiff | None", parts.get(CONTRACT_DIFF_FILE)),
        drift=cast("DriftResult | None", parts.get(DRIFT_FILE)),
    )
    told = (
        results.validation,
        results.training,
        results.bout,
        results.origin,
        results.contract_diff,
        results.drift,
    )
    models = {part.model for part in told if part is not None}
    if len(models) > 1:
        raise _refused("it has results of several models in one directory", directory)
    if not MODEL.fullmatch(results.model):
        raise _refused(f"it tells of a model called {clean(results.model)!r}", directory)
    bout = results.bout
    if bout is not None and bout.passed and bout.verdict not in {"first", "win"}:
        raise _refused(f"its bout ended as {bout.verdict} and says that it passed", directory)
    if not _can_be_told(results.story):
        raise _refused("its numbers contradict themselves, so that no report can be made of them", directory)
    return results


def _can_be_told(story: Story) -> bool:
    """Tell whether the report can be rendered: shapes do not say that a win has a metric, or an interval two ends."""
    from modelbout.report.overview import line  # noqa: PLC0415 -- templates are loaded only where there is a result
    from modelbout.report.render import parts  # noqa: PLC0415 -- the same

    try:
        line(story)
        parts(story)
    except Exception:  # noqa: BLE001 -- whatever a forged record trips is the record's fault, and one clear problem
        return False
    return True


def unpack_bundle(archive: Path, into: Path, *, digest: str) -> Path:
    """Unpack the bundle of this digest out of an artifact's zip, or leave nothing behind.

    The manifest is read first and must have the digest; then exactly the files that it lists are written, each within
    the bytes that it lists, and verified. No file becomes a program, a link or anything but a plain file. Nothing is
    loaded.

    Args:
        archive: the zip, with the bundle at its root.
        into: the bundle's directory; it must not exist yet, or be empty.
        digest: sha256 (hex) of ``manifest.json``, from the verdict or the ledger.

    Returns:
        ``into``.

    Raises:
        BundleError: it is another bundle, is damaged, or holds more than its manifest lists.
        DataError: the zip is not what a packer of artifacts writes.
        RegistryError: the disk refuses.
    """
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        if into.is_symlink() or (into.exists() and (not into.is_dir() or any(into.iterdir()))):
            raise RegistryError(
                Problem(
                    found="something stands where the bundle shall go",
                    fix="remove it, then run again",
                    place=Place(file=str(into)),
                )
            )
        with tempfile.TemporaryDirectory(dir=into.parent, prefix=".unpack-") as scratch:
            target = Path(scratch) / "bundle"
            with archive.open("rb") as file:
                _unpack(Archive(file, BUNDLE_LIMITS), target, digest)
            verify_files(target, digest=digest)
            if into.exists():
                into.rmdir()
            target.rename(into)
    except OSError as error:
        raise RegistryError(
            Problem(
                found=f"the bundle cannot be unpacked: {error.strerror or cause(error)}",
                fix="look at the disk of the runner, then run the job again",
                place=Place(file=str(into)),
            )
        ) from error
    return into


def _unpack(archive: Archive, target: Path, digest: str) -> None:
    """Write the files of a bundle, once its manifest is known to be the right one."""
    entries = {entry.path: entry for entry in archive.entries}
    manifest_entry = entries.pop(MANIFEST_FILE, None)
    if manifest_entry is None or manifest_entry.bytes > MANIFEST_LIMIT:
        raise _other("the artifact is refused: it has no manifest at its root, or an endless one")
    raw = archive.read(manifest_entry)
    found = hashlib.sha256(raw).hexdigest()
    if found != digest:
        raise _other(f"the artifact is refused: the digest of its manifest is {found}", allowed=digest)
    listed = {file.path: file.bytes for file in parse_manifest(raw, place=Place(file=MANIFEST_FILE)).files}
    sums = entries.get(SUMS_FILE) if SUMS_FILE not in listed else None
    if sums is not None:
        listed[SUMS_FILE] = min(sums.bytes, MANIFEST_LIMIT)
    wrong = sorted(
        path
        for path in entries.keys() | listed.keys()
        if path not in entries or entries[path].bytes != listed.get(path)
    )
    if wrong:
        raise _other("the artifact is refused: this file is missing, not listed or of another size", wrong[0])
    target.mkdir()
    if sum(listed.values()) > shutil.disk_usage(target).free:
        raise RegistryError(
            Problem(
                found=f"the bundle has {sum(listed.values())} bytes, and the disk has no room for them",
                fix="use a runner with a larger disk",
            )
        )
    _write(target / MANIFEST_FILE, iter([raw]))
    for path in sorted(listed):
        _write(target / path, archive.chunks(entries[path]))


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)


def _other(found: str, path: str = "", *, allowed: str = "") -> BundleError:
    shown = path if path.isprintable() else ascii(path)[1:-1]
    return BundleError(Problem(found=found, allowed=allowed, fix=AGAIN, place=Place(file=shown) if path else Place()))


def _refused(found: str, path: str = "", *, allowed: str = "") -> DataError:
    return refused(found, name="the artifact", path=path, allowed=allowed)
