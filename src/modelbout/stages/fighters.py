"""Who meets whom: the challenger of the run directory, and the champion of the registry."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, DataError, Place, Problem
from modelbout.registry.events import fold
from modelbout.results import TRAINING_FILE, Side, TrainingResult
from modelbout.seal import verify_files
from modelbout.stages.rivals import config_digests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.manifest import Manifest
    from modelbout.registry.ledger import Event
    from modelbout.registry.protocol import Registry
    from modelbout.stages.tables import Rows
    from modelbout.stages.workspace import Workspace


@dataclass(frozen=True)
class Fighter:
    """One bundle that was verified, and how the result names it."""

    bundle: Path
    manifest: Manifest
    side: Side


def challenger(work: Workspace, training: TrainingResult) -> Fighter:
    """Verify the bundle of the run directory, which must be of this configuration.

    Raises:
        ConfigError: it is another model's, or what decides about a model has changed since it was trained.
    """
    manifest = verify_files(work.bundle, digest=training.bundle_digest)
    if manifest.name != work.config.model or manifest.lineage.config_digest not in config_digests(work.config):
        found = (
            "the configuration has changed since this challenger was trained"
            if manifest.name == work.config.model
            else f"this challenger is of {manifest.name!r}, but the configuration is of {work.config.model!r}"
        )
        raise ConfigError(
            Problem(
                found=found,
                allowed="a challenger of this very configuration",
                fix="run `modelbout train` again, or name the right --config or --run-dir",
                place=Place(file=str(work.run / TRAINING_FILE)),
            )
        )
    side = Side(
        bundle_digest=training.bundle_digest,
        fingerprint=manifest.lineage.fingerprint,
        threshold=manifest.scorer.threshold,
    )
    return Fighter(work.bundle, manifest, side)


def champion(work: Workspace, book: Registry, events: Sequence[Event]) -> Fighter | None:
    """Fetch the champion's bundle from the registry and verify it; None when nobody holds the title."""
    title = fold(work.config.model, events, shown=work.config.model).title(work.final_stage)
    if title is None:
        return None
    place = work.run / "champion"
    shutil.rmtree(place, ignore_errors=True)
    bundle = book.fetch(work.config.model, title.version, place)
    manifest = verify_files(bundle, digest=title.bundle_digest)
    side = Side(
        bundle_digest=title.bundle_digest,
        version=title.version,
        fingerprint=manifest.lineage.fingerprint,
        threshold=manifest.scorer.threshold,
    )
    return Fighter(bundle, manifest, side)


def same_question(work: Workspace, other: Fighter | None, who: str) -> None:
    """Refuse a champion that predicts something else: no score of it would mean anything here.

    Raises:
        ConfigError: it has another target, or numbers for classes.
    """
    if other is None:
        return
    manifest, config = other.manifest, work.config
    # A target may get more classes: the champion then gives the new ones no probability.
    numbers = (manifest.task == "regression", config.task == "regression")
    if numbers[0] != numbers[1] or manifest.signature.target != config.data.target:
        title = f"{config.model}@{other.side.version}"
        raise ConfigError(
            Problem(
                found=f"the {who} {title} predicts {manifest.signature.target!r} ({manifest.task}), "
                f"the configuration says {config.data.target!r} ({config.task})",
                allowed=f"the {who}'s target, and classes or numbers as there",
                fix="another question is another model: give it a name of its own in `model`",
                place=work.loaded.place("data.target"),
            )
        )


def same_data(fighter: Fighter, table: Rows) -> None:
    """Refuse a challenger that was trained on other rows than those that lie here now."""
    if fighter.manifest.lineage.data_digest != table.train_digest:
        raise DataError(
            Problem(
                found="the training rows have changed since the challenger was trained",
                allowed="a challenger of the data that lies here",
                fix="run `modelbout train` again",
                place=Place(file=str(fighter.bundle / "manifest.json"), key="lineage.data_digest"),
            )
        )
