"""What GitHub itself enforces on a repository, as far as the token may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelbout.github.api.errors import ForbiddenError, MissingError

if TYPE_CHECKING:
    from modelbout.github.api.session import Session

PAGE = 100  # GitHub's largest page


class Protection:
    """The rules of one repository. None stands for "this token may not know"."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._root = f"/repos/{session.repository}"

    def branch(self, name: str) -> bool | None:
        """Return whether a branch is protected by the older kind of rule, or by a ruleset."""
        found = self._read(f"/branches/{quote(name, safe='')}", f"read the branch {name}")
        return None if not isinstance(found, dict) else bool(found.get("protected"))

    def rules(self, branch: str) -> tuple[str, ...] | None:
        """Return the kinds of rules that rulesets put on a branch, such as ``pull_request``."""
        found = self._read(f"/rules/branches/{quote(branch, safe='')}?per_page={PAGE}", f"read the rules of {branch}")
        if not isinstance(found, list):
            return None
        return tuple(sorted({str(rule.get("type")) for rule in found if isinstance(rule, dict)}))

    def environment(self, name: str) -> tuple[str, ...] | None:
        """Return the kinds of rules of an environment, such as ``required_reviewers``.

        Raises:
            MissingError: there is no such environment, or the token may not see it.
        """
        path = f"/environments/{quote(name, safe='')}"
        found = self._read(path, f"read the environment {name}", missing=True)
        if not isinstance(found, dict):
            return None
        rules = found.get("protection_rules") or ()
        return tuple(sorted({str(rule.get("type")) for rule in rules if isinstance(rule, dict)}))

    def immutable_releases(self) -> bool | None:
        """Return whether published releases are frozen; most jobs' tokens may not ask."""
        found = self._read("/immutable-releases", "ask whether releases are immutable")
        return None if not isinstance(found, dict) else bool(found.get("enabled"))

    def _read(self, path: str, doing: str, *, missing: bool = False) -> Any:  # noqa: ANN401 -- JSON, narrowed by callers
        try:
            with self.session.told(doing):
                return self.session.requester.requestJsonAndCheck("GET", f"{self._root}{path}")[1]
        except ForbiddenError:
            return None
        except MissingError:
            if missing:
                raise
            return None
