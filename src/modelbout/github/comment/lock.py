"""One writer at a time: a reaction on the comment is the lock, for GitHub lets only one of a kind and person be set.

The call that sets it is answered otherwise than one that finds it: that is a test-and-set on GitHub's side. A job that
was killed leaves its reaction behind; after a while it counts for nothing and is taken away by its number, so that of
several who do so only one gets the next.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.errors import Problem
from modelbout.github.api.errors import ForbiddenError, GitHubError, MissingError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelbout.github.api.comments import Comments, Reaction

LOCK = "eyes"

STALE_SECONDS = 120.0
"""Age at which a lock counts for nothing: a holder starts to write within `HOLD_SECONDS`, and its call may then wait
for a rate limit for the 60 seconds that a session is patient, and for its answer for 40 more."""

HOLD_SECONDS = 20.0
"""A holder that is slower than this before it writes lets go and begins again."""

PATIENCE_SECONDS = 600.0
"""Waiting for others in all: 50 jobs that report at once take some two minutes. Our own choice."""

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.5, 15.0, 1.6
"""Seconds between two looks: short at first, then rare, as a job's token has 1,000 calls an hour."""


@dataclass(frozen=True)
class Hold:
    """A lock that was taken.

    Attributes:
        reaction: its number; None where reactions are forbidden, so that nothing is locked.
        since: when, by the clock that was handed in.
    """

    reaction: int | None
    since: float


@contextmanager
def locked(
    comments: Comments,
    comment: int,
    *,
    sleep: Callable[[float], object],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Hold]:
    """Hold the comment while the context is open.

    Raises:
        MissingError: the comment is gone.
        GitHubError: others held it for too long, or GitHub failed.
    """
    hold = _take(comments, comment, sleep=sleep, clock=clock)
    try:
        yield hold
    finally:
        if hold.reaction is not None:
            _release(comments, comment, hold.reaction)


def _take(comments: Comments, comment: int, *, sleep: Callable[[float], object], clock: Callable[[], float]) -> Hold:
    waited, pause = 0.0, FIRST_PAUSE
    while True:
        since = clock()
        try:
            found: Reaction | None = comments.react(comment, LOCK)
        except ForbiddenError:
            # Where writing is forbidden too, the write will say so; elsewhere reading back must do.
            return Hold(None, since)
        except UnreachableError:
            # Whether it is ours, nobody knows: it is waited for like anybody's.
            found = _standing(comments, comment)
        if found is not None and found.fresh:
            return Hold(found.id, since)
        while found is not None:
            if found.age > STALE_SECONDS:
                _release(comments, comment, found.id)
                break
            if waited >= PATIENCE_SECONDS:
                raise GitHubError(_busy(comment))
            sleep(pause)
            waited, pause = waited + pause, min(pause * GROWTH, LONGEST_PAUSE)
            found = _standing(comments, comment)


def _standing(comments: Comments, comment: int) -> Reaction | None:
    login = comments.session.login()
    return next((one for one in comments.reactions(comment, LOCK) if one.login == login), None)


def _release(comments: Comments, comment: int, reaction: int) -> None:
    """Take the lock away; where that fails, it goes stale by itself."""
    for _ in range(2):
        try:
            comments.unreact(comment, reaction)
        except MissingError:
            return
        except UnreachableError:
            continue
        except GitHubError:
            return
        else:
            return


def _busy(comment: int) -> Problem:
    return Problem(
        found=f"other jobs have been writing to comment {comment} for {PATIENCE_SECONDS:.0f} seconds",
        allowed="one job at a time",
        fix="run this job again; better, let one job report all models: it takes all artifacts of the run",
    )
