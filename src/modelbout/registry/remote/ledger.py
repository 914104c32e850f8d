"""The ledgers on a branch of GitHub: read at one commit, extended by compare-and-swap, never empty when lost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec import structs

from modelbout.errors import Place, Problem, RegistryError
from modelbout.github.api.errors import ConflictError, GitHubError, UnreachableError
from modelbout.github.api.git import Branch, tags
from modelbout.registry.books import extended, opened
from modelbout.registry.entry import numbered
from modelbout.registry.events import agree
from modelbout.registry.ledger import (
    CHAMPIONS_FILE,
    CHAMPIONS_LIMIT,
    LEDGER_LIMIT,
    LEDGER_SUFFIX,
    Champions,
    from_champions,
    is_name,
    to_champions,
)
from modelbout.registry.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelbout.github.api.git import Tip
    from modelbout.github.api.session import Session
    from modelbout.registry.books import Book
    from modelbout.registry.ledger import Event

BRANCH = "modelbout/ledger"
DIRECTORY = "ledger"
ATTEMPTS = 100  # ours: each refusal means that somebody else's event was written; 20 promoters at once need 40
SAME_TIP_REFUSALS = 2  # ours: GitHub refused although nobody moved the branch; a third time would be no other
LOST_WAITS = (0.5, 1.0)  # ours: seconds in which a replica that is behind may catch up before we speak of a loss


@dataclass(frozen=True)
class Page:
    """One model's ledger, and what stands beside it, at one commit.

    Attributes:
        tip: the commit; None before the first event of the repository.
        book: the model's events, and what follows from them.
        champions: what ``champions.json`` says of all models.
        published: the versions of the model that GitHub has a tag of.
    """

    tip: Tip | None
    book: Book
    champions: Champions
    published: frozenset[str]


class LedgerBranch:
    """Reads and writes the ledgers of a repository; GitHub's refusal of anything but a fast-forward orders writers."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._branch = Branch(session, BRANCH)
        self._kept: dict[tuple[str, str], bytes | None] = {}  # what a path is at a commit never changes
        self._pages: dict[str, Page] = {}  # the newest reading of each model
        self._tips: list[Tip | None] = []  # the newest one; empty before the first look

    def shown(self, path: str) -> str:
        """Return the name of a file on the branch for messages."""
        return f"{self.session.repository}@{BRANCH}:{path}"

    def page(self, model: str) -> Page:
        """Read one model's ledger and hold it against ``champions.json`` and the tags.

        Raises:
            RegistryError: the ledger is damaged, is gone, or lacks events that it once had.
            GitHubError: GitHub cannot be asked.
        """
        for seconds in (*LOST_WAITS, None):
            # The tags first: a version is in the ledger before it has a tag.
            published = self.published(model)
            tip = self.tip()
            page = self._page(model, tip, published)
            lost = published - page.book.state.versions.keys()
            if not lost:
                self._pages[model] = page
                return page
            if seconds is None or not self.session.patience.wait(seconds):
                raise self._lost(model, lost, there=tip is not None)
        raise AssertionError  # the last time round returns or raises

    def last_page(self, model: str) -> Page | None:
        """Return a model's page as it was read last, once.

        Only for what a compare-and-swap follows, which is refused when the page is old: never believe a "no" of it.
        """
        return self._pages.pop(model, None)

    def last_tip(self) -> Tip | None:
        """Return what the branch pointed to when it was read or written here last; only before a compare-and-swap.

        Raises:
            RegistryError: as :meth:`tip`.
        """
        return self._tips[-1] if self._tips else self.tip()

    def tip(self) -> Tip | None:
        """Return what the branch points to; None when there is none yet.

        Raises:
            RegistryError: it is gone: releases of models are there.
            GitHubError: GitHub cannot be asked.
        """
        tip = self._branch.read()
        if tip is None:
            named = sorted(self.tags())
            if named:
                raise self._gone(named)
        self._tips = [tip]
        return tip

    def models(self) -> tuple[str, ...]:
        """Return the models that have a ledger, or had one when ``champions.json`` was written.

        Raises:
            RegistryError: the branch is gone, or ``champions.json`` cannot be read.
            GitHubError: GitHub cannot be asked.
        """
        tip = self.tip()
        if tip is None:
            return ()
        return tuple(sorted({*self.ledgers(tip), *self.champions(tip).models}))

    def ledgers(self, tip: Tip) -> tuple[str, ...]:
        """Return the models that have a ledger at a commit."""
        names = (name.removesuffix(LEDGER_SUFFIX) for name in self._branch.names(tip, DIRECTORY))
        return tuple(name for name in names if is_name(name))

    def published(self, model: str) -> frozenset[str]:
        """Return the versions of a model that GitHub has a tag of: those that were published once."""
        found = (tag.removeprefix(f"{model}@") for tag in self._tags(f"{model}@v"))
        return frozenset(version for version in found if parse_version(version))

    def tags(self) -> frozenset[str]:
        """Return the tags of all versions of all models."""
        return frozenset(tag for tag in self._tags("") if tagged_version(tag))

    def champions(self, tip: Tip) -> Champions:
        """Return what ``champions.json`` says at a commit; nothing when there is none.

        Raises:
            RegistryError: it cannot be read.
        """
        raw = self.file(tip, CHAMPIONS_FILE, CHAMPIONS_LIMIT)
        return Champions(models={}) if raw is None else from_champions(raw, shown=self.shown(CHAMPIONS_FILE))

    def book(self, model: str, tip: Tip | None) -> Book:
        """Return one model's ledger at a commit, alone.

        Raises:
            RegistryError: it is damaged.
        """
        path = _path(model)
        raw = None if tip is None else self.file(tip, path, LEDGER_LIMIT)
        try:
            return opened(model, raw, shown=self.shown(path))
        except RegistryError as error:
            # A branch has its own history as a backup.
            raise RegistryError(*(structs.replace(problem, fix=RESTORE) for problem in error.problems)) from None

    def file(self, tip: Tip, path: str, limit: int) -> bytes | None:
        """Return a file's bytes at a commit; None when there is none."""
        key = (tip.commit, path)
        if key not in self._kept:
            self._kept[key] = self._branch.file(tip, path, limit)
        return self._kept[key]

    def append(
        self, page: Page, draft: Callable[[Page], Event], message: Callable[[Event], str], *, settled: bool
    ) -> tuple[Page, Event]:
        """Add one event, and work it out again from what is there whenever somebody else was faster.

        Args:
            page: what the caller has read.
            draft: returns the event without a number, or one with a number that stands in the ledger already; it may
                be called several times, and raises when the event must not be written any more.
            message: what the commit says of it.
            settled: whether ``champions.json`` is brought up in the same commit.

        Raises:
            RegistryError: the branch moves faster than we can write, or what ``draft`` raises.
            GitHubError: GitHub refuses or cannot be reached.
        """
        doubts = 0
        for _ in range(ATTEMPTS):
            drafted = draft(page)
            if drafted.seq:
                return page, drafted
            (event,) = numbered(page.book, drafted)
            try:
                return self._commit(page, event, message(event), settled=settled), event
            except (ConflictError, UnreachableError) as error:
                fresh = self.page(page.book.model)
                if fresh.book.events[event.seq - 1 : event.seq] == (event,):
                    return fresh, event  # the answer was lost, the event was not
                doubts += fresh.tip == page.tip or isinstance(error, UnreachableError)
                if doubts > SAME_TIP_REFUSALS:
                    raise
                page = fresh
        raise self.crowded()

    def put(self, tip: Tip | None, files: Mapping[str, bytes | None], message: str) -> Tip | None:
        """Write files in one commit; None in a dry run.

        Raises:
            ConflictError: the branch points elsewhere by now.
            UnreachableError: no answer came: it may have happened.
        """
        if not self.session.writes(f"commit to {BRANCH}: {message}"):
            return None
        after = self._branch.commit(tip, files, message)
        if tip is not None:
            # A commit changes the paths that it names and no other, so these need not be read at it.
            same = {path: data for (commit, path), data in self._kept.items() if commit == tip.commit}
            self._kept |= {(after.commit, path): data for path, data in same.items()}
        self._kept |= {(after.commit, path): data for path, data in files.items()}
        self._tips = [after]
        return after

    def settle(self, page: Page) -> None:
        """Bring ``champions.json`` up to a ledger's last event.

        It follows from the ledgers, so a refusal is no failure: the next writer does it, or doctor.
        """
        model, doubts = page.book.model, 0
        with suppress(GitHubError):
            while _behind(page) and doubts <= SAME_TIP_REFUSALS:
                try:
                    files = {CHAMPIONS_FILE: _champions_with(page.champions, page.book)}
                    self.put(page.tip, files, f"Bring champions.json up to event {page.book.state.seq} of {model}")
                except (ConflictError, UnreachableError):
                    fresh = self.page(model)
                    doubts += fresh.tip == page.tip
                    page = fresh
                else:
                    return

    def crowded(self) -> RegistryError:
        """Return the error for a branch that moves faster than we can write."""
        found = f"others wrote to {BRANCH} {ATTEMPTS} times while this was tried"
        return RegistryError(Problem(found=found, fix="run the command again when they are done"))

    def _commit(self, page: Page, event: Event, message: str, *, settled: bool) -> Page:
        model = page.book.model
        path = _path(model)
        book = extended(page.book, (event,), shown=self.shown(path))
        champions = page.champions
        files: dict[str, bytes | None] = {path: book.raw}
        if settled:
            files[CHAMPIONS_FILE] = _champions_with(champions, book)
            champions = Champions(models=champions.models | {model: book.state.standing()})
            book = replace(book, standing=book.state.standing())
        return replace(page, tip=self.put(page.tip, files, message), book=book, champions=champions)

    def _page(self, model: str, tip: Tip | None, published: frozenset[str]) -> Page:
        champions = Champions(models={}) if tip is None else self.champions(tip)
        book = self.book(model, tip)
        standing = champions.models.get(model)
        if standing is not None:
            shown, ledger = self.shown(CHAMPIONS_FILE), self.shown(_path(model))
            try:
                agree(standing, book.state, book.events, shown=shown, ledger=ledger)
            except RegistryError as error:
                raise RegistryError(*(_restored(problem) for problem in error.problems)) from None
            book = replace(book, standing=standing)
        return Page(tip, book, champions, published)

    def _tags(self, prefix: str) -> frozenset[str]:
        try:
            return tags(self.session, prefix)
        except ConflictError:
            found = f"{self.session.repository} has no commit yet, so it can hold no registry"
            raise RegistryError(Problem(found=found, fix="push a first commit, then run the command again")) from None

    def _gone(self, named: list[str]) -> RegistryError:
        found = f"the branch {BRANCH} is gone, but these versions were published: {_some(named)}"
        return RegistryError(Problem(found=found, fix=RESTORE, place=Place(file=self.session.repository)))

    def _lost(self, model: str, lost: frozenset[str], *, there: bool) -> RegistryError:
        names = sorted(f"{model}@{version}" for version in lost)
        found = "there are tags of versions that the ledger does not name"
        found += f": {_some(names)}" if there else f", because there is no branch {BRANCH}: {_some(names)}"
        fix = f"the ledger lost events: {RESTORE}; if somebody made the tags by hand, delete them"
        return RegistryError(Problem(found=found, fix=fix, place=Place(file=self.shown(_path(model)))))


RESTORE = (
    f"restore the branch: in a clone that has it, `git push origin +COMMIT:refs/heads/{BRANCH}` with the last good "
    "commit (the repository's activity page on GitHub lists each push with the commit before it)"
)


def _restored(problem: Problem) -> Problem:
    """Return a problem of a ledger with the next step that fits a branch instead of a file."""
    fix = f"{RESTORE}; or, when the ledger is right, remove {CHAMPIONS_FILE} from the branch and run "
    fix += "`modelbout registry doctor --repair`"
    return Problem(found=problem.found, allowed=problem.allowed, fix=fix, place=problem.place)


def _path(model: str) -> str:
    return f"{DIRECTORY}/{model}{LEDGER_SUFFIX}"


def _behind(page: Page) -> bool:
    standing = page.champions.models.get(page.book.model)
    return (standing.seq if standing else 0) < page.book.state.seq


def _champions_with(champions: Champions, book: Book) -> bytes:
    models = champions.models | {book.model: book.state.standing()}
    return to_champions(Champions(models=dict(sorted(models.items()))))


def tagged_version(tag: str) -> tuple[str, str] | None:
    """Return model and version of a release's tag, or None when it is none of ours."""
    model, _, version = tag.partition("@")
    return (model, version) if is_name(model) and parse_version(version) else None


def _some(names: list[str], most: int = 5) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
