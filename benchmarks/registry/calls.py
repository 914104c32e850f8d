"""Count the API calls of a promotion on GitHub, alone and as the whole action after a merge, on the test server.

``.venv/bin/python benchmarks/registry/calls.py``: at 10 and at 5,000 versions of the model, in a registry of 1 and of
20 models. The histories are written into the repository at once, so the 5,000 versions take a minute to lay out and
not a day. Ends with 1 when a number differs from the others or is above its limit.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest

from modelbout.github.api.session import connect
from modelbout.registry.remote.registry import GitHubRegistry
from tests.github_server.fixtures import ground
from tests.github_server.server import Server
from tests.integration.arena import MODEL, Arena
from tests.integration.past import STAGE, lay_out

SIZES = ((10, 1), (5_000, 1), (10, 20), (5_000, 20))  # versions of the model, models in the registry
OTHERS = 10  # versions of each other model
LIMIT = 20  # of the promotion itself
ACTION_LIMIT = 36  # of the whole action


@dataclass(frozen=True)
class Cost:
    """What a promotion took: calls, seconds, and the bytes of all ledgers before it."""

    calls: int
    seconds: float
    bytes: int


def measure(versions: int, models: int, scratch: Path, *, action: bool) -> Cost:
    """Promote once, with everything read from nothing."""
    place = scratch / f"{versions}-{models}-{action}"
    place.mkdir()
    with Server() as server, pytest.MonkeyPatch.context() as patch:
        arena = Arena(ground(server), place, patch)
        arena.ground.writer.limit = 10**9
        arena.first()
        past = {f"model{number}": OTHERS for number in range(1, models)} | {MODEL: versions}
        beaten = arena.bundle("first")[1]
        size = lay_out(arena.repo, past, {MODEL: beaten}, arena.repo.release(f"{MODEL}@v1.0.0"))
        if action:
            arena.merged("better")
            before, start = len(server.calls), time.perf_counter()
            told = arena.promote()
            version = told.outputs.get("version")
        else:
            address = arena.ground.url
            token = arena.ground.writer.value
            session = connect(repository="octo/churn", api_url=address, server_url=address, token=token)
            before, start = len(server.calls), time.perf_counter()
            version = promote(GitHubRegistry(session), arena.bundle("better")[0], beaten)
            session.close()
        cost = Cost(len(server.calls) - before, time.perf_counter() - start, size)
        if version != f"v1.{versions}.0":
            raise ValueError(f"promoted was {version}")
    server.check()
    return cost


def promote(registry: GitHubRegistry, bundle: Path, beaten: str) -> str | None:
    """Promote one bundle and return its version."""
    return registry.promote(
        bundle, model=MODEL, stage=STAGE, beaten=beaten, actor="ada", reason="won", verdict_digest=None
    ).version


def main() -> int:
    """Print one line for each size; fail when the counts differ or are too many."""
    fine = True
    for what, action, limit in (("promotion", False, LIMIT), ("whole action", True, ACTION_LIMIT)):
        counts = set()
        for versions, models in SIZES:
            with tempfile.TemporaryDirectory() as scratch:
                cost = measure(versions, models, Path(scratch), action=action)
            counts.add(cost.calls)
            sys.stdout.write(
                f"{what:>12}, {versions:>5} versions, {models:>2} models: {cost.calls} calls, {cost.seconds:.2f} s, "
                f"ledgers of {cost.bytes / 2**20:.2f} MiB\n"
            )
            sys.stdout.flush()
        fine = fine and len(counts) == 1 and max(counts) <= limit
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
