"""Drafts of releases: made, taken up again, finished or removed, so that a stopped promotion leaves none behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import BundleError, Problem
from modelbout.github.api.errors import ConflictError, MissingError, UnreachableError
from modelbout.registry.remote.notes import Marker, notes, read_marker, tag_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelbout.github.api.releases import Release
    from modelbout.manifest import Manifest
    from modelbout.registry.remote.ledger import Page
    from modelbout.registry.remote.shelf import ReleaseShelf

# The longest that a job of a hosted runner lives, docs.github.com, "Actions limits": whoever made an older draft is
# not working on it any more.
LONGEST_JOB = timedelta(hours=6)


@dataclass(frozen=True)
class Draft:
    """A draft of ours: its release, and what its marker says."""

    release: Release
    marker: Marker


@dataclass(frozen=True)
class Listing:
    """Some releases as GitHub lists them: the drafts of one model, and what is published, by its tag."""

    drafts: tuple[Draft, ...]
    published: dict[str, Release]

    def of(self, digest: str) -> tuple[Draft, ...]:
        """Return the drafts of one bundle."""
        return tuple(draft for draft in self.drafts if draft.marker.bundle_digest == digest)


def drafts_among(releases: Iterable[Release], model: str | None = None) -> tuple[Draft, ...]:
    """Return the drafts that a promotion made, of one model or of all.

    A draft with the marker and another tag is somebody's who copied the text of a version: it is none of ours.
    """
    marked = ((release, read_marker(release.body)) for release in releases if release.draft)
    return tuple(
        Draft(release, marker)
        for release, marker in marked
        if marker is not None and release.tag == tag_of(marker.model, marker.version) and model in (None, marker.model)
    )


class Desk:
    """Where the drafts of promotions lie."""

    def __init__(self, shelf: ReleaseShelf, now: Callable[[], datetime]) -> None:
        self.shelf = shelf
        self.session = shelf.session
        self.releases = shelf.releases
        self._now = now

    def look(self, model: str) -> Listing:
        """Return the newest hundred releases, which hold all drafts of promotions that were stopped lately."""
        page = next(iter(self.releases.pages()), ())
        return _listing(page, model)

    def search(self, model: str) -> Listing:
        """Return all releases that GitHub lists, page by page."""
        return _listing([release for page in self.releases.pages() for release in page], model)

    def create(self, marker: Marker, manifest: Manifest, metrics: bytes | None, target: str | None) -> Draft:
        """Make a draft; one whose answer was lost is found by its marker, and not made again.

        Raises:
            GitHubError: GitHub refuses or cannot be reached.
        """
        tag, body = tag_of(marker.model, marker.version), notes(marker, manifest, metrics)
        self.session.writes(f"draft the release {tag}")
        try:
            release = self.releases.draft(tag=tag, target=target, name=tag, body=body)
        except UnreachableError:
            made = next((draft for draft in self.look(marker.model).drafts if draft.marker == marker), None)
            if made is not None:
                return made
            self.session.writes(f"draft the release {tag}")
            release = self.releases.draft(tag=tag, target=target, name=tag, body=body)
        return Draft(release, marker)

    def rewrite(self, draft: Draft, marker: Marker, manifest: Manifest, metrics: bytes | None) -> Draft:
        """Give a draft another number, or take it up again.

        Raises:
            MissingError: it is gone.
        """
        tag = tag_of(marker.model, marker.version)
        self.session.writes(f"make the draft of {draft.release.tag} one of {tag}")
        body = notes(marker, manifest, metrics)
        try:
            release = self.releases.change(draft.release, tag=tag, name=tag, body=body)
        except UnreachableError:
            release = self.releases.get(draft.release.id)
            if read_marker(release.body) != marker:
                raise
        return Draft(replace(release, assets=draft.release.assets), marker)

    def publish(self, draft: Draft) -> None:
        """Publish a draft. When the version is public already, it is checked, and the draft goes.

        Raises:
            BundleError: something else is public under the version's tag.
            GitHubError: GitHub refuses or cannot be reached.
        """
        release = draft.release
        for last in (False, True):
            self.session.writes(f"publish the release {release.tag}")
            try:
                self.releases.publish(release)
            except (ConflictError, MissingError, UnreachableError) as error:
                there = self.releases.by_tag(release.tag)
                if there is None and not last and isinstance(error, UnreachableError):
                    continue
                if there is None:
                    raise _never(release.tag, error) if isinstance(error, ConflictError) else error from None
                if there.id != release.id:
                    self.shelf.verify(there, draft.marker.bundle_digest)
                    self.drop(draft)
            return

    def drop(self, draft: Draft) -> None:
        """Delete a draft, unless somebody has taken it up or published it meanwhile."""
        try:
            now = self.releases.get(draft.release.id)
        except MissingError:
            return
        if now.draft and read_marker(now.body) == draft.marker:
            self.session.writes(f"delete the draft of {draft.release.tag}")
            self.releases.delete(now)

    def old(self, draft: Draft) -> bool:
        """Say whether a draft is older than any job that could still work on it."""
        try:
            started = datetime.fromisoformat(draft.marker.started)
        except ValueError:
            return True
        if started.tzinfo is None:
            started = started.replace(tzinfo=UTC)
        return self._now() - started > LONGEST_JOB

    def tidy(self, page: Page, drafts: Iterable[Draft]) -> tuple[str, ...]:
        """Finish or remove drafts of one model that other promotions left, and return the versions now published.

        One of a registered version was complete, so it is verified and published; one that nobody needs any more is
        removed. One that is young and not registered may be somebody's work: it stays.
        """
        finished: list[str] = []
        for draft in drafts:
            version = page.book.state.version_of(draft.marker.bundle_digest)
            if version is None:
                if self.old(draft):
                    self.drop(draft)
            elif version in page.published or version in finished:
                self.drop(draft)
            elif self.finish(draft, version):
                finished.append(version)
            elif self.old(draft):
                self.drop(draft)
        return tuple(finished)

    def finish(self, draft: Draft, version: str) -> bool:
        """Publish the draft of a registered version, if it is whole; return whether the version is public now."""
        try:
            self.shelf.verify(draft.release, draft.marker.bundle_digest)
            tag = tag_of(draft.marker.model, version)
            self.publish(replace(draft, release=replace(draft.release, tag=tag)))
        except (BundleError, ConflictError, MissingError):
            return False
        return True

    def started(self) -> str:
        """Return the moment that a marker keeps."""
        return f"{self._now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def renumbered(marker: Marker, version: str) -> Marker:
    """Return a marker with another version."""
    return msgspec.structs.replace(marker, version=version)


def _listing(releases: Iterable[Release], model: str) -> Listing:
    releases = tuple(releases)
    published = {release.tag: release for release in releases if not release.draft}
    return Listing(drafts_among(releases, model), published)


def _never(tag: str, error: ConflictError) -> ConflictError:
    fix = (
        f"look at the tag {tag}: a name that an immutable release has used can never be used again. The version stays "
    )
    fix += "registered and without a release; train again, and promote that under the next number"
    return ConflictError(*error.problems[:-1], Problem(found=error.problems[-1].found, fix=fix))
