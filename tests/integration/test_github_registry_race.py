"""Promoters at once on one registry on GitHub: nobody's event is lost, and nobody follows a champion it never met."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from modelbout.errors import ChampionMovedError
from modelbout.registry.queries import Query
from modelbout.registry.remote import merges
from tests.github_server.server import Server
from tests.integration.remote_ring import STAGE, Ring, promote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.exhaustive

MODELS = ("churn", "fraud", "price", "demand")


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    with Server() as server:
        made = Ring.build(server, "race", tmp_path / "bundles")
        for token in made.tokens.values():
            token.limit = 10**6
        yield made
    server.check()


def fight(ring: Ring, model: str, number: int, start: threading.Barrier) -> tuple[str, str | None]:
    """Promote one bundle, against whoever holds the title, until it has it; return it and whom it met last."""
    session = ring.session()
    registry = ring.registry(session)
    bundle = ring.bundle(f"w{number}", model)
    start.wait()
    try:
        while True:
            title = registry.champion(model, STAGE)
            met = title.bundle_digest if title else None
            try:
                return promote(registry, bundle, met).bundle_digest or "", met
            except ChampionMovedError:
                continue
    finally:
        session.close()


@pytest.mark.parametrize(("models", "each"), [(MODELS[:1], 20), (MODELS, 5)], ids=["20 for one", "5 for each of 4"])
def test_promoters_at_once(ring: Ring, models: tuple[str, ...], each: int, tmp_path: Path) -> None:
    fights = [(model, number) for model in models for number in range(each)]
    for model, number in fights:
        ring.bundle(f"w{number}", model)
    start = threading.Barrier(len(fights))
    with ThreadPoolExecutor(len(fights)) as pool:
        told = dict(pool.map(lambda one: fight(ring, one[0], one[1], start), fights))
    assert len(told) == len(fights)
    ring.check(tmp_path / "out")
    for model in models:
        events = ring.registry().events(model)
        assert [event.seq for event in events] == list(range(1, 2 * each + 1))
        assert Counter(event.event for event in events) == Counter(register=each, promote=each)
        digests = {event.version: event.bundle_digest for event in events}
        for event in events:
            if event.event == "promote":
                assert told[event.bundle_digest or ""] == (digests[event.previous] if event.previous else None)


def test_a_page_that_was_read_before_is_good_until_somebody_writes(ring: Ring) -> None:
    ring.promote("a")
    registry = ring.registry()
    title = registry.champion("churn", STAGE)
    assert title is not None
    ring.promote("a", model="fraud")  # the branch moves, this title does not
    assert promote(registry, ring.bundle("b"), title.bundle_digest).version == "v1.1.0"
    events = registry.events("churn")
    ring.promote("c")
    with pytest.raises(ChampionMovedError):
        promote(registry, ring.bundle("d"), events[-1].bundle_digest)
    assert [event.version for event in ring.registry().events("churn")][-2:] == ["v1.2.0", "v1.2.0"]
    assert not ring.repo.drafts(), "found only after the upload, so the draft went again"


def test_a_no_is_never_taken_from_a_page_that_was_read_before(ring: Ring) -> None:
    ring.promote("a")
    other = ring.registry()
    named: dict[str, Any] = {"model": "churn", "stage": STAGE, "actor": "ada"}
    other.hold(reason="stop", **named)
    registry = ring.registry()
    title = registry.champion("churn", STAGE)
    assert title is not None
    other.hold(reason="go on", release=True, **named)
    assert promote(registry, ring.bundle("b"), title.bundle_digest).version == "v1.1.0"
    assert registry.champion("churn", STAGE) is not None
    other.rollback(to=None, reason="bad", **named)
    again = promote(registry, ring.bundle("b"), title.bundle_digest)
    assert [event.seq for event in ring.registry().events("churn")][-1] == again.seq == 8, "it had lost the title again"


def test_a_mark_that_is_noted_after_a_promotion_costs_one_commit(ring: Ring) -> None:
    ring.promote("a")
    registry = ring.registry()
    assert registry.last_merge("churn") is None
    title = registry.champion("churn", STAGE)
    promote(registry, ring.bundle("b"), title.bundle_digest if title else None)
    before = len(ring.server.calls)
    registry.note_merge("churn", "a" * 40)
    assert [call.method for call in ring.server.calls[before:]] == ["POST", "POST", "PATCH"]
    assert ring.registry().last_merge("churn") == "a" * 40
    ring.promote("c")
    ring.registry().note_merge("fraud", "f" * 40)
    registry.note_merge("churn", "b" * 40)  # refused once: the branch has moved, the mark has not
    assert [ring.registry().last_merge(model) for model in ("churn", "fraud")] == ["b" * 40, "f" * 40]


def test_what_merges_asked_of_their_holdout_is_noted_with_the_mark(ring: Ring) -> None:
    asked = [
        Query(at="now", model="churn", holdout_digest="1" * 64, bundle_digest=name * 64, champion_digest="c" * 64)
        for name in "ab"
    ]
    ring.promote("a")
    registry = ring.registry()
    assert registry.queries("churn") == ()
    assert not registry.counts_bouts
    assert not registry.note(asked[0]), "a bout has no right to write"
    assert registry.last_merge("churn") is None
    registry.note_merge("churn", "a" * 40, queries=asked[:1])
    assert ring.registry().queries("churn") == (asked[0],)
    before = len(ring.server.calls)
    registry.note_merge("churn", "b" * 40, queries=asked)
    assert ring.registry().queries("churn") == tuple(asked), "each question once"
    assert [call.method for call in ring.server.calls[before:]].count("PATCH") == 1, "one commit for both files"
    assert ring.registry().last_merge("churn") == "b" * 40
    assert ring.registry().queries("fraud") == ()


def test_the_newest_questions_are_kept(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merges, "MOST_QUERIES", 2)
    asked = [
        Query(at="now", model="churn", holdout_digest="1" * 64, bundle_digest=name * 64, champion_digest="c" * 64)
        for name in "abde"
    ]
    ring.promote("a")
    ring.registry().note_merge("churn", "a" * 40, queries=asked[:1])
    ring.registry().note_merge("churn", "b" * 40, queries=asked)
    assert ring.registry().queries("churn") == tuple(asked[2:])
