"""One promotion on GitHub, step by step: draft, fill, read back, register, publish, crown; resumed after any crash."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelbout.errors import ChampionMovedError, GateRefusedError
from modelbout.github.api.errors import GitHubError, MissingError
from modelbout.registry.disk import disk_errors
from modelbout.registry.entry import registration
from modelbout.registry.gate import gate
from modelbout.registry.remote.archive import pack
from modelbout.registry.remote.drafts import renumbered
from modelbout.registry.remote.notes import METRICS_LIMIT, Marker, commit_message, tag_of
from modelbout.registry.versions import latest, next_version
from modelbout.seal import open_regular

if TYPE_CHECKING:
    from modelbout.github.api.releases import Release
    from modelbout.manifest import Manifest
    from modelbout.registry.ledger import Event
    from modelbout.registry.remote.drafts import Desk, Draft, Listing
    from modelbout.registry.remote.ledger import LedgerBranch, Page
    from modelbout.registry.remote.shelf import ReleaseShelf

METRICS_FILE = "metrics.json"


@dataclass
class Promotion:
    """Gives a bundle a version and the title.

    Attributes:
        ledger: who holds the title.
        shelf: the published bundles.
        desk: the drafts.
        bundle: a verified bundle's directory.
        manifest: its manifest.
        event: the promotion, without number, version and champion before it.
        beaten: the bundle digest of the champion that it beat.
        target: the commit that the release's tag shall point to; None takes the default branch.
        run: which workflow run this is, for the draft's marker.
    """

    ledger: LedgerBranch
    shelf: ReleaseShelf
    desk: Desk
    bundle: Path
    manifest: Manifest
    event: Event
    beaten: str | None
    target: str | None
    run: str | None
    _before: dict[str, Manifest] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return the bundle's digest."""
        return self.event.bundle_digest or ""

    def carry_out(self, *, dry_run: bool) -> Event:
        """Do it, or in a dry run only say what would be done; return the event, which then has no number.

        Raises:
            ChampionMovedError: the ledger names another champion than ``beaten``; a version that was registered by
                then stays so, and is found by its digest when it wins again.
            GateRefusedError: a hold stands.
            BundleError: a bundle is not what its digests say.
            RegistryError: the registry cannot be read or written; run the same promotion again.
        """
        page, drafted = self._begun(dry_run=dry_run)
        if drafted.seq:
            return drafted
        listing = self.desk.look(self.event.model)
        if dry_run:
            return self._told(page, listing)
        ours = listing.of(self.digest)
        finished = self.desk.tidy(page, (draft for draft in listing.drafts if draft not in ours))
        page = changed(page, published=page.published.union(finished))
        version = page.book.state.version_of(self.digest)
        if version is not None and version in page.published:
            self.shelf.verify(self._release(version, listing), self.digest)
        else:
            if version is not None and not ours:
                ours = self.desk.search(self.event.model).of(self.digest)
            page, version = self._issue(page, listing, ours)
        page, event = self.ledger.append(page, lambda now: self._promotion(now, version), commit_message, settled=True)
        for draft in listing.of(self.digest)[1:]:
            with suppress(GitHubError):  # the title has moved; a leftover goes with the next promotion
                self.desk.drop(draft)
        return event

    def _begun(self, *, dry_run: bool) -> tuple[Page, Event]:
        """Return the page to start from: what was read last, unless there were nothing to do by it.

        A page that is old costs a refused commit, after which everything is read again. What no commit follows, because
        the title is ours already or may not be had, is told by a page of this moment alone.
        """
        kept = self.ledger.last_page(self.event.model)
        if kept is not None and not dry_run:
            with suppress(ChampionMovedError, GateRefusedError):
                drafted = self._promotion(kept, "")
                if not drafted.seq:
                    return kept, drafted
        page = self.ledger.page(self.event.model)
        return page, self._promotion(page, "")

    def _promotion(self, page: Page, version: str) -> Event:
        """Return the promotion as it would follow now, or the event that gave this bundle the title it holds."""
        stage = self.event.stage or ""
        title = page.book.state.title(stage)
        if title is not None and title.bundle_digest == self.digest:
            return page.book.events[title.seq - 1]
        gate(page.book, stage, title, self.beaten)
        return replace(self.event, version=version, previous=title.version if title else None)

    def _told(self, page: Page, listing: Listing) -> Event:
        version = page.book.state.version_of(self.digest)
        session, fresh = self.shelf.session, version is None
        event = self._promotion(page, version or self._number(page, listing))
        if session.dry_run:
            tag = tag_of(event.model, event.version or "")
            if event.version not in page.published:
                session.writes(f"draft the release {tag}, upload the bundle to it and read it back")
                if fresh:
                    session.writes(f"commit to the ledger: {commit_message(registration(event))}")
                session.writes(f"publish the release {tag}")
            session.writes(f"commit to the ledger: {commit_message(event)}")
        return event

    def _issue(self, page: Page, listing: Listing, ours: tuple[Draft, ...]) -> tuple[Page, str]:
        """Bring the bundle out as a published release of a registered version."""
        version = page.book.state.version_of(self.digest) or self._number(page, listing)
        with tempfile.TemporaryDirectory() as made, disk_errors(Path(made), "the registry is as it was"):
            packed = pack(self.bundle, self.manifest, Path(made), limit=self.shelf.limit)
            marker = Marker(
                model=self.event.model,
                version=version,
                bundle_digest=self.digest,
                started=self.desk.started(),
                assets={one.name: one.sha256 for one in packed},
                run=self.run,
            )
            draft = self._draft(marker, ours)
            self.shelf.fill(draft.release, packed)
        page, version, draft = self._register(page, listing, draft)
        self.desk.publish(draft)
        return changed(page, published=page.published | {version}), version

    def _draft(self, marker: Marker, ours: tuple[Draft, ...]) -> Draft:
        for draft in ours:
            with suppress(MissingError):
                return self.desk.rewrite(draft, marker, self.manifest, self._metrics())
        return self.desk.create(marker, self.manifest, self._metrics(), self.target)

    def _register(self, page: Page, listing: Listing, draft: Draft) -> tuple[Page, str, Draft]:
        """Reserve the version in the ledger; the draft follows when the number was taken meanwhile."""

        def registering(now: Page) -> Event:
            nonlocal draft
            known = now.book.state.version_of(self.digest)
            if known is not None:
                draft = self._numbered(draft, known)
                return next(event for event in now.book.events if (event.event, event.version) == ("register", known))
            promotion = self._promotion(now, self._number(now, listing))
            draft = self._numbered(draft, promotion.version or "")
            return registration(promotion)

        try:
            page, event = self.ledger.append(page, registering, commit_message, settled=True)
        except (ChampionMovedError, GateRefusedError):
            with suppress(GitHubError):
                self.desk.drop(draft)
            raise
        return page, event.version or "", draft

    def _numbered(self, draft: Draft, version: str) -> Draft:
        if draft.marker.version == version:
            return draft
        return self.desk.rewrite(draft, renumbered(draft.marker, version), self.manifest, self._metrics())

    def _number(self, page: Page, listing: Listing) -> str:
        """Return the version that the bundle gets, compared with the one it succeeds."""
        state = page.book.state
        title = state.title(self.event.stage or "")
        base = title.version if title else latest(version for version in state.versions if version in page.published)
        if base is not None and base not in self._before:
            self._before[base] = self.shelf.manifest(self._release(base, listing), state.versions[base])
        succeeds = None if base is None else self._before[base]
        return next_version(self.manifest, succeeds=succeeds, registered=state.versions)

    def _release(self, version: str, listing: Listing) -> Release:
        """Return a version's release; most are in the listing, which saves a call."""
        listed = listing.published.get(tag_of(self.event.model, version))
        return listed or self.shelf.release(self.event.model, version)

    def _metrics(self) -> bytes | None:
        """Return the numbers for the release's text; a bundle without them is fine."""
        if all(entry.path != METRICS_FILE for entry in self.manifest.files):
            return None
        with open_regular(self.bundle / METRICS_FILE) as file:
            return file.read(METRICS_LIMIT + 1)
