"""One model in one line, many models in one phrase: what stands above several reports and in a check's title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modelbout.record import Record
from modelbout.report import outcome, words
from modelbout.report.escape import clean
from modelbout.report.numbers import MOST_DECIMALS, TARGET, counted, decimals, gain, signed, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelbout.evidence import MetricResult
    from modelbout.report.escape import Markdown
    from modelbout.report.story import Story
    from modelbout.results import Verdict

Standing = Literal["first", "win", "loss", "refused", "inconclusive", "error", "unjudged"]
"""A verdict; or ``refused``, a first champion that is not good enough; or ``unjudged``, where no bout was fought."""

Conclusion = Literal["success", "failure", "neutral"]

WORST_FIRST: tuple[Standing, ...] = ("error", "loss", "refused", "inconclusive", "unjudged", "first", "win")

_NOUNS: dict[Standing, tuple[str, str]] = {
    "error": ("error", "errors"),
    "loss": ("loss", "losses"),
    "refused": ("refused", "refused"),
    "inconclusive": ("inconclusive", "inconclusive"),
    "unjudged": ("not judged", "not judged"),
    "first": ("first champion", "first champions"),
    "win": ("win", "wins"),
}
_BEST_FIRST: tuple[Standing, ...] = ("win", "first", "loss", "refused", "inconclusive", "error", "unjudged")
_VERDICTS: dict[Standing, Verdict] = {"refused": "first"}
_CONCLUSIONS: dict[Standing, Conclusion] = {
    "first": "success",
    "win": "success",
    "inconclusive": "neutral",
    "unjudged": "neutral",
    "loss": "failure",
    "refused": "failure",
    "error": "failure",
}
_MARKS: dict[Standing, Markdown] = {
    "first": words.VERDICT_MARKS["first"],
    "win": words.VERDICT_MARKS["win"],
    "loss": words.VERDICT_MARKS["loss"],
    "refused": words.REFUSED,
    "inconclusive": words.VERDICT_MARKS["inconclusive"],
    "error": words.VERDICT_MARKS["error"],
    "unjudged": words.FINE,
}


class Line(Record, frozen=True):
    """One model in one line; plain text, which is escaped wherever it is shown.

    Attributes:
        standing: what it came to.
        headline: the same in a few words.
        gain: by how much, with the interval; empty where nothing was measured.
        score: the metric that decides and its difference, as a check's title says it: ``roc_auc +0.0136``.
    """

    standing: Standing
    headline: str
    gain: str = ""
    score: str = ""


def line(story: Story) -> Line:
    """Return the story in one line."""
    standing = _standing(story)
    metric = story.bout.primary if story.bout is not None and standing != "error" else None
    return Line(
        standing=standing,
        headline=str(outcome.of(story).headline),
        gain=_gain(metric) + _but(metric, standing) if metric else "",
        score=_score(metric) + _but(metric, standing) if metric else "",
    )


def mark(standing: Standing) -> Markdown:
    """Return the sign that stands before a model's name."""
    return _MARKS[standing]


def worst(standings: Iterable[Standing]) -> Standing:
    """Return the standing that decides for all of them; ``unjudged`` for none."""
    return min(standings, key=WORST_FIRST.index, default="unjudged")


def verdict(standings: Iterable[Standing]) -> Verdict | None:
    """Return the worst verdict, as the bout that came to it says it; None where no bout was fought."""
    found = worst(standings)
    return None if found == "unjudged" else _VERDICTS.get(found, found)  # type: ignore[arg-type]


def conclusion(standings: Iterable[Standing]) -> Conclusion:
    """Return how a check over all of them ends: a failure outweighs what is not settled, and that a success."""
    ends = {_CONCLUSIONS[standing] for standing in standings} or {"neutral"}
    return "failure" if "failure" in ends else "neutral" if "neutral" in ends else "success"


def tally(standings: Iterable[Standing]) -> str:
    """Return what several models came to: ``3 wins, 1 loss``."""
    found = list(standings)
    counts = [(found.count(standing), *_NOUNS[standing]) for standing in _BEST_FIRST]
    return ", ".join(str(counted(count, one, many)) for count, one, many in counts if count)


def phrase(told: Line) -> str:
    """Return what one model came to: ``win: roc_auc +0.0136``."""
    if told.standing in {"error", "refused", "unjudged", "first"} or not told.score:
        word = "error" if told.standing == "error" else ""
        return f"{word}: {told.headline}" if word and told.headline else told.headline or _NOUNS[told.standing][0]
    return f"{told.standing}: {told.score}"


def _standing(story: Story) -> Standing:
    if story.refused_by_contract:
        return "error"
    if story.bout is None:
        return "unjudged"
    if story.bout.verdict == "first" and not story.bout.passed:
        return "refused"
    return story.bout.verdict


def _gain(metric: MetricResult) -> str:
    title = clean(metric.title)
    if metric.improvement is None:
        return f"{title} {_level(metric.challenger.value)}"
    said = gain(metric.improvement, unit_of(metric.metric), margin=metric.margin)
    span = f" ({said.span})" if said.low is not None else ""
    return f"{title} {said.amount}{span}" if said.unit != TARGET else f"{title} {said.value}{span}"


def _score(metric: MetricResult) -> str:
    if metric.improvement is None:
        return f"{clean(metric.metric)} {_level(metric.challenger.value)}"
    interval = metric.improvement.interval
    width = interval.high - interval.low if interval else None
    # One digit more than a table shows: here the number stands without its interval.
    places = min(decimals((metric.improvement.value,), width=width, landmarks=(0.0,)) + 1, MOST_DECIMALS)
    return f"{clean(metric.metric)} {signed(metric.improvement.value, places)}"


def _but(metric: MetricResult, standing: Standing) -> str:
    """Say what else decided, where the metric alone would have been enough."""
    if metric.status != "holds":
        return ""
    return {"loss": ", but a guardrail is broken", "inconclusive": ", but a guardrail is not settled"}.get(standing, "")


def _level(value: float) -> str:
    """Return a level that stands alone, to four digits."""
    return str(signed(value, decimals((value,)))).removeprefix("+")
