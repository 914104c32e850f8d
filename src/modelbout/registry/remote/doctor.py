"""What is out of order in a registry on GitHub, in sentences, and what of it can be mended without a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import BundleError, ModelboutError, Place, Problem, RegistryError
from modelbout.github.api.errors import ConflictError, GitHubError
from modelbout.manifest import MANIFEST_FILE
from modelbout.registry.doctor import REPAIR, sentence
from modelbout.registry.events import agree
from modelbout.registry.ledger import CHAMPIONS_FILE, Champions, to_champions
from modelbout.registry.remote.archive import ARCHIVE, PARTS_FILE
from modelbout.registry.remote.drafts import drafts_among
from modelbout.registry.remote.ledger import BRANCH, Page, tagged_version
from modelbout.registry.remote.notes import read_marker, tag_of

if TYPE_CHECKING:
    from modelbout.github.api.git import Tip
    from modelbout.github.api.releases import Release
    from modelbout.registry.books import Book
    from modelbout.registry.remote.drafts import Desk, Draft
    from modelbout.registry.remote.ledger import LedgerBranch
    from modelbout.registry.remote.shelf import ReleaseShelf

HAND_MADE = "if somebody made it by hand, delete it; else the ledger lost events"


class Visit:
    """One visit of the doctor; nothing is mended unless ``repair``."""

    def __init__(self, ledger: LedgerBranch, shelf: ReleaseShelf, desk: Desk, *, repair: bool) -> None:
        self.ledger, self.shelf, self.desk, self.repair = ledger, shelf, desk, repair
        self.session = ledger.session
        self.found: list[str] = []

    def examine(self) -> tuple[str, ...]:
        """Return what is out of order, one sentence each.

        Repaired are: drafts that stopped promotions left, and a ``champions.json`` that is missing, unreadable or
        behind. Everything else is told only: a ledger or a bundle cannot be guessed.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        try:
            tip = self.ledger.tip()
        except GitHubError:
            raise
        except RegistryError as error:
            self.tell(*error.problems)
            return tuple(self.found)
        books = {} if tip is None else self._ledgers(tip)
        listed = [release for page in self.shelf.releases.pages() for release in page]
        published = {release.tag: release for release in listed if not release.draft}
        tags = self.ledger.tags()
        drafts = drafts_among(listed)
        for model in sorted({*books, *(draft.marker.model for draft in drafts)}):
            book = books.get(model)
            if book is None and model in books:
                continue  # its ledger is damaged: what its drafts are is not known
            book = book or self.ledger.book(model, None)
            out = frozenset(version for version in book.state.versions if tag_of(model, version) in published)
            out |= self._drafts(book, out, [draft for draft in drafts if draft.marker.model == model])
            self._versions(book, out, published, tags)
        self._orphans(books, tags | published.keys())
        return tuple(self.found)

    def tell(self, *problems: Problem) -> None:
        """Keep problems as sentences."""
        self.found += [sentence(problem) for problem in problems]

    def _ledgers(self, tip: Tip) -> dict[str, Book | None]:
        """Return the ledgers by model, None for one that is damaged, and deal with ``champions.json``."""
        unreadable: tuple[Problem, ...] = ()
        try:
            champions = self.ledger.champions(tip)
        except GitHubError:
            raise
        except RegistryError as error:
            champions, unreadable = Champions(models={}), error.problems
        books: dict[str, Book | None] = {}
        for model in sorted({*self.ledger.ledgers(tip), *champions.models}):
            books[model] = None
            try:
                book = self.ledger.book(model, tip)
                standing = champions.models.get(model)
                if standing is not None:
                    shown, ledger = self.ledger.shown(CHAMPIONS_FILE), self.ledger.shown(f"ledger/{model}.jsonl")
                    agree(standing, book.state, book.events, shown=shown, ledger=ledger)
                books[model] = book
            except GitHubError:
                raise
            except RegistryError as error:
                self.tell(*error.problems)
        sound = {model: book for model, book in books.items() if book is not None}
        if sound.keys() == books.keys():
            self._settle(tip, champions, sound, unreadable)
        else:
            self.tell(*unreadable)
        return books

    def _settle(self, tip: Tip, champions: Champions, sound: dict[str, Book], unreadable: tuple[Problem, ...]) -> None:
        due = Champions(models={model: book.state.standing() for model, book in sorted(sound.items())})
        if not unreadable and due.models == champions.models:
            return
        place = Place(file=self.ledger.shown(CHAMPIONS_FILE))
        what = "this cannot be read" if unreadable else "this is behind the ledgers"
        if not self.repair:
            fix = f"{REPAIR} or the next change of a title brings it up"
            self.tell(*unreadable or (Problem(found=what, fix=fix, place=place),))
            return
        try:
            self.ledger.put(tip, {CHAMPIONS_FILE: to_champions(due)}, "Bring champions.json up to the ledgers")
        except ConflictError:
            fix = "run doctor again"
            self.tell(Problem(found=f"{what}, and somebody else wrote to {BRANCH} just now", fix=fix, place=place))
        else:
            self.tell(Problem(found=f"{what}: mended", place=place))

    def _drafts(self, book: Book, out: frozenset[str], drafts: list[Draft]) -> frozenset[str]:
        """Finish or remove what stopped promotions left; return the versions that came out by that."""
        finished: set[str] = set()
        for draft in drafts:
            version = book.state.version_of(draft.marker.bundle_digest)
            known = out | finished
            if version is None and not self.desk.old(draft):
                continue  # a promotion may be at work on it
            place = Place(file=f"{self.session.repository}: draft of {draft.release.tag}")
            what = "a promotion that was stopped left this draft"
            if version is not None and version not in known:
                what = f"`{book.model}@{version}` is registered, and its release is still a draft"
            if not self.repair:
                how = "publishes it when it is whole" if version is not None and version not in known else "removes it"
                self.tell(Problem(found=what, fix=f"{REPAIR} {how}", place=place))
                finished |= {version} if version is not None else set()
                continue
            page = Page(None, book, Champions(models={}), known)
            finished |= set(self.desk.tidy(page, [draft]))
            done = version is None or version in known | finished
            fix = "" if done else "promote the same bundle again; the draft is not whole"
            self.tell(Problem(found=f"{what}: mended" if done else what, fix=fix, place=place))
        return frozenset(finished)

    def _versions(self, book: Book, out: frozenset[str], published: dict[str, Release], tags: frozenset[str]) -> None:
        """Check every registered version; every byte of those that hold a title, or would get it by a rollback."""
        state = book.state
        near = {title.version for held in state.holders.values() for title in held[-2:]}
        for version, digest in state.versions.items():
            tag = tag_of(book.model, version)
            try:
                release = published.get(tag)
                if release is None and version in out:
                    continue  # finished, and verified, just now
                if release is None:
                    release = self.shelf.release(book.model, version, published=tag in tags)
                self._listed(release, digest)
                if version in near:
                    self.shelf.verify(release, digest)
            except GitHubError:
                raise
            except ModelboutError as error:
                stages = [stage for stage, title in state.standing().titles.items() if title.version == version]
                who = f"the champion at {', '.join(stages)}" if stages else "no champion"
                first = error.problems[0]
                what = f"`{tag}` ({who}) cannot be used: {first.found}"
                if len(error.problems) > 1:
                    what += f" ({error.problems[1].found})"
                self.tell(Problem(found=what, fix=first.fix, place=first.place))

    def _listed(self, release: Release, digest: str) -> None:
        """Hold the digests that GitHub lists against those that were registered; nothing is downloaded.

        Raises:
            BundleError: an asset is missing or another one.
        """
        place = Place(file=f"{self.session.repository}: release {release.tag}")
        fix = f"put the registered files into the release {release.tag} again, from a copy; or roll back"
        marker = read_marker(release.body)
        due = {} if marker is None or marker.bundle_digest != digest else dict(marker.assets)
        due[MANIFEST_FILE] = digest
        if not {ARCHIVE, PARTS_FILE} & due.keys():
            due[ARCHIVE if release.asset(PARTS_FILE) is None else PARTS_FILE] = ""
        for name, sha256 in sorted(due.items()):
            asset = release.asset(name)
            if asset is None:
                raise BundleError(Problem(found=f"the asset {name} was deleted", fix=fix, place=place))
            if sha256 and asset.sha256 not in (None, sha256):
                what = f"the asset {name} is another one: it has sha256 {asset.sha256}"
                raise BundleError(Problem(found=what, allowed=sha256, fix=fix, place=place))

    def _orphans(self, books: dict[str, Book | None], tags: frozenset[str]) -> None:
        """Tell of versions that are public, and that no ledger names."""
        for tag in sorted(tags):
            parts = tagged_version(tag)
            if parts is None or (parts[0] in books and books[parts[0]] is None):
                continue
            book = books.get(parts[0])
            if book is None or parts[1] not in book.state.versions:
                place = Place(file=f"{self.session.repository}: release {tag}")
                self.tell(Problem(found="the ledger does not name this version", fix=HAND_MADE, place=place))
