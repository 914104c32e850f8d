"""The answer to whoever asked for a rollback: one comment on their issue, written by us, said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelbout.github.api.comments import Comments
from modelbout.github.api.errors import GitHubError, UnreachableError
from modelbout.report.engine import template
from modelbout.report.escape import Markdown, address, code, text

if TYPE_CHECKING:
    from modelbout.github.api.session import Session
    from modelbout.results import PromotionResult

_TEMPLATE = template("""
{{ mark }}
The title of {{ model }} at {{ stage }} went back to {{ version }}{{ before }}.

The reason given: {{ reason }}

Event {{ seq }} of the ledger{{ run }}.
""")


@dataclass(frozen=True)
class Answer:
    """Answers on one issue or pull request."""

    session: Session
    number: int

    def give(self, result: PromotionResult) -> tuple[GitHubError, ...]:
        """Comment once on this event; return what failed, since the title has moved all the same."""
        mark = marker(result)
        what = f"comment on #{self.number}: {result.model}@{result.version} holds the title at {result.stage}"
        try:
            if self.session.dry_run:
                self.session.writes(what)
                return ()
            if self._given(mark) or not self.session.writes(what):
                return ()
            try:
                Comments(self.session, self.number).create(body(result))
            except UnreachableError:
                # The answer was lost, and the comment perhaps not.
                if not self._given(mark):
                    raise
        except GitHubError as error:
            return (error,)
        return ()

    def _given(self, mark: str) -> bool:
        comments = Comments(self.session, self.number)
        return bool(comments.own([comment for comment in comments.all() if comment.body.startswith(mark)]))


def marker(result: PromotionResult) -> str:
    """Return the comment's first line, by which it is known again; models and stages are plain names."""
    return f"<!-- modelbout:rollback model={result.model} stage={result.stage} seq={result.seq} -->"


def body(result: PromotionResult) -> str:
    """Return the comment; nothing in it can become a mention, a command or a link but ours."""
    before = f" in place of {code(f'{result.model}@{result.previous}')}" if result.previous else ""
    return _TEMPLATE(
        mark=Markdown(marker(result)),
        model=code(result.model),
        stage=code(result.stage),
        version=code(f"{result.model}@{result.version}"),
        before=Markdown(before),
        reason=text(result.reason),
        seq=result.seq,
        run=Markdown(f", [run]({address(result.run_url)})" if result.run_url else ""),
    )
