"""A title that goes back: once for each run that asks, whatever stops it on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.errors import GateRefusedError, Problem
from modelbout.github.promotion.titles import read_back
from modelbout.registry.books import Book
from modelbout.registry.entry import REASON_LIMIT, one_line
from modelbout.registry.entry import result as told_of
from modelbout.registry.events import fold
from modelbout.registry.gate import refused, registered, target
from modelbout.stages.promote import actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.registry.ledger import Event
    from modelbout.registry.protocol import Registry
    from modelbout.results import PromotionResult


@dataclass(frozen=True)
class Wish:
    """What was asked for.

    Attributes:
        model: whose title.
        stage: where.
        to: the version that gets it; None is the holder before.
        reason: why, for the ledger; empty for a rehearsal.
        digest: the bundle that was rehearsed; None when there was no rehearsal.
        run_url: the run that asks: the same for all its attempts; None outside of GitHub.
    """

    model: str
    stage: str
    to: str | None
    reason: str = ""
    digest: str | None = None
    run_url: str | None = None


@dataclass(frozen=True)
class Way:
    """Where the title goes.

    Attributes:
        version: the version that gets it.
        bundle_digest: its bundle in the ledger.
        done: the event of an earlier attempt of the same run, which has moved it already.
    """

    version: str
    bundle_digest: str
    done: Event | None = None


def resolve(book: Registry, wish: Wish) -> Way:
    """Return where the title goes, or has gone by an earlier attempt of this run.

    Raises:
        GateRefusedError: nobody holds the title or held it before, ``to`` holds it, or another bundle was rehearsed.
        RegistryError: no such version, or the ledger cannot be read.
    """
    events = book.events(wish.model)
    read = Book(
        model=wish.model, raw=b"", events=events, state=fold(wish.model, events, shown=wish.model), standing=None
    )
    title = read.state.title(wish.stage)
    if title is None:
        raise refused(f"`{wish.model}` has no champion at `{wish.stage}`", "nothing to roll back")
    done = own(events[title.seq - 1], wish)
    version = title.version if done is not None else target(read, title, wish.to)
    digest = registered(read, version)
    if wish.digest not in (None, digest):
        raise GateRefusedError(
            Problem(
                found=f"the bundle that was rehearsed is not the one of {wish.model}@{version}",
                allowed="the bundle digest that the ledger has for it",
                fix="start the whole workflow again, so that the rehearsal and this job speak of one version",
            )
        )
    return Way(version, digest, done)


def own(event: Event, wish: Wish) -> Event | None:
    """Return the event that gave the present holder the title when it is what this run asked for; else None.

    The run's address tells it for sure. Where the ledger has none, it is the same version for the same reason.
    """
    if event.event != "rollback" or wish.to not in (None, event.version):
        return None
    if event.run_url is not None:
        return event if event.run_url == wish.run_url else None
    same = wish.to is not None and event.reason == one_line(wish.reason, limit=REASON_LIMIT)
    return event if same else None


def give_back(book: Registry, wish: Wish, way: Way, *, dry_run: bool) -> PromotionResult:
    """Give the title back and read it again; what an earlier attempt of this run did is not done twice.

    Raises:
        GateRefusedError: somebody moved the title in this moment.
        BundleError: the bundle to return to is damaged.
        RegistryError: the registry cannot be read or written.
    """
    if way.done is not None:
        return told_of(way.done)
    result = book.rollback(
        model=wish.model,
        stage=wish.stage,
        to=way.version,
        actor=actor(),
        reason=wish.reason,
        run_url=wish.run_url,
        dry_run=dry_run,
    )
    if not dry_run:
        read_back(book, result)
    return result


def hold(book: Registry, wish: Wish, *, dry_run: bool, say: Callable[[str], object]) -> None:
    """Stop promotions at the stage before the title moves, so that none slips in; one that stands is left as it is.

    Raises:
        GateRefusedError: nobody ever held the title there.
        RegistryError: the registry cannot be read or written.
    """
    standing = fold(wish.model, book.events(wish.model), shown=wish.model).holds.get(wish.stage)
    if standing is not None:
        say(f"a hold of {wish.stage} stands since event {standing.seq}")
    elif dry_run:
        say(f"would hold {wish.stage}")
    else:
        book.hold(model=wish.model, stage=wish.stage, actor=actor(), reason=wish.reason)
        say(f"promotions at {wish.stage} are on hold until `modelbout registry release`")
