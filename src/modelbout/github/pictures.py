"""Plots in a comment: PNG files on the ledger branch, named by their content, addressed by the commit that holds them.

GitHub's image proxy keeps what it has once fetched from an address, and a commit never changes: an address means one
picture for ever. A reader who may see the repository sees the picture; nobody else's server is asked.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from modelbout.github.api.errors import ConflictError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from modelbout.github.api.git import Tip
    from modelbout.report.plot import Plot
    from modelbout.results import BoutResult

DIRECTORY = "plots"
LEDGER_BRANCH = "modelbout/ledger"

NAME_CHARACTERS = 32
"""Of a picture's sha256 in its name: 128 bits."""

FILES_LIMIT = 60
"""New files of one report: each is a call, and GitHub asks for at most 80 calls a minute that create something."""

TRIES = 5
"""Commits tried while others move the branch. Our own choice."""

PUBLIC_SERVER = "https://github.com"
RAW_SERVER = "https://raw.githubusercontent.com"


class Wall(Protocol):
    """The branch on which pictures hang."""

    def read(self) -> Tip | None:
        """Return what it points to; None when there is none."""

    def names(self, tip: Tip, directory: str) -> tuple[str, ...]:
        """Return the names of the files in a directory."""

    def commit(self, tip: Tip | None, files: Mapping[str, bytes | None], message: str) -> Tip:
        """Write files in one commit on top of a tip."""


@dataclass(frozen=True)
class Picture:
    """A plot with the bytes of its two files; the plot's own paths are not used."""

    plot: Plot
    light: bytes
    dark: bytes


def file_name(data: bytes) -> str:
    """Return the name of a picture's file."""
    return f"{hashlib.sha256(data).hexdigest()[:NAME_CHARACTERS]}.png"


def address(*, server_url: str, repository: str, private: bool, commit: str, name: str) -> str:
    """Return where a reader's browser finds a picture.

    Raw addresses of github.com work for public repositories alone; the address of the file's page leads a reader who is
    logged in to the bytes, in private repositories and on servers of one's own.
    """
    if server_url == PUBLIC_SERVER and not private:
        return f"{RAW_SERVER}/{repository}/{commit}/{DIRECTORY}/{name}"
    return f"{server_url}/{repository}/blob/{commit}/{DIRECTORY}/{name}?raw=true"


def paint(bout: BoutResult) -> tuple[Picture, ...]:
    """Draw the pictures of a bout, always anew: files beside a result may have come from anywhere.

    Raises:
        ImportError: this environment cannot draw.
    """
    from modelbout.report.plots import draw  # noqa: PLC0415 -- loads matplotlib

    with tempfile.TemporaryDirectory(prefix="modelbout-") as scratch:
        root = Path(scratch)
        return tuple(
            Picture(plot, (root / plot.light).read_bytes(), (root / plot.dark).read_bytes())
            for plot in draw(bout, root / DIRECTORY)
        )


def hang(
    wall: Wall, pictures: Mapping[str, Sequence[Picture]], *, where: Callable[[str, str], str]
) -> dict[str, tuple[Plot, ...]] | None:
    """Put pictures on the branch, and return by model the plots that may be shown; None when there is no branch.

    The branch is not made here: one without a ledger would look as if there were no champion.

    Args:
        wall: the branch.
        pictures: by model. Those of the last models are left out when there are too many new ones.
        where: the address of a file, from commit and name.

    Raises:
        GitHubError: the branch cannot be read or written.
    """
    for turn in range(TRIES):
        tip = wall.read()
        if tip is None:
            return None
        known = set(wall.names(tip, DIRECTORY))
        new: dict[str, bytes] = {}
        shown: list[str] = []
        for model, found in pictures.items():
            wanted = {file_name(data): data for one in found for data in (one.light, one.dark)}
            fresh = {name: data for name, data in wanted.items() if name not in known}
            if len(new.keys() | fresh.keys()) <= FILES_LIMIT:
                new |= fresh
                shown.append(model)
        try:
            if new:
                files: dict[str, bytes | None] = {f"{DIRECTORY}/{name}": data for name, data in new.items()}
                tip = wall.commit(tip, files, f"Plots of {', '.join(shown)}"[:200])
        except (ConflictError, UnreachableError):
            # Somebody else moved the branch, or the answer was lost: look again, and write what is missing then.
            if turn == TRIES - 1:
                raise
            continue
        return {model: tuple(_hung(one, tip.commit, where) for one in pictures[model]) for model in shown}
    return None


def _hung(one: Picture, commit: str, where: Callable[[str, str], str]) -> Plot:
    return replace(one.plot, light=where(commit, file_name(one.light)), dark=where(commit, file_name(one.dark)))
