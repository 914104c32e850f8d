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
DEFAULT_PLACE = Path(".modelbout", "registry")


def open_registry(address: str | None, *, root: Path) -> Registry:
    """Return the registry at an address.

    Args:
        address: a directory, relative to ``root`` or absolute; None takes ``MODELBOUT_REGISTRY``, and without that
            ``.modelbout/registry`` below ``root``.
        root: the directory of the configuration file.

    Raises:
        ConfigError: the address is no directory's name.
        RegistryError: the directory in which an absolute address would be made does not exist: a disk that is not
            mounted, or a slip, must not look like a registry without champions.
    """
    source = "--registry"
    if address is None:
        source, address = REGISTRY_VARIABLE, os.environ.get(REGISTRY_VARIABLE) or None
    if address is None:
        return LocalRegistry(root / DEFAULT_PLACE)
    place = Place(key=source)
    if "://" in address or address.lower().startswith(("github:", "git@")):
        found = (
            f"`{_shown(address)}` is not a directory, and only directories are supported as registries in this version"
        )
        raise ConfigError(Problem(found=found, allowed="a directory", fix="name a directory", place=place))
    if not address.strip() or "\0" in address:
        raise ConfigError(Problem(found="the registry's address is empty or none", fix="name a directory", place=place))
    try:
        path = Path(address).expanduser()
    except RuntimeError:
        found = f"`{_shown(address)}` names the home of nobody here"
        raise ConfigError(Problem(found=found, allowed="a directory", fix="name a directory", place=place)) from None
    if path.is_absolute() and not os.path.lexists(path.parent):
        found = f"there is no directory {_shown(str(path.parent))}, so there is no registry in it"
        fix = "mount it, or make it when this is to be a new registry"
        raise RegistryError(Problem(found=found, fix=fix, place=place))
    return LocalRegistry(root / path)


def _shown(address: str) -> str:
    return address if address.isprintable() else ascii(address)[1:-1]
