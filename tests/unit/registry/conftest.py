from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec
import pytest

from modelbout.manifest import Feature, FileDigest, Lineage, Manifest, Scorer, Signature
from modelbout.record import to_json
from modelbout.registry.local import LocalRegistry

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.results import PromotionResult


class MakeBundle(Protocol):
    def __call__(
        self, word: str, *, name: str = "churn", signature: Signature | None = None, **lineage: str
    ) -> Path: ...


class Promote(Protocol):
    def __call__(
        self, word: str, *, beaten: str | None = None, stage: str = "production", **lineage: str
    ) -> PromotionResult: ...


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


@pytest.fixture
def manifest() -> Manifest:
    return MANIFEST


@pytest.fixture
def make_bundle(tmp_path: Path) -> MakeBundle:
    def make(word: str, *, name: str = "churn", signature: Signature | None = None, **lineage: str) -> Path:
        directory = tmp_path / "made" / f"{name}-{word}"
        files = {"model.skops": word.encode() * 100, "model/run.sh": b"#!/bin/sh\n", "metrics.json": b"{}"}
        for path, data in files.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(data)
        (directory / "model/run.sh").chmod(0o755)
        listed = tuple(
            FileDigest(path=path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
            for path, data in files.items()
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

    return make


class Clock:
    """Shows one minute more at each look."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 5, 3, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(tmp_path: Path, clock: Clock) -> LocalRegistry:
    return LocalRegistry(tmp_path / "registry", now=clock)


@pytest.fixture
def promote(registry: LocalRegistry, make_bundle: MakeBundle) -> Promote:
    """Promote a bundle made of a word, against whoever holds the title unless ``beaten`` says another."""

    def run(word: str, *, beaten: str | None = None, stage: str = "production", **lineage: str) -> PromotionResult:
        title = registry.champion("churn", stage)
        return registry.promote(
            make_bundle(word, signature=None, **lineage),
            model="churn",
            stage=stage,
            beaten=beaten or (title.bundle_digest if title else None),
            actor="ada",
            reason=f"{word} won",
            verdict_digest=None,
        )

    return run
