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


def _git(path: Path, *arguments: str) -> str | None:
    """Return what git says, without white space at its ends; None when it cannot say anything."""
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
            encoding="utf-8",
            errors="replace",
            env=environ,
            stdin=subprocess.DEVNULL,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
