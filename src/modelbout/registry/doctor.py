"""What is out of order in a directory registry, in sentences, and what of it can be mended without a guess."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelbout.errors import BundleError, Problem, RegistryError, cause
from modelbout.registry.events import agree
from modelbout.registry.ledger import LEDGER_SUFFIX, Champions
from modelbout.registry.queries import QUERIES_SUFFIX
from modelbout.seal import place_of

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.registry.books import Book, Books
    from modelbout.registry.disk import Disk
    from modelbout.registry.queries import Queries
    from modelbout.registry.shelf import Shelf

REPAIR = "`modelbout registry doctor --repair`"


@dataclass
class _Round:
    """One visit: what was found so far; nothing is mended unless ``repair``."""

    shelf: Shelf
    books: Books
    disk: Disk
    repair: bool
    found: list[str] = field(default_factory=list)

    def tell(self, *problems: Problem) -> None:
        self.found += [sentence(problem) for problem in problems]

    def mend(self, path: Path, what: str, how: str, *, directory: Path | None = None) -> None:
        """Tell of something that is safe to remove, and remove it in a repair."""
        if not self.repair:
            self.tell(Problem(found=what, fix=f"{REPAIR} {how}", place=place_of(path)))
            return
        try:
            self.disk.remove(path)
            self.disk.sync(directory or path.parent)
        except OSError as error:
            fix = "mend the rights or the disk, then run doctor again"
            self.tell(Problem(found=f"{what}; it could not be mended: {cause(error)}", fix=fix, place=place_of(path)))
        else:
            self.tell(Problem(found=f"{what}: mended", place=place_of(path)))


def examine(shelf: Shelf, books: Books, queries: Queries, disk: Disk, *, repair: bool) -> tuple[str, ...]:
    """Return what is out of order, one sentence each; the caller holds the registry's lock.

    Repaired are: scratch of stopped writers, the bundle of a stopped promotion, and a ``champions.json`` that is
    missing, unreadable or behind. Everything else is told only: a ledger or a bundle cannot be guessed.

    Raises:
        RegistryError: the registry cannot be listed.
    """
    visit = _Round(shelf=shelf, books=books, disk=disk, repair=repair)
    for path in (*books.leftovers(), *shelf.leftovers(), *queries.leftovers()):
        visit.mend(path, "a command that was stopped left this behind", "removes it")
    for path in (*books.strangers(), *shelf.strangers()):
        fix = "move it elsewhere: only the registry writes here"
        visit.tell(Problem(found="this is nothing of the registry's", fix=fix, place=place_of(path)))
    champions, unreadable = _champions(books)
    models = {path.name.removesuffix(LEDGER_SUFFIX) for path in books.ledgers()} | set(champions.models)
    sound = {book.model: book for model in sorted(models) if (book := _ledger(visit, champions, model))}
    if sound.keys() == models:
        _settle(visit, champions, sound, unreadable=unreadable)
    else:
        visit.tell(*unreadable)
    for book in sound.values():
        _bundles(visit, book)
    for model in sorted((shelf.models() | models) - (models - sound.keys())):
        _orphans(visit, sound.get(model), model)
    for path in queries.files():
        try:
            queries.read(path.name.removesuffix(QUERIES_SUFFIX))
        except RegistryError as error:
            visit.tell(*error.problems)
    return tuple(visit.found)


def _champions(books: Books) -> tuple[Champions, tuple[Problem, ...]]:
    try:
        return books.champions(), ()
    except RegistryError as error:
        return Champions(models={}), error.problems


def _ledger(visit: _Round, champions: Champions, model: str) -> Book | None:
    """Return a model's ledger when it is sound, or tell why it is not."""
    books = visit.books
    try:
        book = books.read_ledger(model)
        standing = champions.models.get(model)
        if standing is not None:
            shown, ledger = str(books.champions_path), str(books.path(model))
            agree(standing, book.state, book.events, shown=shown, ledger=ledger)
    except RegistryError as error:
        visit.tell(*error.problems)
        return None
    return book


def _settle(visit: _Round, champions: Champions, sound: dict[str, Book], *, unreadable: tuple[Problem, ...]) -> None:
    """Write ``champions.json`` anew when it is not what the ledgers, all of them sound, lead to."""
    due = Champions(models={model: book.state.standing() for model, book in sorted(sound.items())})
    if not unreadable and due.models == champions.models:
        return
    place = place_of(visit.books.champions_path)
    what = "this cannot be read" if unreadable else "this is behind the ledgers"
    if not visit.repair:
        fix = f"{REPAIR} or the next change of a title brings it up"
        visit.tell(*unreadable or (Problem(found=what, fix=fix, place=place),))
        return
    try:
        visit.books.write_champions(due)
    except OSError as error:
        fix = "make room or mend the rights, then run doctor again"
        visit.tell(Problem(found=f"{what}, and cannot be written anew: {cause(error)}", fix=fix, place=place))
    else:
        visit.tell(Problem(found=f"{what}: mended", place=place))


def _bundles(visit: _Round, book: Book) -> None:
    """Check every byte of every registered version."""
    for version, digest in book.state.versions.items():
        try:
            visit.shelf.verify(book.model, version, digest)
        except BundleError as error:
            stages = [stage for stage, title in book.state.standing().titles.items() if title.version == version]
            who = f"the champion at {', '.join(stages)}" if stages else "no champion"
            what = f"`{book.model}@{version}` ({who}) cannot be used: {sentence(error.problems[0], fix=False)}"
            fix = f"put the bundle with the digest {digest} back"
            fix += (
                ", or give the title to another version with `modelbout rollback --to VERSION --reason WHY`"
                if stages
                else ""
            )
            place = place_of(visit.shelf.path(book.model, version))
            visit.tell(Problem(found=what, fix=fix, place=place))


def _orphans(visit: _Round, book: Book | None, model: str) -> None:
    """Deal with bundles that a sound ledger, or no ledger at all, does not name."""
    versions = book.state.versions if book else {}
    orphans = visit.shelf.orphans(model, versions)
    # A promotion makes the ledger's directory first: without it, the ledgers were taken away.
    if visit.books.root.is_dir() and visit.shelf.explained(orphans, versions):
        for path in orphans:
            visit.mend(path, "the ledger does not name this bundle: a promotion was stopped", "removes it")
        return
    fix = f"restore the ledger of `{model}` from a backup; when the bundle is worth nothing, remove it"
    for path in orphans:
        what = "the ledger does not name this bundle, and a stopped promotion does not explain it"
        visit.tell(Problem(found=what, fix=fix, place=place_of(path)))


def sentence(problem: Problem, *, fix: bool = True) -> str:
    """Return a problem as one line, without its next step when ``fix`` is false."""
    text = f"{problem.place}: {problem.found}" if str(problem.place) else problem.found
    if problem.allowed:
        text += f" (allowed: {problem.allowed})"
    return f"{text}; {problem.fix}" if fix and problem.fix else text
