"""Find the members of a room in which one file is one thing: checks, metrics, guardrails, report sections."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType


@cache
def names(package: str) -> tuple[str, ...]:
    """Return the public module names in a package, sorted, without importing any of them."""
    path = importlib.import_module(package).__path__
    return tuple(sorted(found.name for found in pkgutil.iter_modules(path) if not found.name.startswith("_")))


def member(package: str, name: str) -> ModuleType:
    """Import one member of the package.

    Raises:
        KeyError: the package has no member of that name.
    """
    if name not in names(package):
        raise KeyError(name)
    return importlib.import_module(f"{package}.{name}")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that somebody who typed ``word`` most likely meant, or None."""
    folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean `x`?`` with its leading space, or nothing."""
    guess = nearest(word, known)
    return f" Did you mean `{guess}`?" if guess else ""
