"""Comments under a pull request, and the reactions on them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modelbout.github.api.session import Session

PAGE = 100
"""Comments a page: the most that GitHub gives."""

REFUSED = 400
CREATED = 201

_NEXT = re.compile(r'[?&]page=(\d+)[^>]*>;\s*rel="next"')


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


class Comments:
    """The comments of one pull request."""

    def __init__(self, session: Session, number: int) -> None:
        self.session = session
        self.number = number
        self._root = f"/repos/{session.repository}/issues"

    def all(self) -> Iterator[Comment]:
        """Yield all comments, page by page, oldest first. GitHub's REST API does not tell which are minimised."""
        page: str | None = "1"
        while page is not None:
            with self.session.told(f"list the comments of #{self.number}"):
                headers, found = self.session.requester.requestJsonAndCheck(
                    "GET", f"{self._root}/{self.number}/comments", parameters={"per_page": PAGE, "page": page}
                )
            yield from (_comment(raw) for raw in found)
            following = _NEXT.search(str(headers.get("link", "")))
            page = following[1] if following else None

    def get(self, comment: int) -> Comment:
        """Return one comment.

        Raises:
            MissingError: somebody has deleted it.
        """
        with self.session.told(f"read comment {comment}"):
            _, found = self.session.requester.requestJsonAndCheck("GET", f"{self._root}/comments/{comment}")
        return _comment(found)

    def create(self, body: str) -> Comment:
        """Post a comment; called again after a lost answer, it posts another one."""
        with self.session.told(f"comment on #{self.number} (needs pull-requests: write)"):
            _, found = self.session.requester.requestJsonAndCheck(
                "POST", f"{self._root}/{self.number}/comments", input={"body": body}
            )
        return _comment(found)

    def update(self, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        with self.session.told(f"update comment {comment} (needs pull-requests: write)"):
            self.session.requester.requestJsonAndCheck(
                "PATCH", f"{self._root}/comments/{comment}", input={"body": body}
            )

    def delete(self, comment: int) -> None:
        """Delete a comment.

        Raises:
            MissingError: it is gone already.
        """
        with self.session.told(f"delete comment {comment} (needs pull-requests: write)"):
            self.session.requester.requestJsonAndCheck("DELETE", f"{self._root}/comments/{comment}")

    def react(self, comment: int, content: str) -> Reaction:
        """Set a reaction, and tell whether it was there already: at most one of each kind and person can be."""
        with self.session.told(f"react to comment {comment} (needs pull-requests: write)"):
            requester = self.session.requester
            status, headers, text = requester.requestJson(
                "POST", f"{self._root}/comments/{comment}/reactions", input={"content": content}
            )
            found = _decoded(text)
            if status >= REFUSED:
                raise requester.createException(status, headers, found)
        return _reaction(found, headers, fresh=status == CREATED)

    def reactions(self, comment: int, content: str) -> tuple[Reaction, ...]:
        """Return the reactions of one kind on a comment; of everybody, as far as they are on the first page."""
        with self.session.told(f"read the reactions to comment {comment}"):
            headers, found = self.session.requester.requestJsonAndCheck(
                "GET",
                f"{self._root}/comments/{comment}/reactions",
                parameters={"content": content, "per_page": PAGE},
            )
        return tuple(_reaction(raw, headers) for raw in found)

    def unreact(self, comment: int, reaction: int) -> None:
        """Take one reaction away.

        Raises:
            MissingError: it is gone already.
        """
        with self.session.told(f"take a reaction from comment {comment} (needs pull-requests: write)"):
            self.session.requester.requestJsonAndCheck(
                "DELETE", f"{self._root}/comments/{comment}/reactions/{reaction}"
            )


def _decoded(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"message": text[:200]}
    return found if isinstance(found, dict) else {}


def _comment(raw: Mapping[str, Any]) -> Comment:
    return Comment(
        id=int(raw["id"]),
        body=raw.get("body") or "",
        login=(raw.get("user") or {}).get("login") or "",
        url=raw.get("html_url") or "",
        created=raw.get("created_at") or "",
    )


def _reaction(raw: Mapping[str, Any], headers: Mapping[str, Any], *, fresh: bool = False) -> Reaction:
    created = datetime.fromisoformat(str(raw["created_at"]))
    # A runner's clock may be wrong by minutes.
    now = parsedate_to_datetime(str(headers["date"])) if headers.get("date") else datetime.now(UTC)
    login = (raw.get("user") or {}).get("login") or ""
    return Reaction(id=int(raw["id"]), login=login, age=(now - created).total_seconds(), fresh=fresh)
