"""Read commits, and what lies between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from modelbout.github.api.answers import Shape, one, pages
from modelbout.github.api.errors import ConflictError, MissingError

if TYPE_CHECKING:
    from modelbout.github.api.session import Session

# Ours: 3,000 commits. A branch that moved on by more since somebody looked has other worries than their number.
MOST_PAGES = 30


@dataclass(frozen=True)
class Commit:
    """A commit.

    Attributes:
        sha: its name.
        tree: the name of what it holds.
        parents: the commits that it follows.
        message: what its author says.
    """

    sha: str
    tree: str
    parents: tuple[str, ...]
    message: str


class _Named(Shape, frozen=True):
    sha: str


class _Inner(Shape, frozen=True):
    tree: _Named
    message: str


class _Commit(Shape, frozen=True):
    sha: str
    commit: _Inner
    parents: list[_Named]

    def record(self) -> Commit:
        return Commit(self.sha, self.commit.tree.sha, tuple(parent.sha for parent in self.parents), self.commit.message)


class _Comparison(Shape, frozen=True):
    status: str
    commits: list[_Commit]


class Commits:
    """The commits of one repository."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, ref: str) -> Commit:
        """Return one commit by its name, or by a branch or tag.

        Raises:
            MissingError: there is none; GitHub answers 422 for a name that looks like a commit's, and that is the same.
            GitHubError: GitHub cannot be asked.
        """
        try:
            with self.session.told(f"read commit {ref[:12]}"):
                return one(self.session, _Commit, f"/commits/{quote(ref, safe='')}").record()
        except ConflictError as error:
            raise MissingError(*error.problems) from None

    def between(self, base: str, head: str) -> tuple[str, tuple[Commit, ...]]:
        """Return how the head stands to the base, and what it has that the base has not, the oldest first.

        The first is GitHub's word: ``ahead``, ``behind``, ``identical`` or ``diverged``. Of very many commits, the
        first 3,000 are returned.

        Raises:
            MissingError: one of the two is gone.
            GitHubError: GitHub cannot be asked.
        """
        path = f"/compare/{quote(base, safe='')}...{quote(head, safe='')}"
        doing = f"compare {base[:12]} with {head[:12]}"
        status, found = "", list[Commit]()
        for number, page in enumerate(pages(self.session, _Comparison, path, doing=doing), start=1):
            status = page.status
            found += [commit.record() for commit in page.commits]
            if number == MOST_PAGES:
                break
        return status, tuple(found)
