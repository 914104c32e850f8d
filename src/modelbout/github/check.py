"""The check run: the verdict on the pull request's head commit, so that a branch rule can ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.github.api.checks import SUMMARY_LIMIT, TITLE_LIMIT, Check
from modelbout.github.api.errors import ForbiddenError, MissingError, UnreachableError
from modelbout.report.escape import code, shorten, text
from modelbout.report.overview import WORST_FIRST, conclusion, mark, phrase, tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelbout.github.api.checks import Checks
    from modelbout.github.comment.body import Section
    from modelbout.github.comment.state import State

MARK = "modelbout"
"""External id of our check runs: those of other tools may have the same name."""

DEFAULT_NAME = "modelbout"

_NEUTRAL = (
    "Not settled is neither a pass nor a failure. GitHub lets a required check through that is neutral; "
    "Modelbout promotes nothing without a win."
)


_REFUSED = "Results of this run were refused, so nobody knows what else was judged. The log says which."


def check_of(
    states: Sequence[State], *, name: str = DEFAULT_NAME, link: str | None = None, refused: bool = False
) -> Check:
    """Return the check over all models that were judged at one commit.

    Args:
        states: at least one.
        name: of the check.
        link: where the full report is.
        refused: whether results beside these were refused: then the check never lets a pull request through.
    """
    ordered = sorted(states, key=lambda one: (WORST_FIRST.index(one.told.standing), one.model))
    standings = [one.told.standing for one in ordered]
    title = phrase(ordered[0].told) if len(ordered) == 1 else tally(standings)
    end = "failure" if refused else conclusion(standings)
    notes = [_REFUSED] if refused else [_NEUTRAL] if end == "neutral" else []
    return Check(
        name=name,
        title=shorten(f"results refused; {title}" if refused else title, TITLE_LIMIT),
        summary=_summary(ordered, notes),
        conclusion=end,
        mark=MARK,
        link=link,
    )


class Judge:
    """Posts the check of one commit, once for each thing that there is to say.

    It hears of the comment (`comment.post.Told`): with several jobs, the last one to post has seen all models.

    Args:
        checks: of the commit.
        name: of the check.
        link: where the full report is.
        note: takes a sentence for the job's summary when no check could be posted.
        refused: whether results of this job's run were refused.
    """

    def __init__(
        self, checks: Checks, *, name: str, link: str | None, note: Callable[[str], object], refused: bool = False
    ) -> None:
        self._checks = checks
        self._name = name
        self._link = link
        self._note = note
        self._results_refused = refused
        self._said: Check | None = None
        self._refused = False

    def __call__(self, sections: Sequence[Section], *, changed: bool) -> bool:
        """Post the check over all models that were judged at the commit, unless it stands there already.

        Args:
            sections: of all models that are known.
            changed: whether they have changed just now; if not, the check may be there from an earlier run.

        Returns:
            Whether a check run was posted.
        """
        states = [one.state for one in sections if one.state.head == self._checks.head]
        if not states or self._refused:
            return False
        wanted = check_of(states, name=self._name, link=self._link, refused=self._results_refused)
        if self._said == wanted:
            return False
        try:
            return self._post(wanted, look=not changed)
        except (ForbiddenError, MissingError) as error:
            self._refused = True
            self._note(f"there is no check run `{self._name}`: {error.problems[0].found}")
            return False

    def _post(self, wanted: Check, *, look: bool) -> bool:
        if look and self._stands(wanted):
            return False
        if not self._checks.session.writes(f"post the check run {wanted.name}: {wanted.conclusion}, {wanted.title}"):
            return False
        try:
            self._checks.create(wanted)
        except UnreachableError:
            if not self._stands(wanted):
                self._checks.create(wanted)
        self._said = wanted
        return True

    def _stands(self, wanted: Check) -> bool:
        if not self._checks.stands(wanted):
            return False
        self._said = wanted
        return True


def _summary(states: Sequence[State], notes: Sequence[str]) -> str:
    lines = ["| | Model | Outcome | By how much |", "| :-: | :-- | :-- | :-- |"]
    rest = "\n\n" + "\n\n".join(notes) if notes else ""
    for position, one in enumerate(states):
        told = one.told
        gain = text(told.gain) if told.gain else ""
        lines.append(f"| {mark(told.standing)} | {code(one.model)} | {text(told.headline)} | {gain} |")
        more = f"\n\nand {len(states) - position} more"
        if len(("\n".join(lines) + more + rest).encode()) > SUMMARY_LIMIT:
            return "\n".join(lines[:-1]) + more + rest
    return "\n".join(lines) + rest
