"""Ask git which tree is checked out, for a later run that must know what was judged."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from modelbout.github.api.credentials import TOKEN_VARIABLES

if TYPE_CHECKING:
    from pathlib import Path

GIT_SECONDS = 60.0  # ours: a status of 100,000 files takes a few
_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # SHA-1 and SHA-256


def checkout_tree(path: Path) -> str | None:
    """Return the name of the tree that is checked out around ``path``.

    None when files that git knows were changed, when there is no commit, no repository or no git: then nobody can say
    later that the same files were judged. Files that git does not know are no change: an environment, caches and our
    own run directory are among them.
    """
    if _git(path, "status", "--porcelain", "--untracked-files=no") != "":
        return None
    tree = _git(path, "rev-parse", "--verify", "--quiet", "HEAD^{tree}")
    return tree if tree is not None and _NAME.fullmatch(tree) else None


def commits(path: Path) -> tuple[str, ...]:
    """Return the commit that is checked out around ``path`` and its parents; empty where git knows none.

    Of a checkout without history too: the parents stand in the commit, whether or not they are there themselves.
    """
    head = _git(path, "rev-parse", "--verify", "--quiet", "HEAD")
    said = _git(path, "cat-file", "commit", "HEAD")
    if head is None or said is None:
        return ()
    header = said.partition("\n\n")[0].splitlines()
    parents = [line.removeprefix("parent ") for line in header if line.startswith("parent ")]
    return tuple(name for name in (head, *parents) if _NAME.fullmatch(name))


def merge_base(path: Path, *others: str) -> str | None:
    """Return where what is checked out left the first of the others that git knows; None when it knows none."""
    for other in others:
        # What git does not know is no name of a commit to it, and never an option.
        found = _git(path, "merge-base", "--end-of-options", "HEAD", other)
        if found is not None and _NAME.fullmatch(found):
            return found
    return None


def inside(path: Path) -> str | None:
    """Return the directory as git names it from the top of its checkout: empty, or ending in a slash."""
    return _git(path, "rev-parse", "--show-prefix")


def file_at(path: Path, commit: str, file: str, *, limit: int) -> bytes | None:
    """Return a file as it was at a commit; None when git has it not here, or it is larger than ``limit`` bytes.

    Args:
        path: a directory of the checkout.
        commit: the commit's full name.
        file: the file's path from the top of the checkout.
        limit: the most bytes.
    """
    size = _git(path, "cat-file", "-s", f"{commit}:{file}")
    if size is None or not size.isdecimal() or int(size) > limit:
        return None
    return _asked(path, "cat-file", "blob", f"{commit}:{file}")


def _git(path: Path, *arguments: str) -> str | None:
    """Return what git says, without white space at its ends; None when it cannot say anything."""
    said = _asked(path, *arguments)
    return None if said is None else said.decode(errors="replace").strip()


def _asked(path: Path, *arguments: str) -> bytes | None:
    """Return the bytes that git answers."""
    # In a container the checkout belongs to another user than the job's, which git takes for an attack. And nothing
    # that a repository's settings name shall be started for a question, nor a lock be taken from the user's own git.
    command = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "--no-optional-locks"]
    secret = {"MODELBOUT_INPUTS", *TOKEN_VARIABLES}  # what git starts needs none of them
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") and name not in secret}
    try:
        answer = subprocess.run(
            [*command, "-C", str(path), *arguments],
            check=True,
            capture_output=True,
            env=environ,
            stdin=subprocess.DEVNULL,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout
