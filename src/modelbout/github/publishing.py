"""Bring reports under the pull request and a check onto its head; where the token may not, say so and go on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from modelbout.github.api.errors import ForbiddenError
from modelbout.github.check import Judge
from modelbout.github.comment.body import House, section
from modelbout.github.comment.post import Poster
from modelbout.github.comment.state import State
from modelbout.report.overview import line
from modelbout.report.render import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelbout.github.api.session import Session
    from modelbout.github.comment.body import Section
    from modelbout.report.overview import Line
    from modelbout.report.plot import Plot
    from modelbout.report.story import Story

UNJUDGED = "trained, and never judged: the bout did not come to its end"
RAW_PICTURES = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class Judged:
    """Where the models were judged, by GitHub's own record.

    Attributes:
        head: the commit: of a pull request its head.
        run: the workflow run; 0 outside of one.
        attempt: of the run, from 1.
    """

    head: str
    run: int
    attempt: int = 1


@dataclass
class Published:
    """What came of it: the comment's address, and sentences for whoever wonders why there is none."""

    comment_url: str | None = None
    notes: list[str] = field(default_factory=list)


def sections_of(stories: Sequence[Story], judged: Judged) -> list[Section]:
    """Return the sections of the comment, rendered afresh from the results."""
    return [
        section(
            State(
                model=story.model,
                head=judged.head,
                run=judged.run,
                attempt=judged.attempt,
                told=told_of(story),
            ),
            parts(story),
        )
        for story in stories
    ]


def told_of(story: Story) -> Line:
    """Return the model in one line; one that was trained and has no verdict is never a pass.

    A job whose memory ran out while it judged leaves that much, and a neutral check would let the pull request through.
    """
    told = line(story)
    if story.bout is not None or story.training is None or told.standing != "unjudged":
        return told
    return msgspec.structs.replace(told, standing="error", headline=UNJUDGED)


def house_of(session: Session) -> House:
    """Return where comments of this repository stand, and whose pictures they may show."""
    own = f"{session.server_url}/{session.repository}/"
    return House(session.repository, session.server_url, (own, f"{RAW_PICTURES}/{session.repository}/"))


def publish(
    session: Session,
    stories: Sequence[Story],
    judged: Judged,
    *,
    pull: int | None,
    check: str,
    say: Callable[[str], object],
    refused: bool = False,
) -> Published:
    """Write the comment and the check of these models.

    Args:
        session: with the repository of the pull request.
        stories: of at least one model, each with the plots that it may show.
        judged: where.
        pull: the pull request; None for no comment.
        check: name of the check run; empty for none.
        say: takes a note for the log, as soon as there is one.
        refused: whether other results of the run were refused; the check then fails.

    Raises:
        GitHubError: GitHub failed, for another reason than that the token may not.
    """
    done = Published()

    def note(sentence: str) -> None:
        done.notes.append(sentence)
        say(sentence)

    house = house_of(session)
    mine = sections_of(stories, judged)
    judge = _judge(session, house, mine, check=check, note=note, refused=refused) if check else _nobody
    if pull is not None:
        done.comment_url = _comment(session, pull, house, mine, judge, note)
    if done.comment_url is None:
        judge(mine, changed=False)
    return done


def _comment(  # noqa: PLR0917 -- one call, from above
    session: Session,
    pull: int,
    house: House,
    mine: Sequence[Section],
    judge: Callable[..., bool],
    note: Callable[[str], object],
) -> str | None:
    from modelbout.github.api.comments import Comments  # noqa: PLC0415 -- the client is loaded where it is used
    from modelbout.github.api.pulls import Pulls  # noqa: PLC0415 -- the same

    poster = Poster(Comments(session, pull), house, head=lambda: Pulls(session).get(pull).head_sha)
    try:
        return poster.post(mine, judge).url
    except ForbiddenError as error:
        note(f"there is no comment under #{pull}: {error.problems[0].found}")
        return None


def _judge(
    session: Session,
    house: House,
    mine: Sequence[Section],
    *,
    check: str,
    note: Callable[[str], object],
    refused: bool,
) -> Judge:
    from modelbout.github.api.checks import Checks  # noqa: PLC0415 -- the client is loaded where it is used

    state = mine[0].state
    checks, link = Checks(session, state.head), house.full_report(state)
    return Judge(checks, name=check, link=link, note=note, refused=refused)


def _nobody(sections: Sequence[Section], *, changed: bool) -> bool:  # noqa: ARG001 -- as a Judge is called
    return False


def shown(story: Story, plots: Sequence[Plot]) -> Story:
    """Return the story with pictures."""
    return replace(story, plots=tuple(plots))
