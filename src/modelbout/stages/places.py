"""Give problems that know only their key the file, line and column where it stands."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from modelbout.errors import ModelboutError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelbout.stages.workspace import Workspace


def located(work: Workspace, problem: Problem, *, otherwise: str | None = None) -> Problem:
    """Return the problem with the place of its key in modelbout.yaml, if it has no file yet.

    Args:
        work: whose configuration it is.
        problem: what was found.
        otherwise: the key for a problem that knows no place at all, such as those of the bout, which sees only arrays.
    """
    key = problem.place.key or otherwise
    if key is None or problem.place.file is not None:
        return problem
    return msgspec.structs.replace(problem, place=work.loaded.place(key))


@contextmanager
def locating(work: Workspace) -> Iterator[None]:
    """Let every error that leaves the context name file and line; the rooms know only keys."""
    try:
        yield
    except ModelboutError as error:
        problems = [located(work, problem) for problem in error.problems]
        if problems == list(error.problems):
            raise
        raise type(error)(*problems) from error
