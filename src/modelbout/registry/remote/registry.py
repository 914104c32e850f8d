"""The registry of a repository on GitHub: versions are releases, the ledger is a branch, a ref update is the commit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelbout.catalogue import did_you_mean
from modelbout.errors import ChampionMovedError, Place, Problem, RegistryError
from modelbout.github.api.releases import ASSET_LIMIT
from modelbout.registry.disk import disk_errors
from modelbout.registry.entry import checked, draft, judged_by, of_model, result, unfinished, with_evidence
from modelbout.registry.events import fold, until
from modelbout.registry.gate import champion_to_leave, gate, holdable, registered, target
from modelbout.registry.remote.drafts import Desk
from modelbout.registry.remote.ledger import LedgerBranch
from modelbout.registry.remote.merges import Merges
from modelbout.registry.remote.notes import commit_message, tag_of
from modelbout.registry.remote.promotion import Promotion
from modelbout.registry.remote.shelf import ReleaseShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from modelbout.github.api.session import Session
    from modelbout.registry.ledger import Event, EventKind, Title
    from modelbout.registry.queries import Query
    from modelbout.registry.remote.ledger import Page
    from modelbout.results import PromotionResult


def _now() -> datetime:
    return datetime.now(UTC)


class GitHubRegistry:
    """A Registry in a repository on GitHub.

    A command that is stopped at any point leaves the champion as it was or as it should be; what else it leaves is
    seen only by those who may write, and goes or is finished with the same command, with the next promotion, or with
    ``doctor``. A session in a dry run makes every command a dry run.

    Attributes:
        session: the repository, and who asks.
        target: the commit that the tags of new versions point to; None takes the default branch.
    """

    counts_bouts = False

    def __init__(
        self,
        session: Session,
        *,
        target: str | None = None,
        run: str | None = None,
        now: Callable[[], datetime] = _now,
        asset_limit: int = ASSET_LIMIT,
    ) -> None:
        self.session = session
        self.target = target
        self._run = run
        self._now = now
        self._ledger = LedgerBranch(session)
        self._shelf = ReleaseShelf(session, limit=asset_limit)
        self._desk = Desk(self._shelf, now)
        self._merges = Merges(self._ledger)

    def models(self) -> tuple[str, ...]:
        """Return the names of all models with at least one event, sorted.

        Raises:
            RegistryError: the registry cannot be read.
        """
        return self._ledger.models()

    def events(self, model: str) -> tuple[Event, ...]:
        """Return the model's events in sequence; empty for a model that nobody registered.

        Raises:
            ConfigError: the name is none.
            RegistryError: the ledger cannot be read, has a gap or a line that is no event, or lost events.
        """
        return self._page(model).book.events

    def champion(self, model: str, stage: str, *, at: str | None = None) -> Title | None:
        """Return who holds (or held at an ISO moment) the title, or None when nobody does.

        Raises:
            ConfigError: a name or the moment is none.
            RegistryError: the ledger cannot be read.
        """
        checked(stage, "stage")
        book = self._page(model).book
        if at is None:
            return book.state.title(stage)
        return fold(model, until(book.events, at), shown=model).title(stage)

    def fetch(self, model: str, version: str, into: Path) -> Path:
        """Download a version's bundle to ``into/<model>@<version>``, with every digest verified, and return that path.

        A copy that is there already is verified and returned.

        Raises:
            RegistryError: no such version, or the copy cannot be written.
            BundleError: the release or an asset is gone, or a digest is wrong.
        """
        page = self._page(model)
        digest = registered(page.book, version)
        release = self._shelf.release(model, version, published=version in page.published)
        with disk_errors(into, "the registry is not touched"):
            return self._shelf.fetch(release, tag_of(model, version), digest, into)

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

        The same bundle promoted again after a crash goes on where the first attempt ended.

        Raises:
            ChampionMovedError: the ledger names another champion than ``beaten``.
            GateRefusedError: a hold stands.
            BundleError: the bundle, or one that it is compared with, is not what its digests say.
            ConfigError: a name is none, the bundle is another model's, actor or reason is missing.
            RegistryError: the registry cannot be read or written; the same command may be run again.
        """
        event = self._draft("promote", model, stage, actor, reason)
        manifest, digest = of_model(bundle, model)
        event = judged_by(event, verdict_digest, holdout_digest)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)
        promotion = Promotion(
            ledger=self._ledger,
            shelf=self._shelf,
            desk=self._desk,
            bundle=bundle,
            manifest=manifest,
            event=replace(event, bundle_digest=digest),
            beaten=beaten,
            target=self.target,
            run=self._run,
        )
        dry_run = dry_run or self.session.dry_run
        return result(promotion.carry_out(dry_run=dry_run), dry_run=dry_run)

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
        """Give a registered version the title at another stage: the same digest, nothing is uploaded or built.

        Raises:
            ChampionMovedError: the ledger names another champion than ``beaten``.
            GateRefusedError: a hold stands.
            BundleError: the version's release is not what was registered.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model or version, or the registry cannot be read or written.
        """
        event = self._draft("promote", model, stage, actor, reason)
        event = judged_by(event, verdict_digest, holdout_digest)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)
        checks = _Once(self._verify)

        def advancing(page: Page) -> Event:
            digest, title = registered(page.book, version), page.book.state.title(stage)
            if title is not None and title.bundle_digest == digest:
                return page.book.events[title.seq - 1]
            gate(page.book, stage, title, beaten)
            checks.verify(page, version)
            previous = title.version if title else None
            return replace(event, version=version, previous=previous, bundle_digest=digest)

        return self._enter(self._known(model), advancing, dry_run=dry_run, settled=True)

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

        A hold does not stop this. Rolling back twice without ``to`` goes back twice, but a run of a workflow rolls back
        once, however often it is run again.

        Raises:
            ChampionMovedError: somebody else moved the title while this was done.
            GateRefusedError: nobody holds the title, nobody held it before, or ``to`` holds it.
            BundleError: the release of the version to return to is not what was registered.
            ConfigError: a name is none, actor or reason is missing.
            RegistryError: no such model or version, or the registry cannot be read or written.
        """
        event = self._draft("rollback", model, stage, actor, reason)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)
        checks = _Once(self._verify)
        first = self._known(model)
        leaving = first.book.state.title(stage)

        def returning(page: Page) -> Event:
            done = unfinished(page.book, event, to=to)
            if done is not None:
                return done
            title = champion_to_leave(page.book, stage)
            if leaving is None or title.seq != leaving.seq:
                found = f"somebody else gave the title of `{model}` at `{stage}` to {title.version} meanwhile"
                fix = f"look at `modelbout registry history {model}`, then roll back again if that is still wanted"
                raise ChampionMovedError(Problem(found=found, fix=fix))
            version = target(page.book, title, to)
            checks.verify(page, version)
            digest = registered(page.book, version)
            return replace(event, version=version, previous=title.version, bundle_digest=digest)

        return self._enter(first, returning, dry_run=dry_run, settled=False)

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
            RegistryError: no such model, or the registry cannot be read or written.
        """
        event = self._draft("release_hold" if release else "hold", model, stage, actor, reason)
        event = with_evidence(event, pull_request=pull_request, run_url=run_url)

        def holding(page: Page) -> Event:
            done = unfinished(page.book, event, to=None)
            if done is not None:
                return done
            holdable(page.book, stage, release=release)
            return event

        return self._enter(self._known(model), holding, dry_run=dry_run, settled=False)

    def queries(self, model: str) -> tuple[Query, ...]:
        """Return what holdouts were asked about challengers of the model, as far as merges have told.

        Raises:
            ConfigError: the name is none.
            RegistryError: they cannot be read.
        """
        return self._merges.queries(checked(model, "model"))

    def note(self, query: Query) -> bool:  # noqa: ARG002 -- as every registry has it
        """Return False: a bout has no right to write here, so what it asked is counted when it is merged."""
        return False

    def doctor(self, *, repair: bool) -> tuple[str, ...]:
        """Return what is out of order, one sentence each; with ``repair``, mend what can be mended safely.

        Raises:
            RegistryError: the registry cannot be read at all.
        """
        from modelbout.registry.remote.doctor import Visit  # noqa: PLC0415 -- nobody else pays for it

        return Visit(self._ledger, self._shelf, self._desk, repair=repair and not self.session.dry_run).examine()

    def last_merge(self, model: str) -> str | None:
        """Return the commit of the default branch up to which promotion has dealt with all merges; None without one.

        Raises:
            RegistryError: the record cannot be read.
        """
        return self._merges.last(checked(model, "model"))

    def note_merge(self, model: str, commit: str, *, queries: Sequence[Query] = (), dry_run: bool = False) -> None:
        """Remember up to which commit promotion has dealt with all merges, and what these asked of their holdouts.

        When somebody else has moved the mark since :meth:`last_merge` was asked, theirs stands: what it may lie behind
        is found again and recognised.

        Raises:
            RegistryError: the record cannot be read or written.
        """
        self._merges.note(checked(model, "model"), commit, queries, dry_run=dry_run)

    def _draft(self, kind: EventKind, model: str, stage: str, actor: str, reason: str) -> Event:
        at = f"{self._now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return draft(kind, model=model, stage=stage, actor=actor, reason=reason, at=at)

    def _page(self, model: str) -> Page:
        return self._ledger.page(checked(model, "model"))

    def _known(self, model: str) -> Page:
        page = self._page(model)
        if not page.book.events:
            found = f"no model `{model}` is registered.{did_you_mean(model, self.models())}"
            fix = "`modelbout registry list` shows the models; `modelbout promote` registers one"
            raise RegistryError(Problem(found=found, fix=fix, place=Place(file=self.session.repository)))
        return page

    def _verify(self, page: Page, version: str) -> None:
        release = self._shelf.release(page.book.model, version, published=version in page.published)
        self._shelf.verify(release, registered(page.book, version))

    def _enter(self, page: Page, drafted: Callable[[Page], Event], *, dry_run: bool, settled: bool) -> PromotionResult:
        """Write one event into the ledger; ``champions.json`` in the same commit, or as the end of the command."""
        if dry_run or self.session.dry_run:
            event = drafted(page)
            if self.session.dry_run and not event.seq:
                self.session.writes(f"commit to the ledger: {commit_message(event)}")
            return result(event, dry_run=True)
        page, event = self._ledger.append(page, drafted, commit_message, settled=settled)
        if not settled:
            self._ledger.settle(page)
        return result(event)


class _Once:
    """Verifies each version once, however often an event is worked out again."""

    def __init__(self, verify: Callable[[Page, str], None]) -> None:
        self._verify = verify
        self._done: set[str] = set()

    def verify(self, page: Page, version: str) -> None:
        if version not in self._done:
            self._verify(page, version)
            self._done.add(version)
