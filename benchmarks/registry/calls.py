"""Count the API calls of a promotion on GitHub at 10 and at 5,000 versions, on the test server.

``.venv/bin/python benchmarks/registry/calls.py``; the histories are written into the repository at once, so the 5,000
versions take a minute to lay out and not a day.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from modelbout.github.api.session import connect
from modelbout.registry.events import fold
from modelbout.registry.ledger import Champions, Event, to_champions, to_lines
from modelbout.registry.remote.registry import GitHubRegistry
from tests.github_server.fixtures import ground
from tests.github_server.records import Release
from tests.github_server.server import Server
from tests.unit.registry.bundles import write_bundle

STAGE = "production"
SIZES = (10, 5_000)
LIMIT = 20


def event(seq: int, kind: str, version: str, digest: str, previous: str | None) -> Event:
    """Return one event of a laid-out history."""
    return Event(
        seq=seq,
        at="2026-05-03T12:00:00Z",
        event=kind,  # type: ignore[arg-type]  # one of two literals
        model="churn",
        version=version,
        stage=STAGE if kind == "promote" else None,
        previous=previous,
        actor="ada",
        reason="better by 0.8 points of average precision on 5,634 customers",
        bundle_digest=digest,
        verdict_digest="v" * 64,
        run_url="https://github.com/octo/churn/actions/runs/17000000000",
    )


def measure(versions: int, scratch: Path) -> tuple[int, float, int]:
    """Return the calls of one promotion, its seconds, and the bytes of the ledger before it."""
    with Server() as server:
        on = ground(server)
        on.writer.limit = 10**9
        session = connect(repository="octo/churn", api_url=on.url, server_url=on.url, token=on.writer.value)
        registry = GitHubRegistry(session)
        first = write_bundle(scratch / f"first-{versions}", "first")
        won = promote(registry, first, None)
        kept = on.repo.release("churn@v1.0.0")
        if kept is None:
            raise LookupError("no release")
        events, previous = list(registry.events("churn")), "v1.0.0"
        # Each version a release with assets; but for the champion's, nobody reads their bytes.
        for number in range(1, versions):
            version = f"v1.{number}.0"
            digest = won if number == versions - 1 else f"{number:064x}"
            if number == versions - 1:
                events[0] = event(1, "register", "v1.0.0", "f" * 64, None)
                events[1] = event(2, "promote", "v1.0.0", "f" * 64, None)
            events.append(event(2 * number + 1, "register", version, digest, None))
            events.append(event(2 * number + 2, "promote", version, digest, previous))
            lay_out(on, kept, f"churn@{version}")
            previous = version
        raw = to_lines(events)
        standing = fold("churn", events, shown="churn").standing()
        files = {"ledger/churn.jsonl": raw, "champions.json": to_champions(Champions(models={"churn": standing}))}
        on.repo.commit(files, branch="modelbout/ledger")
        new = write_bundle(scratch / f"new-{versions}", "new", code_digest="new")
        registry = GitHubRegistry(session)  # remembers nothing
        before, start = len(server.calls), time.perf_counter()
        promote(registry, new, won)
        told = len(server.calls) - before, time.perf_counter() - start, len(raw)
        session.close()
    server.check()
    return told


def lay_out(on: object, kept: Release, tag: str) -> None:
    """Put a published release with the same assets under another tag."""
    repo = on.repo  # type: ignore[attr-defined]
    number = repo.github.id()
    copy = Release(**{**vars(kept), "id": number, "tag": tag, "name": tag})
    repo.releases[number], repo.tagged[tag] = copy, number
    repo.refs[f"refs/tags/{tag}"] = repo.refs["refs/heads/main"]


def promote(registry: GitHubRegistry, bundle: Path, beaten: str | None) -> str:
    """Promote one bundle and return its digest."""
    result = registry.promote(
        bundle, model="churn", stage=STAGE, beaten=beaten, actor="ada", reason="won", verdict_digest=None
    )
    return result.bundle_digest or ""


def main() -> int:
    """Print one line for each size; fail when the counts differ or are too many."""
    counts = []
    with tempfile.TemporaryDirectory() as scratch:
        for versions in SIZES:
            calls, seconds, size = measure(versions, Path(scratch))
            counts.append(calls)
            sys.stdout.write(
                f"{versions:>6} versions: {calls} calls, {seconds:.2f} s, ledger of {size / 2**20:.2f} MiB\n"
            )
    return 0 if len(set(counts)) == 1 and counts[0] <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
