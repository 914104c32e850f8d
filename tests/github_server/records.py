"""Hold what the server remembers of each thing; the routes turn these into GitHub's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from tests.github_server.state import Repository

# What a workflow's GITHUB_TOKEN may hold at most, by the names of the installation's permissions.
EVERYTHING = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "deployments": "write",
    "issues": "write",
    "pull_requests": "write",
}
READ_ONLY = dict.fromkeys(EVERYTHING, "read")
RATE_LIMIT = 5_000  # GITHUB_TOKEN has 1,000; a test sets token.limit
BOT = "github-actions[bot]"


@dataclass
class Token:
    """Who calls and what they may; ``permissions`` are like ``{"contents": "write"}``."""

    value: str
    login: str = BOT
    permissions: dict[str, str] = field(default_factory=dict)
    repositories: frozenset[str] | None = None  # full names; None: every repository
    expires: datetime | None = None
    limit: int = RATE_LIMIT
    used: int = 0
    resets: int = 0  # seconds of the epoch

    @property
    def bot(self) -> bool:
        return self.login.endswith("[bot]")

    def covers(self, repo: Repository) -> bool:
        return self.repositories is None or repo.full_name in self.repositories

    def may(self, repo: Repository, area: str, level: str) -> bool:
        has = self.permissions.get(area)
        return self.covers(repo) and (has == "write" or (has == "read" and level == "read"))

    def expired(self, now: datetime) -> bool:
        return self.expires is not None and now >= self.expires.astimezone(UTC)


def user_id(login: str) -> int:
    return 41_898_282 if login == BOT else crc32(login.encode()) % 90_000_000 + 1


@dataclass
class Reaction:
    id: int
    login: str
    content: str
    created: str


@dataclass
class Comment:
    id: int
    issue: int
    login: str
    body: str
    created: str
    updated: str
    reactions: list[Reaction] = field(default_factory=list)
    minimized: str | None = None  # the reason, such as "outdated"


@dataclass
class Issue:
    number: int
    id: int
    title: str
    login: str
    body: str
    created: str
    state: str = "open"


@dataclass
class PullRequest:
    number: int
    id: int
    title: str
    login: str
    body: str
    base: str
    head: str
    head_repo: Repository | None  # None: the fork was deleted
    head_owner: str
    head_sha: str
    created: str
    updated: str
    draft: bool = False
    state: str = "open"
    merged_at: str | None = None
    merged_by: str | None = None
    closed_at: str | None = None
    merge_commit_sha: str | None = None
    base_sha: str = ""
    mergeable: bool | None = None

    @property
    def merged(self) -> bool:
        return self.merged_at is not None


@dataclass
class Asset:
    id: int
    name: str
    content_type: str
    content: bytes
    digest: str | None
    uploader: str
    created: str
    label: str | None = None
    state: str = "uploaded"  # or "starter": the upload broke
    downloads: int = 0
    updated: str = ""


@dataclass
class Release:
    id: int
    tag: str
    target: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    author: str
    created: str
    published: str | None
    updated: str
    make_latest: str = "true"  # as the caller last said it
    immutable: bool = False
    assets: dict[int, Asset] = field(default_factory=dict)

    def asset(self, name: str) -> Asset:
        return next(a for a in self.assets.values() if a.name == name)


@dataclass
class CheckRun:
    id: int
    name: str
    head_sha: str
    status: str
    conclusion: str | None
    started: str
    completed: str | None
    details_url: str | None
    external_id: str
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class WorkflowRun:
    id: int
    number: int
    attempt: int
    event: str
    path: str
    name: str
    head_sha: str
    head_branch: str | None
    head_repo: Repository | None
    status: str
    conclusion: str | None
    actor: str
    created: str
    updated: str
    title: str
    pulls: tuple[int, ...] = ()  # numbers of pull requests from this repository; forks leave it empty
    earlier: list[WorkflowRun] = field(default_factory=list)  # the attempts before this one


@dataclass
class Artifact:
    id: int
    name: str
    run: int
    content: bytes
    digest: str | None
    created: str
    expires: str
    expired: bool = False


@dataclass
class DeploymentStatus:
    id: int
    state: str
    login: str
    description: str
    environment: str
    environment_url: str
    log_url: str
    created: str


@dataclass
class Deployment:
    id: int
    sha: str
    ref: str
    task: str
    environment: str
    login: str
    payload: Any
    description: str | None
    transient: bool
    production: bool
    created: str
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass(frozen=True)
class Dispatch:
    """A ``repository_dispatch`` (``workflow`` empty) or ``workflow_dispatch`` that somebody asked for."""

    event: str
    payload: dict[str, Any]
    login: str
    workflow: str = ""
    ref: str = ""
