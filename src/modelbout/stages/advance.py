"""The stage that moves a version on to the next stage: the same digest, nothing is built or judged anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.errors import ChampionMovedError, ConfigError, GateRefusedError, Problem
from modelbout.registry.events import fold
from modelbout.results import PROMOTION_FILE, PromotionResult
from modelbout.stages.promote import actor, chosen_stage
from modelbout.stages.workspace import run_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelbout.registry.ledger import Event, Title
    from modelbout.registry.protocol import Registry
    from modelbout.stages.workspace import Workspace


@dataclass(frozen=True)
class Passage:
    """A version on its way from one stage to another.

    Attributes:
        judged: the promotion whose verdict it rests on.
        beaten: the champion of the last stage when that verdict was used; None when there was none.
        standing: the champion of the last stage now.
        held: who holds the stage that it goes to now.
    """

    judged: Event
    beaten: Title | None
    standing: Title | None
    held: Title | None

    @property
    def arrived(self) -> bool:
        """Return whether the version holds the stage that it goes to."""
        return self.held is not None and self.held.version == self.judged.version

    @property
    def moved(self) -> bool:
        """Return whether the champion that the verdict speaks of is gone."""
        return _digest(self.beaten) != _digest(self.standing)


def advance(
    work: Workspace, *, registry: str | None, source: str, stage: str, reason: str | None, dry_run: bool
) -> PromotionResult:
    """Give the holder of ``source`` the title at a later stage, if the champion that it beat stands there still.

    Raises:
        ChampionMovedError: the last stage has another champion than when the verdict was used: fight again.
        GateRefusedError: nobody holds ``source``, it never was promoted there, or a hold stands.
        ConfigError: there is no such stage, or ``stage`` does not come after ``source``.
        RegistryError: the registry cannot be read or written.
    """
    in_order(work, source, stage)
    book = work.registry(registry)
    model = work.config.model
    result = move_on(
        book,
        passage(model, book.events(model), source=source, stage=stage, last=work.final_stage),
        stage=stage,
        last=work.final_stage,
        reason=reason,
        dry_run=dry_run,
    )
    if not dry_run:
        work.begin(PROMOTION_FILE)
        work.write(PROMOTION_FILE, result)
    return result


def in_order(work: Workspace, source: str, stage: str) -> None:
    """Check that a version may go from one stage to the other.

    Raises:
        ConfigError: there is no such stage, or they do not come in this order.
    """
    stages = work.config.promote.stages
    before, after = stages.index(chosen_stage(work, source)), stages.index(chosen_stage(work, stage))
    if before >= after:
        raise ConfigError(
            Problem(
                found=f"`{stage}` does not come after `{source}`",
                allowed=" then ".join(stages),
                fix="name an earlier stage to come from, or a later one to go to",
                place=work.loaded.place("promote.stages"),
            )
        )


def passage(model: str, events: Sequence[Event], *, source: str, stage: str, last: str) -> Passage:
    """Return who goes where, and on which verdict: that of the last promotion of this version at ``source``.

    Raises:
        GateRefusedError: nobody holds ``source``, or came there by a promotion.
        RegistryError: the events do not follow from each other.
    """
    now = fold(model, events, shown=model)
    holder = now.title(source)
    if holder is None:
        raise GateRefusedError(
            Problem(
                found=f"nobody holds the title of `{model}` at `{source}`",
                fix=f"promote to `{source}` first: `modelbout promote --stage {source}`",
            )
        )
    judged = next(
        (
            event
            for event in reversed(events)
            if (event.event, event.stage, event.version) == ("promote", source, holder.version)
        ),
        None,
    )
    if judged is None:
        raise GateRefusedError(
            Problem(
                found=f"{holder.version} came to `{source}` by a rollback, so no verdict says that it may go on",
                fix=f"fight again; or, to give it the title all the same: `modelbout rollback --stage {stage} "
                f"--to {holder.version}`",
            )
        )
    then = fold(model, events[: judged.seq - 1], shown=model)
    return Passage(judged=judged, beaten=then.title(last), standing=now.title(last), held=now.title(stage))


def move_on(
    book: Registry, way: Passage, *, stage: str, last: str, reason: str | None, dry_run: bool
) -> PromotionResult:
    """Ask the registry to give the version the title at ``stage``; one that has it already keeps it.

    Raises:
        ChampionMovedError: the champion of the last stage is not the one that the verdict speaks of.
        GateRefusedError: a hold stands.
        RegistryError: the registry cannot be read or written.
    """
    judged = way.judged
    if way.moved and not way.arrived:
        then = "nobody" if way.beaten is None else way.beaten.version
        now = "nobody" if way.standing is None else way.standing.version
        raise ChampionMovedError(
            Problem(
                found=f"the champion at `{last}` is {now}; {judged.version} was judged when it was {then}",
                allowed="a promotion against the champion that was beaten",
                fix="fight again: `modelbout run`, then `modelbout promote`; on GitHub start the workflow by hand",
            )
        )
    beaten = way.beaten if stage == last else way.held
    return book.advance(
        model=judged.model,
        version=judged.version or "",
        stage=stage,
        beaten=_digest(beaten),
        actor=actor(),
        reason=reason or f"moved on from {judged.stage}; {judged.reason}",
        verdict_digest=judged.verdict_digest,
        holdout_digest=judged.holdout_digest,
        pull_request=judged.pull_request,
        run_url=run_url(),
        dry_run=dry_run,
    )


def _digest(title: Title | None) -> str | None:
    return None if title is None else title.bundle_digest
