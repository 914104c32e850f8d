"""The stage that gives the title back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.results import PROMOTION_FILE, PromotionResult
from modelbout.stages.promote import actor, chosen_stage
from modelbout.stages.workspace import run_url

if TYPE_CHECKING:
    from modelbout.stages.workspace import Workspace


def rollback(
    work: Workspace, *, registry: str | None, to: str | None, reason: str, stage: str | None, dry_run: bool
) -> PromotionResult:
    """Give the title at a stage (the last one by default) to ``to`` or to the holder before.

    Raises:
        GateRefusedError: nobody held it before, or ``to`` holds it already.
        BundleError: the bundle of that version is damaged; the title stays where it is.
    """
    result = work.registry(registry).rollback(
        model=work.config.model,
        stage=chosen_stage(work, stage or work.final_stage),
        to=to,
        actor=actor(),
        reason=reason,
        run_url=run_url(),
        dry_run=dry_run,
    )
    if not dry_run:
        work.begin(PROMOTION_FILE)
        work.write(PROMOTION_FILE, result)
    return result
