"""From what a user writes to the registry behind it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from modelbout.errors import ConfigError, Place, Problem, RegistryError
from modelbout.registry.local import LocalRegistry

if TYPE_CHECKING:
    from modelbout.registry.protocol import Registry

REGISTRY_VARIABLE = "MODELBOUT_REGISTRY"
GITHUB = "github"
ALLOWED = "a directory, or github:owner/name"
DEFAULT_PLACE = Path(".modelbout", "registry")


def open_registry(address: str | None, *, root: Path) -> Registry:
    """Return the registry at an address.

    Args:
        address: a directory, relative to ``root`` or absolute; ``github:owner/name`` for a repository on GitHub, or on
            the server that ``GITHUB_API_URL`` names; ``github`` for the repository whose workflow runs. None takes
            ``MODELBOUT_REGISTRY``, and without that ``.modelbout/registry`` below ``root``.
        root: the directory of the configuration file.

    Raises:
        ConfigError: the address is neither a directory's name nor a repository's.
        RegistryError: the directory in which an absolute address would be made does not exist: a disk that is not
            mounted, or a slip, must not look like a registry without champions.
    """
    source = "--registry"
    if address is None:
        source, address = REGISTRY_VARIABLE, os.environ.get(REGISTRY_VARIABLE) or None
    if address is None:
        return LocalRegistry(root / DEFAULT_PLACE)
    place = Place(key=source)
    scheme, _, repository = address.partition(":")
    if scheme.lower() == GITHUB:
        return _on_github(repository, place)
    if "://" in address or address.lower().startswith("git@"):
        found = f"`{_shown(address)}` is neither a directory nor a repository on GitHub"
        fix = "name a directory, or write github:owner/name"
        raise ConfigError(Problem(found=found, allowed=ALLOWED, fix=fix, place=place))
    if not address.strip() or "\0" in address:
        raise ConfigError(Problem(found="the registry's address is empty or none", fix="name a directory", place=place))
    try:
        path = Path(address).expanduser()
    except RuntimeError:
        found = f"`{_shown(address)}` names the home of nobody here"
        raise ConfigError(Problem(found=found, allowed=ALLOWED, fix="name a directory", place=place)) from None
    if path.is_absolute() and not os.path.lexists(path.parent):
        found = f"there is no directory {_shown(str(path.parent))}, so there is no registry in it"
        fix = "mount it, or make it when this is to be a new registry"
        raise RegistryError(Problem(found=found, fix=fix, place=place))
    return LocalRegistry(root / path)


def _on_github(repository: str, place: Place) -> Registry:
    """Return the registry of a repository; nothing is asked yet. PyGithub is loaded here and by nobody else."""
    from modelbout.github.api.credentials import token  # noqa: PLC0415 -- a directory needs none of it
    from modelbout.github.api.session import connect  # noqa: PLC0415
    from modelbout.registry.remote.registry import GitHubRegistry  # noqa: PLC0415

    own = os.environ.get("GITHUB_REPOSITORY", "")
    repository = repository or own
    if not repository:
        found = "`github` alone means the repository whose workflow runs, and GITHUB_REPOSITORY names none"
        raise ConfigError(Problem(found=found, allowed=ALLOWED, fix="write github:owner/name", place=place))
    session = connect(
        repository=repository,
        api_url=os.environ.get("GITHUB_API_URL") or "https://api.github.com",
        server_url=os.environ.get("GITHUB_SERVER_URL") or "https://github.com",
        token=token(os.environ),
    )
    # A commit of another repository can be no tag's.
    at_home = repository.lower() == own.lower()
    number, attempt = os.environ.get("GITHUB_RUN_ID"), os.environ.get("GITHUB_RUN_ATTEMPT")
    return GitHubRegistry(
        session,
        target=(os.environ.get("GITHUB_SHA") or None) if at_home else None,
        run=f"{own}/{number}/{attempt or 1}" if number else None,
    )


def _shown(address: str) -> str:
    return address if address.isprintable() else ascii(address)[1:-1]
