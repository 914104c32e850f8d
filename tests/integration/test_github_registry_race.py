"""Promoters at once on one registry on GitHub: nobody's event is lost, and nobody follows a champion it never met."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from modelbout.errors import ChampionMovedError
from tests.github_server.server import Server
from tests.integration.remote_ring import STAGE, Ring, promote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
