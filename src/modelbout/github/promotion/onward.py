"""A version on its way to the next stage: the same digest, moved by a later job that a person may have to approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import GateRefusedError, Problem
from modelbout.github.promotion.decide import spent
from modelbout.github.promotion.titles import read_back
from modelbout.results import PROMOTION_FILE
from modelbout.stages.advance import in_order, move_on, passage

if TYPE_CHECKING:
    from modelbout.registry.protocol import Registry
    from modelbout.results import PromotionResult
    from modelbout.stages.workspace import Workspace


def onward(
    work: Workspace, book: Registry, *, source: str, stage: str, reason: str | None, run_url: str | None, dry_run: bool
) -> tuple[PromotionResult, bool]:
    """Give the holder of ``source`` the title at a later stage, each verdict once.

    Returns:
        The promotion, and whether others shall be told of it: it is new, or an earlier attempt of this run made it.

    Raises:
        ChampionMovedError: the last stage has another champion than when the verdict was used: fight again.
        GateRefusedError: a hold stands, nobody holds ``source``, or the title was taken from this verdict since.
        ConfigError: a stage is none, or they do not come in this order.
        RegistryError: the registry cannot be read or written.
    """
    in_order(work, source, stage)
    model = work.config.model
    events = book.events(model)
    way = passage(model, events, source=source, stage=stage, last=work.final_stage)
    verdict = way.judged.verdict_digest
    before = spent(events, stage=stage, bundle=way.judged.bundle_digest, verdict=verdict)
    if before is not None and not way.arrived:
        raise GateRefusedError(
            Problem(
                found=f"{way.judged.version} came to `{stage}` by event {before.seq} and lost the title since",
                allowed="a verdict gives a title once",
                fix=f"fight again, or give it back with a reason: the rollback action, `to: {way.judged.version}`",
            )
        )
    result = move_on(book, way, stage=stage, last=work.final_stage, reason=reason, dry_run=dry_run)
    if not dry_run:
        read_back(book, result)
        work.begin(PROMOTION_FILE)
        work.write(PROMOTION_FILE, result)
    return result, not way.arrived or (run_url is not None and result.run_url == run_url)
