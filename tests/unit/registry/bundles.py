"""Small sealed bundles for the tests of the registry."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from modelbout.manifest import Feature, FileDigest, Lineage, Manifest, Scorer, Signature
from modelbout.record import to_json

if TYPE_CHECKING:
    from pathlib import Path

SIGNATURE = Signature(
    inputs=(Feature(name="tenure", type="integer"), Feature(name="Contract", type="string", nullable=True)),
    target="Churn",
    target_type="string",
    classes=("No", "Yes"),
    positive="Yes",
)
LINEAGE = Lineage(
    created="2026-05-03T00:00:00Z",
    seed=0,
    code_digest="c",
    config_digest="f",
    data_digest="d",
    environment_digest="e",
    fingerprint="p",
    python="3.11.0",
    train_rows=10,
)
MANIFEST = Manifest(
    schema_version=1,
    name="churn",
    task="binary",
    signature=SIGNATURE,
    scorer=Scorer(kind="skops"),
    files=(),
    lineage=LINEAGE,
)


def write_bundle(
    directory: Path, word: str, *, name: str = "churn", signature: Signature | None = None, **lineage: str
) -> Path:
    """Write a bundle whose digest depends on the word and on what of its lineage is given."""
    files = {"model.skops": word.encode() * 100, "model/run.sh": b"#!/bin/sh\n", "metrics.json": b"{}"}
    for path, data in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(data)
    (directory / "model/run.sh").chmod(0o755)
    listed = tuple(
        FileDigest(path=path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data)) for path, data in files.items()
    )
    sealed = msgspec.structs.replace(
        MANIFEST,
        name=name,
        files=listed,
        signature=signature or SIGNATURE,
        lineage=msgspec.structs.replace(LINEAGE, **lineage),
    )
    (directory / "manifest.json").write_bytes(to_json(sealed))
    return directory
