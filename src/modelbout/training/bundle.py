"""The sealed bundle: put together in a scratch directory, renamed into place, checked to the byte ever after."""

from __future__ import annotations

import hashlib
import io
import shutil
import uuid
import zlib
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from modelbout.errors import BundleError, Place, Problem, TrainingError, cause
from modelbout.evidence import Estimate
from modelbout.manifest import (
    BUNDLE_SCHEMA_VERSION,
    MANIFEST_FILE,
    FileDigest,
    Lineage,
    Manifest,
    Scorer,
    Signature,
    Task,
)
from modelbout.predictions import Predictions
from modelbout.record import Record, to_json
from modelbout.seal import AGAIN, SUMS_FILE, parse_manifest, place_of, read_seal, sums, verify_files
from modelbout.training.card import card
from modelbout.training.golden import Golden, read_golden
from modelbout.training.worker.formats import FILES, model_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from modelbout.training.row_ids import RowIds

MODEL_FILE = "model.skops"
MODEL_DIRECTORY = "model"
TOP_FILES = tuple(name for name in FILES.values() if "/" not in name)
GOLDEN_FILE = "golden.json"
PROFILE_FILE = "profile.json"
METRICS_FILE = "metrics.json"
PREDICTIONS_FILE = "predictions.npz"
LOCK_FILE = "requirements.lock"
CONTRACT_FILE = "contract.yaml"
CARD_FILE = "card.md"
SEARCH_FILE = "search.json"
MAX_PART_BYTES = 64 * 2**20  # ours: a golden.json of 20 rows x 10,000 columns is 5 MB
MAX_FILES = 10_000  # ours: a model directory with more is an environment, which belongs into an image
MAX_NAME = 200  # below the 255 bytes of the common file systems, with room for a scratch suffix


class Metrics(Record, frozen=True):
    """The content of metrics.json: what the model reached on the holdout of its own day."""

    rows: int
    metrics: dict[str, Estimate]


def seal(
    directory: Path,
    *,
    name: str,
    task: Task,
    signature: Signature,
    scorer: Scorer,
    files: Path,
    environment: str,
    lineage: Lineage,
    profile: bytes,
    golden: Golden,
    keys: NDArray[np.uint64],
    predictions: Predictions,
    metrics: Mapping[str, Estimate],
    contract: Path | None = None,
    row_ids: RowIds | None = None,
    importances: Mapping[str, float] | None = None,
    search: bytes | None = None,
) -> str:
    """Put a bundle together, replace ``directory`` with it, and return its digest.

    Args:
        directory: where the bundle will be; what was there goes only when the new one is complete.
        name: the model's name.
        task: binary, multiclass or regression.
        signature: inputs and outputs.
        scorer: how the model is scored.
        files: a directory with ``model.skops``, ``model.onnx`` or ``model/``, as ``Fitted.files``.
        environment: the lock text of the environment that trained it.
        lineage: where it comes from.
        profile: the reference profile of the training rows as JSON.
        golden: the golden rows with the model's answers.
        keys: shape (n,), one key for each holdout row.
        predictions: the model's answers on these n rows.
        metrics: what it reached on them.
        contract: the data contract's file.
        row_ids: hashed ids of the training rows.
        importances: each input's share of what moves the answers, for the card.
        search: the account of a search of hyper-parameters as JSON.

    Returns:
        The sha256 (hex) of ``manifest.json``.

    Raises:
        BundleError: the model's files hold a link, something that is no file, or a name that not every system takes.
        TrainingError: the disk refuses.
    """
    scratch = directory.with_name(f".{directory.name}.{uuid.uuid4().hex[:8]}.part")
    texts = {
        PROFILE_FILE: profile,
        GOLDEN_FILE: to_json(golden),
        METRICS_FILE: to_json(Metrics(rows=len(keys), metrics=dict(metrics))),
        LOCK_FILE: environment.encode(),
        PREDICTIONS_FILE: _pack(keys, predictions),
        CARD_FILE: card(
            name,
            task=task,
            signature=signature,
            scorer=scorer,
            lineage=lineage,
            metrics=metrics,
            rows=len(keys),
            importances=importances,
        ).encode(),
        **({} if row_ids is None else row_ids.files()),
        **({} if search is None else {SEARCH_FILE: search}),
    }
    try:
        scratch.mkdir(parents=True)
        for path, data in texts.items():
            (scratch / path).write_bytes(data)
        if contract is not None:
            shutil.copyfile(contract, scratch / CONTRACT_FILE)
        _copy_model(files, scratch)
        manifest = Manifest(
            schema_version=BUNDLE_SCHEMA_VERSION,
            name=name,
            task=task,
            signature=signature,
            scorer=scorer,
            files=_digests(scratch),
            lineage=lineage,
        )
        raw = to_json(manifest)
        digest = hashlib.sha256(raw).hexdigest()
        (scratch / SUMS_FILE).write_bytes(sums(manifest, digest=digest))
        (scratch / MANIFEST_FILE).write_bytes(raw)
        verify(scratch, digest=digest)
        _swap(scratch, directory)
    except OSError as error:
        raise TrainingError(
            Problem(
                found=f"the bundle cannot be written to {directory}: {error.strerror or cause(error)}",
                allowed="a disk with room, and permission to write",
                fix="free some space, or mend the permissions; nothing half-written was left",
                place=Place(file=str(directory)),
            )
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return digest


def read_manifest(path: Path) -> Manifest:
    """Read a bundle's manifest without looking at its other files.

    Raises:
        BundleError: there is none, or it is too long or malformed.
    """
    return parse_manifest(read_seal(path), place=place_of(path / MANIFEST_FILE))


def verify(path: Path, *, digest: str | None = None) -> Manifest:
    """Check every byte of a bundle, and that it is complete, and return its manifest.

    Raises:
        BundleError: a file is changed, missing, too many, a link, or the layout is not that of a bundle; or the
            manifest has another digest than ``digest``.
    """
    manifest = verify_files(path, digest=digest)
    present = {entry.path for entry in manifest.files}
    needed = {GOLDEN_FILE, PROFILE_FILE, METRICS_FILE, PREDICTIONS_FILE, LOCK_FILE, CARD_FILE}
    if manifest.scorer.kind != "command":
        needed.add(model_file(manifest.scorer.kind, path).relative_to(path).as_posix())
    problems = [
        Problem(found=f"the bundle has no {name}", fix=AGAIN, place=place_of(path)) for name in sorted(needed - present)
    ]
    if manifest.scorer.kind == "command":
        if not any(name.startswith(f"{MODEL_DIRECTORY}/") for name in present):
            problems.append(Problem(found="the bundle has no files in model/", fix=AGAIN, place=place_of(path)))
        if not manifest.scorer.command:
            problems.append(Problem(found="the bundle names no scoring command", fix=AGAIN, place=place_of(path)))
    if problems:
        raise BundleError(*problems)
    return manifest


def size(path: Path) -> int:
    """Return the bytes of the model itself: ``model.skops``, ``model.onnx`` or all of ``model/``.

    Raises:
        BundleError: there is no readable manifest.
    """
    return sum(
        entry.bytes
        for entry in read_manifest(path).files
        if entry.path in TOP_FILES or entry.path.startswith(f"{MODEL_DIRECTORY}/")
    )


def read_part(path: Path, name: str) -> bytes:
    """Return the bytes of one file of a bundle, at most ``MAX_PART_BYTES``.

    Raises:
        BundleError: it cannot be read or is too long.
    """
    place = place_of(path / name)
    try:
        with (path / name).open("rb") as file:
            data = file.read(MAX_PART_BYTES + 1)
    except OSError as error:
        found = f"cannot be read: {error.strerror or cause(error)}"
        raise BundleError(Problem(found=found, fix=AGAIN, place=place)) from error
    if len(data) > MAX_PART_BYTES:
        allowed = f"{MAX_PART_BYTES} bytes"
        raise BundleError(Problem(found="this part of the bundle is too long", allowed=allowed, fix=AGAIN, place=place))
    return data


def golden_of(path: Path) -> Golden:
    """Return a bundle's golden rows and answers.

    Raises:
        BundleError: golden.json cannot be read.
    """
    return read_golden(read_part(path, GOLDEN_FILE))


def predictions_of(path: Path) -> tuple[NDArray[np.uint64], Predictions]:
    """Return the row keys of the holdout of its day, shape (n,), and the model's answers on these rows.

    Raises:
        BundleError: predictions.npz cannot be read or its arrays do not fit each other.
    """
    try:
        with (path / PREDICTIONS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            keys = archive["key"]
            parts = {name: archive[name] for name in ("label", "proba", "value") if name in archive.files}
    # Every way in which zipfile, zlib and numpy refuse what somebody else wrote.
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, MemoryError, BadZipFile, zlib.error) as error:
        place = place_of(path / PREDICTIONS_FILE)
        raise BundleError(Problem(found=f"cannot be read: {cause(error)}", fix=AGAIN, place=place)) from error
    arrays = (keys, *parts.values())
    if (
        not all(isinstance(array, np.ndarray) for array in arrays)
        or keys.dtype != np.uint64
        or any(array.shape[:1] != keys.shape for array in arrays)
    ):
        raise BundleError(
            Problem(found="keys and answers do not fit each other", fix=AGAIN, place=place_of(path / PREDICTIONS_FILE))
        )
    return keys, Predictions(**parts)


def _pack(keys: NDArray[np.uint64], predictions: Predictions) -> bytes:
    buffer = io.BytesIO()
    arrays = {"label": predictions.label, "proba": predictions.proba, "value": predictions.value}
    present = {name: array for name, array in arrays.items() if array is not None}
    np.savez_compressed(buffer, allow_pickle=False, key=keys, **present)
    return buffer.getvalue()


def _copy_model(files: Path, scratch: Path) -> None:
    """Copy the model's files, refusing what must not be in a bundle."""
    found = sorted(path for top in (*TOP_FILES, MODEL_DIRECTORY) for path in _below(files / top))
    if not found:
        raise BundleError(
            Problem(
                found="training left no model",
                allowed=f"{', '.join(TOP_FILES)} or {MODEL_DIRECTORY}/",
                fix="train again",
                place=place_of(files),
            )
        )
    if len(found) > MAX_FILES:
        raise BundleError(
            Problem(
                found=f"the model has {len(found)} files",
                allowed=str(MAX_FILES),
                fix="leave only the model and the scorer's code in model/",
                place=place_of(files),
            )
        )
    for path in found:
        name = path.relative_to(files).as_posix()
        wrong = _odd(path, name)
        if wrong:
            raise BundleError(
                Problem(
                    found=f"the model's file {name!a} {wrong}",
                    allowed="regular files with plain names",
                    fix="rename it, or copy what the link points at",
                    place=place_of(files),
                )
            )
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, scratch / name)


def _below(top: Path) -> list[Path]:
    if top.is_symlink() or not top.is_dir():
        return [top] if top.is_symlink() or top.exists() else []
    return [path for path in top.rglob("*") if path.is_symlink() or not path.is_dir()]


def _odd(path: Path, name: str) -> str:
    if path.is_symlink():
        return "is a link"
    if not path.is_file():
        return "is not a regular file"
    if not name.isprintable() or any(character in name for character in '\\:*?"<>|') or len(name) > MAX_NAME:
        return "has a name that not every system takes"
    if any(part.startswith(" ") or part.endswith((" ", ".")) for part in name.split("/")):
        return "has a name that not every system takes"
    return ""


def _digests(scratch: Path) -> tuple[FileDigest, ...]:
    found = []
    for path in sorted(scratch.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            name = path.relative_to(scratch).as_posix()
            found.append(FileDigest(path=name, sha256=digest, bytes=path.stat().st_size))
    return tuple(found)


def _swap(scratch: Path, directory: Path) -> None:
    """Rename the complete bundle into place; a directory cannot be replaced in one step, so the old one steps aside."""
    aside = directory.with_name(f".{directory.name}.{uuid.uuid4().hex[:8]}.old")
    if directory.is_symlink() or directory.is_file():
        directory.unlink()
    elif directory.exists():
        directory.rename(aside)
    scratch.replace(directory)
    shutil.rmtree(aside, ignore_errors=True)
