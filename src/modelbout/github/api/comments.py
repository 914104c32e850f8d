"""Comments under a pull request, and the reactions on them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import msgspec

from modelbout.github.api.answers import Shape, one, pages
from modelbout.github.api.courier import PER_PAGE
from modelbout.github.api.errors import ForbiddenError, MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelbout.github.api.session import Session

BOT_SUFFIX = "[bot]"  # of every app's login, and of no person's: theirs are letters, digits and hyphens
PROBE = "eyes"

REFUSED = 400
CREATED = 201


@dataclass(frozen=True)
class Comment:
    """One comment; ``login`` is empty where its author is gone."""

    id: int
    body: str
    login: str
    url: str
    created: str


@dataclass(frozen=True)
class Reaction:
    """One reaction of one person.

    Attributes:
        id: of this reaction, new each time that it is set.
        login: whose it is.
        age: in seconds, by GitHub's own clock.
        fresh: whether this very call set it, and it was not there before.
    """

    id: int
    login: str
    age: float
    fresh: bool = False


class _User(Shape, frozen=True):
    login: str


class _Comment(Shape, frozen=True):
    id: int
    html_url: str
    created_at: str
    body: str | None = None
    user: _User | None = None

    def record(self) -> Comment:
        login = "" if self.user is None else self.user.login
        return Comment(self.id, self.body or "", login, self.html_url, self.created_at)


class _Reaction(Shape, frozen=True):
    id: int
    created_at: datetime
    user: _User | None = None

    def record(self, headers: Mapping[str, Any], *, fresh: bool = False) -> Reaction:
        # A runner's clock may be wrong by minutes.
        now = parsedate_to_datetime(str(headers["date"])) if headers.get("date") else datetime.now(UTC)
        age = (now if now.tzinfo else now.replace(tzinfo=UTC)) - self.created_at
        return Reaction(self.id, "" if self.user is None else self.user.login, age.total_seconds(), fresh)


class Comments:
    """The comments of one pull request."""

    def __init__(self, session: Session, number: int) -> None:
        self.session = session
        self.number = number

    def all(self) -> Iterator[Comment]:
        """Yield all comments, page by page, oldest first. GitHub's REST API does not tell which are minimised."""
        path, doing = f"/issues/{self.number}/comments", f"list the comments of #{self.number}"
        for page in pages(self.session, list[_Comment], path, doing=doing):
            for found in page:
                yield found.record()

    def get(self, comment: int) -> Comment:
        """Return one comment.

        Raises:
            MissingError: somebody has deleted it.
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"read comment {comment}"):
            return one(self.session, _Comment, f"/issues/comments/{comment}").record()

    def create(self, body: str) -> Comment:
        """Post a comment; called again after a lost answer, it posts another one.

        Raises:
            ForbiddenError: the token may not, or the conversation is locked.
            GitHubError: GitHub cannot be asked; after an UnreachableError the comment may be there.
        """
        path = f"/issues/{self.number}/comments"
        with self.session.told(f"comment on #{self.number}"):
            made = one(self.session, _Comment, path, method="POST", body={"body": body}).record()
        if made.login:
            self.session.known_as(made.login)
        return made

    def own(self, found: Sequence[Comment]) -> list[Comment]:
        """Return those among some comments that we wrote.

        GitHub does not tell an app's token who it is. Where another app than the job's own might be us, a reaction is
        set for a moment: its answer names whoever set it.

        Raises:
            GitHubError: GitHub cannot be asked.
        """
        login = self.session.login() if found else ""
        mine = [comment for comment in found if comment.login == login]
        bots = [comment for comment in found if comment.login.endswith(BOT_SUFFIX)]
        if mine or not bots or self.session.login_shown or self.session.dry_run:
            return mine
        with suppress(ForbiddenError, MissingError):
            reaction = self.react(bots[0].id, PROBE)
            if reaction.login:
                self.session.known_as(reaction.login)
            if reaction.fresh:
                self.unreact(bots[0].id, reaction.id)
        return [comment for comment in found if comment.login == self.session.login()]

    def update(self, comment: int, body: str) -> None:
        """Replace the text of a comment.

        Raises:
            MissingError: somebody has deleted it.
            GitHubError: GitHub cannot be asked; after an UnreachableError the text may be the new one.
        """
        with self.session.told(f"update comment {comment}"):
            one(self.session, _Comment, f"/issues/comments/{comment}", method="PATCH", body={"body": body})

    def delete(self, comment: int) -> None:
        """Delete a comment.

        Raises:
            MissingError: it is gone already.
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"delete comment {comment}"):
            self.session.requester.requestJsonAndCheck("DELETE", self._address(comment))

    def react(self, comment: int, content: str) -> Reaction:
        """Set a reaction, and tell whether it was there already: at most one of each kind and person can be.

        Raises:
            MissingError: the comment is gone.
            GitHubError: GitHub cannot be asked; after an UnreachableError the reaction may be there.
        """
        with self.session.told(f"react to comment {comment}"):
            requester = self.session.requester
            # The status alone tells one that was set from one that was found.
            status, headers, text = requester.requestJson(
                "POST", f"{self._address(comment)}/reactions", input={"content": content}
            )
            if status >= REFUSED:
                raise requester.createException(status, headers, _refusal(text))
            return msgspec.json.decode(text, type=_Reaction).record(headers, fresh=status == CREATED)

    def reactions(self, comment: int, content: str) -> tuple[Reaction, ...]:
        """Return the reactions of one kind on a comment; of everybody, as far as they are on the first page.

        Raises:
            MissingError: the comment is gone.
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"read the reactions to comment {comment}"):
            headers, data = self.session.requester.requestJsonAndCheck(
                "GET", f"{self._address(comment)}/reactions", parameters={"content": content, "per_page": PER_PAGE}
            )
            return tuple(found.record(headers) for found in msgspec.convert(data, type=list[_Reaction]))

    def unreact(self, comment: int, reaction: int) -> None:
        """Take one reaction away.

        Raises:
            MissingError: it is gone already.
            GitHubError: GitHub cannot be asked.
        """
        with self.session.told(f"take a reaction from comment {comment}"):
            self.session.requester.requestJsonAndCheck("DELETE", f"{self._address(comment)}/reactions/{reaction}")

    def _address(self, comment: int) -> str:
        return f"/repos/{self.session.repository}/issues/comments/{comment}"


def _refusal(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
