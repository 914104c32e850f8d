"""What is on the test GitHub of one repository, kept and put back: a story that many tests begin with is made once."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

KEPT: tuple[str, ...] = (
    "refs",
    "releases",
    "tagged",
    "latest",
    "pulls",
    "comments",
    "checks",
    "runs",
    "artifacts",
    "deployments",
)
KEPT += ("dispatches", "locked", "burned_tags", "rules", "private")


def photograph(repo: Any, names: tuple[str, ...] = KEPT) -> dict[str, Any]:
    """Return a copy of what a repository holds."""
    return copied(repo, {name: vars(repo)[name] for name in names})


def put_back(repo: Any, told: dict[str, Any]) -> None:
    """Give a repository what it held, and keep the photograph as it is."""
    vars(repo).update(copied(repo, told))


def copied(repo: Any, told: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(told, {id(repo): repo})
