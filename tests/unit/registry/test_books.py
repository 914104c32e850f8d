from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.errors import RegistryError
from modelbout.registry import books as module
from modelbout.registry.books import Books
from modelbout.registry.disk import LocalDisk
from modelbout.registry.ledger import Event

if TYPE_CHECKING:
    from pathlib import Path


def event(seq: int, **changes: str) -> Event:
    return Event(
        seq=seq,
        at="2026-05-03T12:00:00Z",
        event="register",
        model=changes.get("model", "churn"),
        version=f"v1.{seq}.0",
        stage=None,
        previous=None,
        actor="ada",
        reason="why",
        bundle_digest=f"{seq:064x}",
    )


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path, LocalDisk())


def test_what_is_committed_is_what_is_read(books: Books) -> None:
    book = books.commit(books.read("churn"), [event(1), event(2)])
    book = books.commit(book, [event(3)])
    assert book.behind
    assert books.read("churn").events == book.events == (event(1), event(2), event(3))
    books.settle(book)
    assert not books.read("churn").behind
    assert books.models() == ("churn",)


@pytest.mark.parametrize("wrong", [event(1), event(4), event(3, model="bikes")])
def test_what_a_reader_would_refuse_is_never_written(books: Books, wrong: Event) -> None:
    book = books.commit(books.read("churn"), [event(1), event(2)])
    before = books.path("churn").read_bytes()
    with pytest.raises(RegistryError):
        books.commit(book, [wrong])
    assert books.path("churn").read_bytes() == before


def test_a_full_ledger_is_told(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    book = books.commit(books.read("churn"), [event(1)])
    monkeypatch.setattr(module, "LEDGER_LIMIT", len(book.raw) + 10)
    with pytest.raises(RegistryError, match="the ledger is full"):
        books.commit(book, [event(2)])
    assert books.read("churn").events == (event(1),)


def test_settling_keeps_the_other_models(books: Books) -> None:
    for model in ("churn", "bikes"):
        books.settle(books.commit(books.read(model), [event(1, model=model)]))
    assert list(books.champions().models) == ["bikes", "churn"]


def test_a_model_whose_ledger_was_taken_away_is_still_listed(books: Books) -> None:
    books.settle(books.commit(books.read("churn"), [event(1)]))
    books.path("churn").unlink()
    assert books.models() == ("churn",)
    with pytest.raises(RegistryError, match="ends at event 0"):
        books.read("churn")
