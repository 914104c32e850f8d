"""Put sections into the one comment of a pull request, however many jobs do so at once."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

from modelbout.errors import Problem
from modelbout.github.api.errors import GitHubError, MissingError, UnreachableError
from modelbout.github.comment.body import compose, is_ours, merge, parse
from modelbout.github.comment.lock import HOLD_SECONDS, locked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelbout.github.api.comments import Comment, Comments
    from modelbout.github.comment.body import House, Section

ROUNDS = 10
"""Beginnings: each is for one thing that went otherwise than it looked. Our own choice."""

LOST_ANSWERS = 3
"""So often an answer may be lost before GitHub counts as down. Our own choice."""

PAUSE_SECONDS = 1.0
"""Before looking again after a lost answer, times the number of those so far."""


@dataclass(frozen=True)
class Posted:
    """What the comment holds now.

    Attributes:
        url: where it is; None in a dry run before there is one.
        sections: of all models.
        written: whether this call changed anything.
    """

    url: str | None
    sections: tuple[Section, ...]
    written: bool


class Told(Protocol):
    """Hears what the comment says of all models: after it was written, and before it is looked at once more.

    Whoever posts something that depends on all models does it here: should another job change the comment meanwhile,
    the look afterwards finds it and this is called again.
    """

    def __call__(self, sections: Sequence[Section], *, changed: bool) -> bool:
        """Take note, and return whether anything was posted."""


class Poster:
    """Writes to the comment of one pull request.

    Args:
        comments: of the pull request.
        house: where the comment stands.
        head: asks for the pull request's present head commit.
        sleep: waits for some seconds.
        clock: tells seconds.
    """

    def __init__(
        self,
        comments: Comments,
        house: House,
        *,
        head: Callable[[], str | None],
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._comments = comments
        self._house = house
        self._head = head
        self._sleep = sleep
        self._clock = clock
        self._written = False

    def post(self, mine: Sequence[Section], told: Told) -> Posted:
        """Bring these sections into the comment, and make the comment if there is none.

        Args:
            mine: at least one section.
            told: hears what the comment says then.

        Raises:
            ForbiddenError: the token may not, or the conversation is locked.
            GitHubError: GitHub failed.
        """
        made: int | None = None
        lost = 0
        for _ in range(ROUNDS):
            found = self._own(made)
            made = None
            try:
                if found:
                    done = self._join(found, mine, told)
                    if done is not None:
                        return done
                    continue
                if not self._may(f"comment on #{self._comments.number}"):
                    told(mine, changed=True)
                    return Posted(None, tuple(mine), written=False)
                made = self._comments.create(compose(mine, self._house)).id
                self._written = True
                told(mine, changed=True)
            except MissingError:
                # The comment was deleted: look what is there.
                continue
            except UnreachableError:
                # It may have happened: look what is there.
                lost += 1
                if lost > LOST_ANSWERS:
                    raise
                self._sleep(PAUSE_SECONDS * lost)
        raise GitHubError(self._restless())

    def _own(self, made: int | None) -> list[Comment]:
        """Return our comments by marker and author, the oldest first; there should be one."""
        found = self._comments.own([one for one in self._comments.all() if is_ours(one.body)])
        if made is not None and all(one.id != made for one in found):
            # A list may be a moment behind; where it shows another one of ours, ours may have been merged into that.
            read = partial(self._comments.get, made)
            with suppress(MissingError):
                found.append(read() if found else self._comments.session.soon(read))
        return sorted(found, key=lambda one: one.id)

    def _join(self, found: Sequence[Comment], mine: Sequence[Section], told: Told) -> Posted | None:
        """Bring the sections into the oldest of our comments; None when it has to be looked at again."""
        first = found[0]
        if len(found) == 1 and self._says(first, mine):
            sections = parse(first.body, self._house)
            if told(sections, changed=self._written) and self._comments.get(first.id).body != first.body:
                return None
            return Posted(first.url, sections, self._written)
        if not self._may(f"update the comment {first.url}"):
            sections = self._merged(found, mine)
            told(sections, changed=True)
            return Posted(first.url, sections, written=False)
        with ExitStack() as stack:
            # Always from the oldest on, so that two jobs never wait for each other.
            holds = [
                stack.enter_context(locked(self._comments, one.id, sleep=self._sleep, clock=self._clock))
                for one in found
            ]
            fresh = [self._comments.get(one.id) for one in found]
            sections = self._merged(fresh, mine)
            body = compose(sections, self._house)
            if self._clock() - holds[0].since > HOLD_SECONDS:
                return None
            changed = not _same(fresh[0].body, body)
            if changed:
                self._comments.update(first.id, body)
                self._written = True
            told(sections, changed=changed)
            if not _same(self._comments.get(first.id).body, body):
                return None
            for extra in found[1:]:
                self._remove(extra)
        return Posted(first.url, sections, self._written)

    def _remove(self, extra: Comment) -> None:
        try:
            self._comments.delete(extra.id)
        except MissingError:
            return
        self._written = True

    def _says(self, comment: Comment, mine: Sequence[Section]) -> bool:
        """Tell whether the comment says this already, of these very runs: then nothing is asked and nothing locked."""
        kept = parse(comment.body, self._house)
        runs = {(one.state.model, one.state.head, one.state.run, one.state.attempt) for one in kept}
        known = all((one.state.model, one.state.head, one.state.run, one.state.attempt) in runs for one in mine)
        return known and _same(comment.body, compose(merge(kept, mine, lambda: None), self._house))

    def _merged(self, comments: Sequence[Comment], mine: Sequence[Section]) -> tuple[Section, ...]:
        head = cache(self._head)
        sections: tuple[Section, ...] = ()
        for one in comments:
            sections = merge(sections, parse(one.body, self._house), head)
        return merge(sections, mine, head)

    def _may(self, what: str) -> bool:
        return self._comments.session.writes(what)

    def _restless(self) -> Problem:
        return Problem(
            found=f"the comment on #{self._comments.number} changed {ROUNDS} times while it was written",
            allowed="a comment that only Modelbout writes",
            fix="look who else edits it, then run this job again",
        )


def _same(one: str, other: str) -> bool:
    return one.strip() == other.strip()
