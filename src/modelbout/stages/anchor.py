"""The first champion on this holdout, called back to answer the same rows."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from modelbout.results import Side
from modelbout.seal import verify_files
from modelbout.stages.fighters import Fighter
from modelbout.stages.scene import Scene, Use
from modelbout.stages.wear import anchor_margin, first_champion, wear_of
from modelbout.training.faithful import Case, score_faithfully

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelbout.manifest import Manifest
    from modelbout.progress import Progress
    from modelbout.registry.ledger import Event
    from modelbout.registry.protocol import Registry
    from modelbout.stages.tables import Rows
    from modelbout.stages.wear import FirstChampion
    from modelbout.stages.workspace import Workspace
    from modelbout.training.score import Scored


def call_back(work: Workspace, book: Registry, first: FirstChampion) -> tuple[Path, Manifest]:
    """Fetch the anchor's bundle from the registry and verify it.

    Raises:
        RegistryError: the registry does not give it.
        BundleError: it is not what was registered.
    """
    place = work.run / "anchor"
    shutil.rmtree(place, ignore_errors=True)
    bundle = book.fetch(work.config.model, first.version, place)
    return bundle, verify_files(bundle, digest=first.bundle_digest)


def answers_of(work: Workspace, bundle: Path, table: Rows, progress: Progress) -> Scored:
    """Let the anchor answer the rows of the bout, as faithfully as it still can.

    Raises:
        BundleError: it answers otherwise than on the day of its training, and nothing else answers for it.
        DataError: the rows lack its inputs.
        TrainingError: its program failed.
    """
    case = Case(
        champion=bundle,
        rows=table.holdout,
        root=work.root,
        work=work.run / "scoring",
        timeout_minutes=work.config.train.timeout_minutes,
        trust=work.config.train.trust,
        environment=work.config.compare.champion_environment,
        progress=progress,
    )
    return score_faithfully(case, python=work.config.train.python)[0]


def use_of(work: Workspace, book: Registry, events: Sequence[Event], scene: Scene, table: Rows) -> Use:
    """Return how worn the holdout is, what follows for this bout, and the anchor where the rules need one."""
    config, holdout = work.config, table.whole_digest
    challenger = "" if scene.challenger is None else scene.challenger.side.bundle_digest
    queries = book.queries(config.model) if events else ()
    wear, allowed = wear_of(config, events, queries, holdout=holdout, challenger=challenger)
    if scene.champion is None:
        return Use(wear)
    margin = anchor_margin(config)
    first = None if margin is None else first_champion(config.model, events, holdout=holdout, stage=work.final_stage)
    if margin is None or first is None:
        return Use(wear, allowed)
    for known in (scene.challenger, scene.champion):
        if known is not None and known.side.bundle_digest == first.bundle_digest:
            return Use(wear, allowed, first, known, margin)
    bundle, manifest = call_back(work, book, first)
    side = Side(
        bundle_digest=first.bundle_digest,
        version=first.version,
        fingerprint=manifest.lineage.fingerprint,
        threshold=manifest.scorer.threshold,
    )
    return Use(wear, allowed, first, Fighter(bundle, manifest, side), margin)


def answers_of_anchor(
    work: Workspace, scene: Scene, table: Rows, scored: tuple[Scored, ...], progress: Progress
) -> Scored | None:
    """Return the anchor's answers; where it stands in a corner, those that it gave there."""
    anchor = scene.use.anchor
    if anchor is None:
        return None
    corners = [fighter for fighter in (scene.challenger, scene.champion) if fighter is not None]
    for fighter, answers in zip(corners, scored, strict=True):
        if fighter.side.bundle_digest == anchor.side.bundle_digest:
            return answers
    return answers_of(work, anchor.bundle, table, progress)
