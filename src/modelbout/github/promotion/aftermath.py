"""After a title moved: a deployment for people, a dispatch for programs. Neither can undo what the ledger says."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from modelbout.github.api.commits import Commits
from modelbout.github.api.deployments import Deployments
from modelbout.github.api.dispatch import dispatch
from modelbout.github.api.errors import GitHubError, MissingError
from modelbout.github.api.session import connect
from modelbout.github.inputs import DISPATCH_TOKEN, wrong
from modelbout.results import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelbout.github.api.session import Session
    from modelbout.github.job import Job
    from modelbout.results import PromotionResult

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
EVENT_TYPES: Mapping[str, str] = {"promote": "modelbout-promoted", "rollback": "modelbout-rolled-back"}


@dataclass(frozen=True)
class Aftermath:
    """Tells of titles that moved.

    Attributes:
        session: the repository where the deployments are recorded.
        sender: who sends dispatches; another session when they need another token.
        targets: repositories that get a dispatch.
        last: the last stage, which is production to GitHub.
        deployments: whether deployments are recorded.
    """

    session: Session
    sender: Session
    targets: Sequence[str] = ()
    last: str = "production"
    deployments: bool = True

    def tell(self, result: PromotionResult, *, commit: str, fresh: bool = False) -> tuple[GitHubError, ...]:
        """Record the deployment and send the dispatches; return what failed, so that the rest is done all the same.

        To be called again after a crash: a deployment is recorded once, a dispatch is sent at least once.

        Args:
            result: what happened to the title.
            commit: the commit of the version that holds it now.
            fresh: whether this very job moved it, so that nobody can have told of it before.
        """
        failed = []
        if self.deployments:
            try:
                self._record(result, commit, fresh=fresh)
            except GitHubError as error:
                failed.append(error)
        for target in self.targets:
            try:
                dispatch(self.sender, EVENT_TYPES[result.event], notice(self.session, result), repository=target)
            except GitHubError as error:
                failed.append(error)
        return tuple(failed)

    def _record(self, result: PromotionResult, commit: str, *, fresh: bool) -> None:
        book = Deployments(self.session)
        task = f"modelbout:{result.model}:{result.seq}"
        found = () if fresh or self.session.dry_run else book.find(environment=result.stage, sha=commit, task=task)
        made = found[0] if found else None
        if made is None:
            made = book.create(
                environment=result.stage,
                sha=commit,
                task=task,
                description=f"{result.model}@{result.version}: {result.reason}",
                payload=notice(self.session, result),
                production=result.stage == self.last,
            )
        elif book.state(made) == "success":
            return
        if made is not None:
            # Several models stand in one environment: one's success must not make the others inactive.
            book.set_state(
                made,
                "success",
                description=f"{result.model}@{result.version} holds the title",
                log_url=result.run_url or "",
                alone=False,
            )


def notice(session: Session, result: PromotionResult) -> dict[str, object]:
    """Return what a dispatch and a deployment tell programs; its shape is ``schemas/notice.schema.json``."""
    told: dict[str, object] = msgspec.to_builtins(
        Notice(
            repository=session.repository,
            model=result.model,
            stage=result.stage,
            version=result.version or "",
            previous=result.previous,
            seq=result.seq or 0,
            bundle_digest=result.bundle_digest or "",
            pull_request=result.pull_request,
            run_url=result.run_url,
        )
    )
    return told


def prepare(job: Job, *, last: str) -> Aftermath:
    """Return the aftermath that the inputs ask for; to be called before a title moves, since an input may be wrong.

    Raises:
        ConfigError: an input is wrong.
    """
    targets = job.inputs.lines("dispatch")
    for target in targets:
        if not _REPOSITORY.fullmatch(target):
            raise wrong("dispatch", target, allowed="repositories as `owner/name`, one a line")
    return Aftermath(
        session=job.session,
        sender=_sender(job),
        targets=targets,
        last=last,
        deployments=job.inputs.flag("deployments", default=True),
    )


def _sender(job: Job) -> Session:
    """Return who sends dispatches: another repository takes another token than the job's."""
    token = job.inputs.secret(DISPATCH_TOKEN)
    if token is None:
        return job.session
    return connect(
        repository=job.runner.repository,
        api_url=job.runner.api_url,
        server_url=job.runner.server_url,
        token=token,
        dry_run=job.say if job.dry_run else None,
    )


def commit_of(job: Job, result: PromotionResult) -> str:
    """Return the commit that a version was made of: its tag's, where the registry is this repository's.

    Raises:
        GitHubError: GitHub cannot be asked.
    """
    own = job.registry_address == f"github:{job.runner.repository}"
    with suppress(MissingError):
        if own:
            return Commits(job.session).get(f"{result.model}@{result.version}").sha
    return job.runner.sha
