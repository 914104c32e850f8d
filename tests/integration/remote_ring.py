"""Commands on a registry in a repository of the test GitHub, whose process can die between any two calls."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import sys
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelbout.github.api.releases import ASSET_LIMIT
from modelbout.github.api.session import connect
from modelbout.registry.remote.registry import GitHubRegistry
from modelbout.seal import verify_files
from tests.unit.registry.bundles import write_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.github.api.session import Session
    from modelbout.registry.ledger import Event
    from modelbout.results import PromotionResult
    from tests.github_server.records import Asset, Release, Token
    from tests.github_server.server import Server
    from tests.github_server.state import Repository

STAGE = "production"
LATER = timedelta(hours=7)  # longer than a job lives


class DeadError(BaseException):
    """The process is no more: nothing of ours may catch this."""


def session_of(url: str, repository: str, token: str | None, **more: Any) -> Session:
    return connect(repository=repository, api_url=url, server_url=url, token=token, sleep=lambda _: None, **more)


def watch(session: Session, before: Callable[[int], object]) -> None:
    """Call back before each call of a session; whatever that raises, the call is not made."""
    follow, count = session._wire._follow, itertools.count(1)

    def counted(*args: Any, **named: Any) -> Any:
        before(next(count))
        return follow(*args, **named)

    session._wire._follow = counted  # type: ignore[method-assign]  # a death must not be an answer that is handled


def die_at(session: Session, k: int) -> None:
    """Let the process die before its k-th call, which is after the one before it."""

    def before(number: int) -> None:
        if number >= k:
            raise DeadError

    watch(session, before)


@dataclass
class Ring:
    """One repository with its registry, and bundles by a word."""

    server: Server
    repo: Repository
    bundles: Path
    tokens: dict[str, Token] = field(default_factory=dict)

    @classmethod
    def build(cls, server: Server, name: str, bundles: Path) -> Ring:
        repo = server.github.repository(f"octo/{name}")
        own = frozenset({repo.full_name})
        reader = server.github.token(repositories=own, permissions={"contents": "read"})
        return cls(server, repo, bundles, {"writer": server.github.token(repositories=own), "reader": reader})

    def copy(self, name: str) -> Ring:
        """Return another repository in the same state."""
        twin = Ring.build(self.server, name, self.bundles)
        twin.repo.objects = self.repo.objects
        twin.repo.refs, twin.repo.tagged = dict(self.repo.refs), dict(self.repo.tagged)
        twin.repo.releases = deepcopy(self.repo.releases)
        return twin

    @property
    def writer(self) -> Token:
        return self.tokens["writer"]

    def session(self, who: str = "writer", **more: Any) -> Session:
        return session_of(self.server.url, self.repo.full_name, self.tokens[who].value, **more)

    def registry(
        self,
        session: Session | None = None,
        *,
        who: str = "writer",
        later: timedelta = timedelta(),
        asset_limit: int = ASSET_LIMIT,
    ) -> GitHubRegistry:
        return GitHubRegistry(
            session or self.session(who), now=lambda: datetime.now(UTC) + later, asset_limit=asset_limit
        )

    def bundle(self, word: str, model: str = "churn") -> Path:
        path = self.bundles / f"{model}-{word}"
        return path if path.exists() else write_bundle(path, word, name=model, code_digest=word)

    def promote(
        self,
        word: str,
        registry: GitHubRegistry | None = None,
        *,
        model: str = "churn",
        dry_run: bool = False,
    ) -> PromotionResult:
        """Promote a bundle against whoever holds the title now."""
        title = self.registry().champion(model, STAGE)
        return promote(
            registry or self.registry(), self.bundle(word, model), title.bundle_digest if title else None, dry_run
        )

    def digest(self, word: str) -> str:
        title = next(event for event in self.registry().events("churn") if event.reason == f"{word} won")
        return title.bundle_digest or ""

    def release(self, tag: str) -> Release:
        found = self.repo.release(tag)
        assert found is not None
        return found

    def asset(self, tag: str, name: str) -> Asset:
        found = self.release(tag).asset(name)
        assert found is not None
        return found

    def file(self, path: str) -> bytes | None:
        return self.repo.read(path, "modelbout/ledger")

    def check(self, into: Path) -> tuple[Event, ...]:
        """Check that everything is whole: one release a version, no draft, every digest; return the events.

        The newest bundle is fetched; the doctor reads back the champion's and the one before it, and lists the others.
        """
        registry = self.registry(who="reader")
        found: list[Event] = []
        public = []
        for model in registry.models():
            events = registry.events(model)
            found += events
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            registered = [event for event in events if event.event == "register"]
            public += [f"{model}@{event.version}" for event in registered]
            newest = registered[-1]
            verify_files(registry.fetch(model, newest.version or "", into), digest=newest.bundle_digest)
        releases = self.repo.releases.values()
        assert Counter(release.tag for release in releases) == Counter(public)
        assert not any(release.draft for release in releases)
        assert self.registry().doctor(repair=False) == ()
        return tuple(found)


def promote(registry: GitHubRegistry, bundle: Path, beaten: str | None, dry_run: bool = False) -> PromotionResult:  # noqa: FBT001, FBT002 -- a test's own
    model, _, word = bundle.name.partition("-")
    return registry.promote(
        bundle,
        model=model,
        stage=STAGE,
        beaten=beaten,
        actor="ada",
        reason=f"{word} won",
        verdict_digest="v" * 64,
        pull_request=7,
        run_url="https://github.com/octo/churn/actions/runs/1",
        dry_run=dry_run,
    )


def main() -> None:
    """Promote in a process of its own, which kills itself before its k-th call."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("repository")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("beaten")
    parser.add_argument("--kill", type=int, required=True)
    options = parser.parse_args()
    session = session_of(options.url, options.repository, os.environ["MODELBOUT_GITHUB_TOKEN"])

    def before(number: int) -> None:
        if number == options.kill:
            os.kill(os.getpid(), signal.SIGKILL)

    watch(session, before)
    result = promote(GitHubRegistry(session), options.bundle, None if options.beaten == "none" else options.beaten)
    sys.stdout.write(json.dumps({"version": result.version}))


if __name__ == "__main__":
    main()
