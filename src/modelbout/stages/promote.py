"""The stage that gives a winner the title, or fights again when the champion has changed meanwhile."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from modelbout.errors import ChampionMovedError, ConfigError, GateRefusedError, Place, Problem
from modelbout.results import BOUT_FILE, PROMOTION_FILE, BoutResult, PromotionResult
from modelbout.seal import verify_files
from modelbout.stages.refusals import moved, still_sealed
from modelbout.stages.workspace import digest_of, run_url

if TYPE_CHECKING:
    from modelbout.progress import Progress
    from modelbout.registry.protocol import Registry
    from modelbout.stages.workspace import Workspace

MAX_BOUTS = 3  # a champion that changes more often than this during one promotion is a queue, not a bout


def promote(
    work: Workspace,
    progress: Progress,
    *,
    registry: str | None,
    stage: str | None = None,
    reason: str | None = None,
    dry_run: bool = False,
) -> PromotionResult:
    """Promote the challenger of the run directory, if its bout says so, and leave ``promotion.json``.

    Compare-and-swap: when the champion is no longer the one that was beaten, the bout is fought again against the
    new one, and only its verdict counts. Where rows are sealed, they are opened for a winner before its title moves.

    Raises:
        GateRefusedError: the verdict does not allow it, or a hold stands.
        ConfigError: there is no verdict, or it speaks of another bundle or model.
        RegistryError: the registry cannot be read or written.
    """
    book = work.registry(registry)
    target = chosen_stage(work, stage)
    for _ in range(MAX_BOUTS - 1):
        try:
            unseal(work, progress, book, dry_run=dry_run)
            return attempt(work, book, target, reason, dry_run=dry_run)
        except ChampionMovedError:
            fight_again(work, progress, registry)
    unseal(work, progress, book, dry_run=dry_run)
    return attempt(work, book, target, reason, dry_run=dry_run)


def unseal(work: Workspace, progress: Progress, book: Registry, *, dry_run: bool, noted_later: bool = False) -> None:
    """Open the sealed rows for a verdict that may lead to a promotion, where that has not been done.

    Args:
        work: where the verdict lies, and where it will lie with the answer.
        progress: who watches.
        book: the registry, which keeps a line of the question.
        dry_run: say that they would be opened.
        noted_later: whether the job that promotes keeps that line: this one may not write.

    Raises:
        ChampionMovedError: the champion is no longer the one that was beaten; nothing was opened.
        RegistryError: the registry cannot be written: what is not noted is not opened.
        ConfigError: there is no verdict, it speaks of another bundle, the data has changed, or nobody would note it.
        DataError: the sealed rows do not allow a comparison.
    """
    if work.config.compare.sealed is None:
        return
    bout = work.read(BOUT_FILE, BoutResult, made_by="compare")
    if not is_sealed(work, bout) or not (bout.passed or non_inferior(work, bout)):
        return
    if dry_run:
        progress.tell(would_open(work, bout))
        return
    from modelbout.stages.sealed import open_sealed

    work.write(BOUT_FILE, open_sealed(work, progress, book, bout, noted_later=noted_later))


def is_sealed(work: Workspace, bout: BoutResult) -> bool:
    """Tell whether a verdict still rests on the open rows alone; a first bout has nobody to meet on the others."""
    return work.config.compare.sealed is not None and bout.champion is not None and not opened(bout)


def opened(bout: BoutResult) -> bool:
    """Tell whether the sealed rows have answered for this verdict."""
    return bout.sealed is not None and bout.sealed.opened


def would_open(work: Workspace, bout: BoutResult) -> Problem:
    """Return what a dry run says of sealed rows."""
    rows = 0 if bout.sealed is None else bout.sealed.rows
    return Problem(
        found=f"{rows:,} sealed rows would be opened before the title moves",
        place=work.loaded.place("compare.sealed"),
        level="warn",
    )


def attempt(
    work: Workspace,
    book: Registry,
    stage: str,
    reason: str | None,
    *,
    pull_request: int | None = None,
    dry_run: bool,
) -> PromotionResult:
    """Promote on the verdict that lies in the run directory now, if it allows that and its champion still stands.

    Raises:
        ChampionMovedError: it does not stand any more; nothing was fought again.
        GateRefusedError: the verdict does not allow it, or a hold stands.
        ConfigError: there is no verdict, or it speaks of another bundle or model.
        RegistryError: the registry cannot be read or written.
    """
    bout = work.read(BOUT_FILE, BoutResult, made_by="compare")
    judged = allowed(work, bout)
    if is_sealed(work, bout) and not dry_run:
        raise GateRefusedError(still_sealed(work))
    told = judged if reason is None else reason
    result = move_title(work, book, bout, stage, told, pull_request=pull_request, dry_run=dry_run)
    if not dry_run:
        work.write(PROMOTION_FILE, result)
    return result


def move_title(
    work: Workspace,
    book: Registry,
    bout: BoutResult,
    stage: str,
    reason: str,
    *,
    pull_request: int | None,
    dry_run: bool,
) -> PromotionResult:
    """Ask the registry to swap the champion that was beaten for the challenger."""
    beaten = None if bout.champion is None else bout.champion.bundle_digest
    if stage != work.final_stage:
        standing = book.champion(bout.model, work.final_stage)
        if (standing and standing.bundle_digest) != beaten:
            raise ChampionMovedError(moved(work))
        held = book.champion(bout.model, stage)
        beaten = None if held is None else held.bundle_digest
    return book.promote(
        work.bundle,
        model=bout.model,
        stage=stage,
        beaten=beaten,
        actor=actor(),
        reason=reason,
        verdict_digest=digest_of((work.run / BOUT_FILE).read_bytes()),
        holdout_digest=None if bout.wear is None else bout.wear.holdout,
        pull_request=pull_request,
        run_url=run_url(),
        dry_run=dry_run,
    )


def chosen_stage(work: Workspace, stage: str | None) -> str:
    """Return the stage to promote to: the one asked for, or the first of the configuration."""
    stages = work.config.promote.stages
    if stage is not None and stage not in stages:
        raise ConfigError(
            Problem(
                found=f"there is no stage {stage!r}",
                allowed=", ".join(stages),
                fix="name one of them, or add it to `promote.stages`",
                place=work.loaded.place("promote.stages"),
            )
        )
    return stage or stages[0]


def allowed(work: Workspace, bout: BoutResult) -> str:
    """Return the reason for the ledger if this verdict may lead to a promotion of the bundle that lies there.

    Raises:
        GateRefusedError: it may not.
        ConfigError: the verdict speaks of another model.
        BundleError: it speaks of another bundle than the one that lies there, or that one is damaged.
    """
    reason = permission(work, bout)
    verify_files(work.bundle, digest=None if bout.challenger is None else bout.challenger.bundle_digest)
    return reason


def permission(work: Workspace, bout: BoutResult) -> str:
    """Return the reason for the ledger if this verdict may lead to a promotion; no bundle is looked at.

    Raises:
        GateRefusedError: it may not.
        ConfigError: the verdict speaks of another model.
    """
    place = Place(file=str(work.run / BOUT_FILE))
    if bout.model != work.config.model:
        raise ConfigError(
            Problem(
                found=f"this is a verdict on {bout.model!r}, but the configuration is of {work.config.model!r}",
                fix="name the right --config or --run-dir",
                place=place,
            )
        )
    if not (bout.passed or non_inferior(work, bout)):
        raise GateRefusedError(
            Problem(
                found=f"the verdict is {bout.verdict}: {' '.join(bout.reasons)}",
                allowed=permitted(work),
                fix=bout.error.fix
                if bout.error is not None
                else "the champion stays; improve the challenger, then `modelbout run` again",
                place=place,
            )
        )
    # A first bout's first sentence says what it takes; the second says what was reached.
    told = bout.reasons[1:2] if bout.verdict == "first" else bout.reasons[:1]
    return ": ".join((bout.verdict, *told))


def permitted(work: Workspace) -> str:
    """Return which verdicts lead to a promotion here, as words."""
    if work.config.promote.inconclusive == "promote_if_non_inferior":
        return "win, a passed first bout, or inconclusive within the margin with all guardrails holding"
    return "win, or a first bout that passed"


def non_inferior(work: Workspace, bout: BoutResult) -> bool:
    """Tell whether an inconclusive verdict is still good enough for ``promote_if_non_inferior``.

    That is: the interval of the improvement lies above minus the margin, every guardrail holds for sure, the anchor is
    not undercut, the holdout is not spent, and the sealed rows have not said otherwise.
    """
    primary = bout.primary
    if work.config.promote.inconclusive != "promote_if_non_inferior" or bout.verdict != "inconclusive":
        return False
    if primary is None or primary.judged is None:
        return False
    statuses = {
        *(one.status for one in bout.guardrail_metrics),
        *(one.status for one in bout.guardrails),
        *(one.status for one in bout.fairness),
        *(() if bout.anchor is None else (bout.anchor.result.status,)),
    }
    worn = bout.wear is not None and bout.wear.spent
    if worn or (bout.sealed is not None and bout.sealed.passed is False):
        return False
    return statuses <= {"holds"} and primary.judged.low > -(primary.margin or 0.0)


def fight_again(work: Workspace, progress: Progress, registry: str | None) -> None:
    """Compare with the champion of this moment; the new verdict replaces the old one."""
    from modelbout.stages.entrants import compare

    compare(work, progress, registry=registry)


def actor() -> str:
    """Return who acts: the GitHub user of the run, else the one who is logged in."""
    name = os.environ.get("GITHUB_ACTOR")
    if name:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
