"""The registry in a directory: bundles appear by rename, a ledger's rename is the commit, a lock orders writers."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelbout.catalogue import did_you_mean
from modelbout.errors import ModelboutError, Problem, RegistryError
from modelbout.registry.books import Book, Books
from modelbout.registry.disk import Disk, LocalDisk, disk_errors
from modelbout.registry.entry import (
    checked,
    draft,
    judged_by,
    numbered,
    of_model,
    registration,
    result,
    unfinished,
    with_evidence,
)
from modelbout.registry.events import fold, until
from modelbout.registry.gate import champion_to_leave, gate, holdable, registered, target
from modelbout.registry.place import is_there, locked
from modelbout.registry.queries import Queries, Query
from modelbout.registry.shelf import Shelf
from modelbout.registry.versions import latest, next_version
from modelbout.seal import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from modelbout.manifest import Manifest
    from modelbout.registry.ledger import Event, EventKind, Title
    from modelbout.results import PromotionResult


def _now() -> datetime:
    return datetime.now(UTC)


class LocalRegistry:
    """A Registry in a directory, for one machine or a shared disk whose file locks work.

    The layout is ``bundles/<model>@<version>/``, ``ledger/<model>.jsonl``, ``ledger/champions.json`` and
    ``queries/<model>.jsonl``. A command
    that is stopped at any point leaves the ledger as it was or as it should be; what else it leaves is invisible and
    goes with the next promotion, or with ``doctor``. A directory that does not exist yet is an empty registry.
    """

    counts_bouts = True

    def __init__(self, path: Path, *, disk: Disk | None = None, now: Callable[[], datetime] = _now) -> None:
        self.path = path
        self._disk = LocalDisk() if disk is None else disk
        self._now = now
        self._shelf = Shelf(path / "bundles", self._disk)
        self._books = Books(path / "ledger", self._disk)
        self._queries = Queries(path / "queries", self._disk)

    def models(self) -> tuple[str, ...]:
        """Return the names of all models with at least one event, sorted.

        Raises:
            RegistryError: the registry cannot be read.
        """
        self._there()
        return self._books.models()

    def events(self, model: str) -> tuple[Event, ...]:
        """Return the model's events in sequence; empty for a model that nobody registered.

        Raises:
            ConfigError: the name is none.
            RegistryError: the ledger cannot be read, has a gap or a line that is no event, or lost events.
        """
        return self._book(model).events

    def champion(self, model: str, stage: str, *, at: str | None = None) -> Title | None:
        """Return who holds (or held at an ISO moment) the title, or None when nobody does.

        Raises:
            ConfigError: a name or the moment is none.
            RegistryError: the ledger cannot be read.
        """
        checked(stage, "stage")
        book = self._book(model)
        if at is None:
            return book.state.title(stage)
        return fold(model, until(book.events, at), shown=str(self._books.path(model))).title(stage)

    def fetch(self, model: str, version: str, into: Path) -> Path:
        """Copy a version's bundle to ``into/<model>@<version>``, with every digest verified, and return that path.

        A copy that is there already is verified and returned.

        Raises:
            RegistryError: no such version, or the copy cannot be written.
            BundleError: a digest is wrong.
        """
        digest = registered(self._book(model), version)
        with disk_errors(into, "the registry is not touched"):
            return self._shelf.fetch(model, version, digest, into)

    def promote(
        self,
        bundle: Path,
        *,
        model: str,
        stage: str,
        beaten: str | None,
        actor: str,
        reason: str,
        verdict_digest: str | None,
        holdout_digest: str | None = None,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Register the bundle (unless its digest is registered) and give it the title at ``stage``.

        Both events come by one rename, with consecutive numbers. A bundle that holds the title already keeps it: the
        event that gave it is returned, so a command that was stopped can be run again.

        Args:
            bundle: a sealed bundle's directory.
            model: the model's name, which must be the bundle's.
            stage: where it shall hold the title.
            beaten: the bundle digest of the champion that it beat, None for a first one: compare-and-swap.
            actor: who does this, for the ledger.
            reason: why, for the ledger; cut after ``REASON_LIMIT`` characters.
            verdict_digest: sha256 of the bout's result, for the ledger.
            holdout_digest: names the rows that it was judged on, for the ledger.
            pull_request: its number, for the ledger.
            run_url: where this happens, for the ledger.
            dry_run: check everything, work the version out, write nothing.

        Raises:
            ChampionMovedError: the ledger names another champion than ``beaten``.
            GateRefusedError: a hold stands.
            BundleError: the bundle, or one that it is compared with, is not what its digests say.
            ConfigError: a name is none, the bundle is another model's, actor or reason is missing.
            RegistryError: the registry cannot be read or written; it is as it was.
        """
        event = self._draft("promote", model, stage, actor, reason)
        manifest, digest = of_model(bundle, model)
        event = judged_by(event, verdict_digest, holdout_digest)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)
        event = replace(event, bundle_digest=digest)
        with self._writing(dry_run=dry_run):
            book = self._book(model)
            title = book.state.title(stage)
            if title is not None and title.bundle_digest == digest:
                return self._done(book, book.events[title.seq - 1], dry_run=dry_run)
            gate(book, stage, title, beaten)
            version = book.state.version_of(digest)
            if version is not None:
                self._shelf.verify(model, version, digest)
                return self._write(book, replace(event, version=version, previous=_version(title)), dry_run=dry_run)
            version = self._next(book, title, manifest)
            event = replace(event, version=version, previous=_version(title))
            if dry_run:
                return result(event, dry_run=True)
            return self._register(book, event, bundle)

    def advance(
        self,
        *,
        model: str,
        version: str,
        stage: str,
        beaten: str | None,
        actor: str,
        reason: str,
        verdict_digest: str | None = None,
        holdout_digest: str | None = None,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Give a registered version the title at another stage: the same digest, nothing is copied or built.

        Raises:
            ChampionMovedError: the ledger names another champion than ``beaten``.
            GateRefusedError: a hold stands.
            BundleError: the version's bundle is not what was registered.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model or version, or the registry cannot be read or written; it is as it was.
        """
        event = self._draft("promote", model, stage, actor, reason)
        event = judged_by(event, verdict_digest, holdout_digest)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)
        self._known(model)
        with self._writing(dry_run=dry_run):
            book = self._known(model)
            digest, title = registered(book, version), book.state.title(stage)
            if title is not None and title.bundle_digest == digest:
                return self._done(book, book.events[title.seq - 1], dry_run=dry_run)
            gate(book, stage, title, beaten)
            self._shelf.verify(model, version, digest)
            event = replace(event, version=version, previous=_version(title), bundle_digest=digest)
            return self._write(book, event, dry_run=dry_run)

    def rollback(
        self,
        *,
        model: str,
        stage: str,
        to: str | None,
        actor: str,
        reason: str,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Give the title back to ``to`` (default: the version that held it before the present one).

        A hold does not stop this. Rolling back twice without ``to`` goes back twice.

        Raises:
            GateRefusedError: nobody holds the title, nobody held it before, or ``to`` holds it.
            BundleError: the bundle of the version to return to is not what was registered.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model or version, or the registry cannot be read or written; it is as it was.
        """
        event = self._draft("rollback", model, stage, actor, reason)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)
        self._known(model)
        with self._writing(dry_run=dry_run):
            book = self._known(model)
            done = unfinished(book, event, to=to)
            if done:
                return self._done(book, done, dry_run=dry_run)
            title = champion_to_leave(book, stage)
            version = target(book, title, to)
            digest = registered(book, version)
            self._shelf.verify(model, version, digest)
            event = replace(event, version=version, previous=title.version, bundle_digest=digest)
            return self._write(book, event, dry_run=dry_run)

    def hold(
        self,
        *,
        model: str,
        stage: str,
        actor: str,
        reason: str,
        release: bool = False,
        pull_request: int | None = None,
        run_url: str | None = None,
        dry_run: bool = False,
    ) -> PromotionResult:
        """Stop promotions at a stage, or allow them again with ``release``; rollbacks are always allowed.

        Raises:
            GateRefusedError: the hold stands already, or none stands, or nobody ever held the title at the stage.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model, or the registry cannot be read or written; it is as it was.
        """
        event = self._draft("release_hold" if release else "hold", model, stage, actor, reason)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)
        self._known(model)
        with self._writing(dry_run=dry_run):
            book = self._known(model)
            done = unfinished(book, event, to=None)
            if done:
                return self._done(book, done, dry_run=dry_run)
            holdable(book, stage, release=release)
            return self._write(book, event, dry_run=dry_run)

    def queries(self, model: str) -> tuple[Query, ...]:
        """Return what holdouts were asked about challengers of the model, in the order of the questions.

        Raises:
            ConfigError: the name is none.
            RegistryError: they cannot be read.
        """
        self._there()
        return self._queries.read(checked(model, "model"))

    def note(self, query: Query) -> bool:
        """Remember a question, once; return True.

        Raises:
            ConfigError: the model's name is none.
            RegistryError: the registry cannot be written.
        """
        checked(query.model, "model")
        with self._writing(dry_run=False):
            self._queries.add(query)
        return True

    def doctor(self, *, repair: bool) -> tuple[str, ...]:
        """Return what is out of order, one sentence each; with ``repair``, mend what can be mended safely.

        Raises:
            RegistryError: the registry is no directory, or cannot be locked or listed.
        """
        from modelbout.registry.doctor import examine  # noqa: PLC0415 -- nobody else pays for it

        if not self._there():
            return ()
        with locked(self.path):
            return examine(self._shelf, self._books, self._queries, self._disk, repair=repair)

    def _draft(self, kind: EventKind, model: str, stage: str, actor: str, reason: str) -> Event:
        at = f"{self._now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return draft(kind, model=model, stage=stage, actor=actor, reason=reason, at=at)

    def _book(self, model: str) -> Book:
        self._there()
        return self._books.read(checked(model, "model"))

    def _known(self, model: str) -> Book:
        book = self._book(model)
        if not book.events:
            models = self.models()
            found = f"no model `{model}` is registered.{did_you_mean(model, models)}"
            fix = "`modelbout registry list` shows the models; `modelbout promote` registers one"
            raise RegistryError(Problem(found=found, fix=fix, place=place_of(self.path)))
        return book

    def _next(self, book: Book, title: Title | None, manifest: Manifest) -> str:
        """Return the version that a new bundle gets, compared with the one it succeeds."""
        versions = book.state.versions
        orphans = self._shelf.orphans(book.model, versions)
        if not self._shelf.explained(orphans, versions):
            found = f"bundles of `{book.model}` stand here that its ledger does not name: "
            found += ", ".join(path.name for path in orphans)
            fix = f"the ledger lost events: restore {self._books.root} from a backup; "
            fix += "when the bundles are worth nothing, remove them"
            raise RegistryError(Problem(found=found, fix=fix, place=place_of(self._shelf.root)))
        base = title.version if title else latest(versions)
        succeeds = self._shelf.manifest(book.model, base, versions[base]) if base else None
        return next_version(manifest, succeeds=succeeds, registered=versions)

    def _register(self, book: Book, event: Event, bundle: Path) -> PromotionResult:
        """Put the bundle on the shelf and write both events; on failure nothing of it stays."""
        model, version, digest = book.model, event.version or "", event.bundle_digest or ""
        place = self._shelf.path(model, version)
        orphans = (orphan for orphan in self._shelf.orphans(model, book.state.versions) if orphan != place)
        for left in (*orphans, *self._shelf.leftovers(), *self._books.leftovers()):
            self._disk.remove(left)
        try:
            self._shelf.put(bundle, model=model, version=version, digest=digest)
            after = self._books.commit(book, numbered(book, registration(event), event))
        except (OSError, ModelboutError):
            with suppress(OSError, ModelboutError):
                self._book(model)  # a ledger that cannot be read any more might name the bundle: then it stays
                self._disk.remove(place)
            raise
        return self._done(after, after.events[-1], dry_run=False)

    def _write(self, book: Book, event: Event, *, dry_run: bool) -> PromotionResult:
        if dry_run:
            return result(event, dry_run=True)
        after = self._books.commit(book, numbered(book, event))
        return self._done(after, after.events[-1], dry_run=False)

    def _done(self, book: Book, event: Event, *, dry_run: bool) -> PromotionResult:
        """Tell of an event that stands in the ledger; ``champions.json`` comes last, when it is behind."""
        if dry_run:
            return result(event, dry_run=True)
        self._books.settle(book)
        return result(event)

    def _there(self) -> bool:
        return is_there(self.path)

    @contextmanager
    def _writing(self, *, dry_run: bool) -> Iterator[None]:
        """Hold the lock and have the directories; a dry run needs neither."""
        if dry_run:
            yield
            return
        self._there()
        with disk_errors(self.path, "the registry is as it was"):
            self._disk.make_directory(self.path)
            with locked(self.path):
                self._disk.make_directory(self._books.root)
                self._disk.make_directory(self._shelf.root)
                self._disk.sync(self.path)
                yield


def _version(title: Title | None) -> str | None:
    return title.version if title else None
