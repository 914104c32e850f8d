"""Whether a title may move, and to whom: refusals that the ledger's state alone decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.catalogue import did_you_mean
from modelbout.errors import ChampionMovedError, GateRefusedError, Problem, RegistryError, cause

if TYPE_CHECKING:
    from modelbout.registry.books import Book
    from modelbout.registry.ledger import Hold, Title


def gate(book: Book, stage: str, title: Title | None, beaten: str | None) -> None:
    """Let a promotion pass only when no hold stands and the champion is the one that was beaten.

    Raises:
        GateRefusedError: a hold stands at the stage.
        ChampionMovedError: the bundle digest of the champion is another than ``beaten``.
    """
    hold = book.state.holds.get(stage)
    if hold is not None:
        fix = f"when the reason is gone: `modelbout registry release {book.model} --stage {stage} --reason WHY`"
        raise refused(describe(stage, hold), fix)
    stands = title.bundle_digest if title else None
    if stands != beaten:
        found = f"the champion of `{book.model}` at `{stage}` is {title.version if title else 'nobody'}"
        found += f" ({_short(stands)}), and not the one that was beaten ({_short(beaten)})"
        fix = "the title moved since the bout: fight again with `modelbout run`, then promote the winner"
        raise ChampionMovedError(Problem(found=found, fix=fix))


def _short(digest: str | None) -> str:
    return "none" if digest is None else f"bundle {cause(digest, limit=13)}"


def describe(stage: str, hold: Hold) -> str:
    """Return a hold as a sentence."""
    return f"a hold of `{stage}` stands since event {hold.seq}, by {cause(hold.actor)}: {cause(hold.reason)}"


def registered(book: Book, version: str) -> str:
    """Return the bundle digest of a registered version.

    Raises:
        RegistryError: no such version.
    """
    digest = book.state.versions.get(version)
    if digest is None:
        shown = cause(version if version.isprintable() else repr(version), limit=80)
        known = tuple(book.state.versions)
        found = f"`{book.model}` has no version `{shown}`.{did_you_mean(version, known)}"
        latest_known = ", ".join(known[-5:]) or "none"
        fix = f"`modelbout registry history {book.model}` shows all versions; the latest: {latest_known}"
        raise RegistryError(Problem(found=found, fix=fix))
    return digest


def holdable(book: Book, stage: str, *, release: bool) -> None:
    """Let a hold, or its release, pass only when it changes something.

    Raises:
        GateRefusedError: the hold stands already, or none stands, or nobody ever held the title at the stage.
    """
    standing = book.state.holds.get(stage)
    if book.state.title(stage) is None:
        raise refused(f"`{book.model}` never had a champion at `{stage}`", "nothing to hold")
    if standing and not release:
        raise refused(describe(stage, standing), "release it first to give another reason")
    if release and not standing:
        raise refused(f"no hold of `{stage}` stands", "promotions are allowed")


def champion_to_leave(book: Book, stage: str) -> Title:
    """Return who a rollback takes the title from.

    Raises:
        GateRefusedError: nobody holds it.
    """
    title = book.state.title(stage)
    if title is None:
        raise refused(f"`{book.model}` has no champion at `{stage}`", "nothing to roll back")
    return title


def target(book: Book, title: Title, to: str | None) -> str:
    """Return the version that a rollback returns to.

    Raises:
        GateRefusedError: there is none before the present one, or ``to`` is the present one.
        RegistryError: ``to`` is no registered version.
    """
    if to is None:
        before = book.state.before(title.stage)
        if before is None:
            found = f"nobody held the title of `{book.model}` at `{title.stage}` before {title.version}"
            raise refused(found, "name a registered version with --to")
        return before.version
    registered(book, to)
    if to == title.version:
        raise refused(f"{to} holds the title of `{book.model}` at `{title.stage}` already", "name another version")
    return to


def refused(found: str, fix: str) -> GateRefusedError:
    """Return the error for a command that the ledger's state forbids."""
    return GateRefusedError(Problem(found=found, fix=fix))
