"""Paths named in modelbout.yaml stay inside the repository: no absolute path, no way out by ``..`` or by a link."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

from modelbout.config.wording import quoted
from modelbout.errors import Place, Problem, cause

_GLOB = re.compile(r"[*?\[]")
_ALLOWED = "a path inside the repository, relative to modelbout.yaml"
_FIX = "Copy the files into the repository, and name them from there."
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def repository(directory: Path) -> Path:
    """Return the nearest directory above (or the directory itself) that holds ``.git``, else the directory."""
    found = directory.resolve()
    return next((above for above in (found, *found.parents) if (above / ".git").exists()), found)


def has_glob(text: str) -> bool:
    """Say whether the path is a pattern that may match several files."""
    return _GLOB.search(text) is not None


def check_path(text: str, *, root: Path, top: Path, place: Place, follow: bool = True) -> Problem | None:
    """Return what is wrong with a path of the configuration, or None.

    Args:
        text: the path or glob as written, relative to ``root``.
        root: the directory of modelbout.yaml.
        top: the directory that must not be left, from ``repository``.
        place: where the path stands.
        follow: whether links on the disk are followed too, those that a glob matches included.
    """
    found, step = _oddity(text) or _way_out(text, root, top, follow=follow) or ("", "")
    return Problem(found, _ALLOWED, step, place) if found else None


def _oddity(text: str) -> tuple[str, str] | None:
    """Return what is wrong with the text alone, and the next step."""
    scheme = _ADDRESS.match(text)
    if scheme:
        # What follows the scheme may hold a password.
        return f"{quoted(scheme.group() + '...')} is an address", "Fetch the file in a step before this one."
    if not text.isprintable():
        return f"the path {quoted(text)} holds a control character", "Remove it."
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).drive or text.startswith(("~", "\\")):
        return f"{quoted(text)} does not start at modelbout.yaml", _FIX
    return None


def _way_out(text: str, root: Path, top: Path, *, follow: bool) -> tuple[str, str] | None:
    top = top.resolve()
    depth = len(root.resolve().relative_to(top).parts)
    for part in PurePosixPath(text.replace("\\", "/")).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return f"{quoted(text)} leaves the repository", _FIX
    try:
        if follow and not all(found.resolve().is_relative_to(top) for found in _candidates(root, text)):
            return f"{quoted(text)} leaves the repository by a link", _FIX
    except (OSError, ValueError, RuntimeError) as error:
        said = cause(getattr(error, "strerror", None) or error)
        return f"the path {quoted(text)} cannot be followed: {said}", "Check the path."
    return None


def _candidates(root: Path, text: str) -> list[Path]:
    if not has_glob(text):
        return [root / text]
    parts = PurePosixPath(text).parts
    fixed = next(index for index, part in enumerate(parts) if has_glob(part))
    return [root.joinpath(*parts[:fixed]), *root.glob(text)]
