from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pytest

from modelbout.registry.local import LocalRegistry
from tests.unit.registry.bundles import MANIFEST, write_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.manifest import Manifest, Signature
    from modelbout.results import PromotionResult


class MakeBundle(Protocol):
    def __call__(
        self, word: str, *, name: str = "churn", signature: Signature | None = None, **lineage: str
    ) -> Path: ...


class Promote(Protocol):
    def __call__(
        self, word: str, *, beaten: str | None = None, stage: str = "production", **lineage: str
    ) -> PromotionResult: ...


@pytest.fixture
def manifest() -> Manifest:
    return MANIFEST


@pytest.fixture
def make_bundle(tmp_path: Path) -> MakeBundle:
    def make(word: str, *, name: str = "churn", signature: Signature | None = None, **lineage: str) -> Path:
        directory = tmp_path / "made" / f"{name}-{word}"
        return write_bundle(directory, word, name=name, signature=signature, **lineage)

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
