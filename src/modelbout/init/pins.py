"""Name the commit of every action that our workflows use: the one place where a pin is written by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

US = "modelbout/modelbout"
# Digests of commits, not of tags: who moves a tag of another repository changes nothing here.
USES = re.compile(
    r"(?P<before>\buses: *)(?P<repository>[\w.-]+/[\w.-]+)(?P<path>(?:/[\w.-]+)*)@(?P<ref>[\w.-]+)(?: # v[\d.]+)?"
)


@dataclass(frozen=True)
class Pin:
    """One action at one commit.

    Attributes:
        commit: forty hexadecimal digits.
        version: what people call that commit.
    """

    commit: str
    version: str


PINS: Mapping[str, Pin] = {
    "actions/checkout": Pin("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/setup-python": Pin("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/upload-artifact": Pin("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    US: Pin("a59740bc52072ad75c4ef6bd2280fa785df76e98", "v0.1.0"),
}


def uses(action: str) -> str:
    """Return an action at its commit, with the version as a comment, as it stands behind ``uses:``.

    Raises:
        KeyError: the action has no pin.
    """
    repository = "/".join(action.split("/")[:2])
    pin = PINS[repository]
    return f"{action}@{pin.commit} # {pin.version}"


def pinned(text: str) -> str:
    """Return a text in which each ``uses:`` of an action that has a pin names its commit."""

    def put(found: re.Match[str]) -> str:
        if found["repository"] not in PINS:
            return found[0]
        return found["before"] + uses(found["repository"] + found["path"])

    return USES.sub(put, text)
