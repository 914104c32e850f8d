"""Record deployments, which is how GitHub shows what stands in an environment since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from modelbout.errors import cause
from modelbout.github.api.answers import Shape, one, pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelbout.github.api.session import Session

State = Literal["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]
# docs.github.com, "Create a deployment status": a short description, at most 140 characters.
DESCRIPTION_LIMIT = 140


@dataclass(frozen=True)
class Deployment:
    """A deployment.

    Attributes:
        id: its number.
        environment: where to.
        sha: the commit.
        task: what kind of deployment it is.
        description: what people read.
    """

    id: int
    environment: str
    sha: str
    task: str
    description: str


class _Deployment(Shape, frozen=True):
    id: int
    environment: str
    sha: str
    task: str
    description: str | None = None

    def record(self) -> Deployment:
        return Deployment(self.id, self.environment, self.sha, self.task, self.description or "")


class _Status(Shape, frozen=True):
    state: str


class Deployments:
    """The deployments of one repository."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def find(self, *, environment: str, sha: str, task: str) -> tuple[Deployment, ...]:
        """Return the deployments of a commit to an environment, the newest first; to look before one is made.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        query = {"environment": environment, "sha": sha, "task": task}
        doing = f"list the deployments to {environment}"
        found = pages(self.session, list[_Deployment], "/deployments", doing=doing, parameters=query)
        return tuple(made.record() for page in found for made in page)

    def create(
        self,
        *,
        environment: str,
        sha: str,
        task: str,
        description: str,
        payload: Mapping[str, object] | None = None,
        production: bool = True,
    ) -> Deployment | None:
        """Record a deployment and return it; None in a dry run.

        What GitHub would do by default is switched off: it merges the default branch into an older commit, and
        refuses when any check of the commit is not green.

        Args:
            environment: where to; GitHub makes it when there is none.
            sha: the commit.
            task: what kind of deployment it is.
            description: what people read; cut after DESCRIPTION_LIMIT characters.
            payload: for programs.
            production: whether people use what is there.

        Raises:
            GitHubError: GitHub does not take it.
        """
        if not self.session.writes(f"record a deployment to {environment}: {description}"):
            return None
        body = {
            "ref": sha,
            "task": task,
            "environment": environment,
            "description": cause(description, limit=DESCRIPTION_LIMIT),
            "payload": dict(payload or {}),
            "auto_merge": False,
            "required_contexts": [],
            "production_environment": production,
        }
        with self.session.told(f"record a deployment to {environment}"):
            return one(self.session, _Deployment, "/deployments", method="POST", body=body).record()

    def state(self, deployment: Deployment) -> str | None:
        """Return the newest state of a deployment; None when it has none yet.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"read the state of the deployment to {deployment.environment}"):
            path = f"/deployments/{deployment.id}/statuses"
            found = one(self.session, list[_Status], path, parameters={"per_page": 1})
        return found[0].state if found else None

    def set_state(
        self,
        deployment: Deployment,
        state: State,
        *,
        description: str = "",
        log_url: str = "",
        url: str = "",
        alone: bool = True,
    ) -> None:
        """Give a deployment a new state; does nothing in a dry run.

        Args:
            deployment: which.
            state: the new state.
            description: what people read; cut after DESCRIPTION_LIMIT characters.
            log_url: where the work can be seen, such as the run.
            url: where the result can be seen.
            alone: whether ``success`` makes all earlier ones of this environment inactive.

        Raises:
            GitHubError: GitHub does not take it.
        """
        if not self.session.writes(f"mark the deployment to {deployment.environment} as {state}"):
            return
        body: dict[str, object] = {
            "state": state,
            "description": cause(description, limit=DESCRIPTION_LIMIT),
            "auto_inactive": alone,
        }
        body |= {key: value for key, value in (("log_url", log_url), ("environment_url", url)) if value}
        with self.session.told(f"mark the deployment to {deployment.environment} as {state}"):
            one(self.session, _Status, f"/deployments/{deployment.id}/statuses", method="POST", body=body)
