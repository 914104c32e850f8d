"""The next best step after a bout: more rows, this group, tune, stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.report import words
from modelbout.report.escape import Markdown, code, text
from modelbout.report.numbers import about, count

if TYPE_CHECKING:
    from modelbout.evidence import Condition
    from modelbout.results import BoutResult

REACHABLE = 20
"""Times the rows of this holdout: nobody collects a holdout twenty times as large to settle one change."""


def next_step(bout: BoutResult) -> Markdown:
    """Return one sentence or two about what to do now, empty where the verdict says it all."""
    if bout.wear is not None and bout.wear.left == 0 and not bout.passed:
        return Markdown("This holdout has been asked too often: hold out fresh rows before the next attempt.")
    step = {"win": _won, "first": _won, "loss": _lost, "inconclusive": _open}.get(bout.verdict)
    return Markdown("") if step is None else step(bout)


def _won(bout: BoutResult) -> Markdown:
    worse = _worst_group(bout)
    return Markdown(f"Look at {worse} first: there it is worse than the champion." if worse else "")


def _lost(bout: BoutResult) -> Markdown:
    if bout.primary is not None and bout.primary.status != "broken":
        broken = [text(one.title) for one in bout.guardrail_metrics if one.status == "broken"]
        broken += [text(one.title) for one in bout.guardrails if one.status == "broken"]
        unfair = sorted({code(one.column) for one in bout.fairness if one.status == "broken"})
        reasons = [*broken, *(Markdown(f"the groups of {column}") for column in unfair)]
        return Markdown(f"Mend {words.listed(reasons[:3])} and try again." if reasons else "")
    worse, better = _worst_group(bout), _best_group(bout)
    if worse:
        return Markdown(f"Start with {worse}: there it is surely worse.")
    if better:
        return Markdown(f"Keep what helps in {better}, where it is surely better, and drop the rest.")
    return Markdown("This change makes it worse all over: drop it.")


def _open(bout: BoutResult) -> Markdown:
    if bout.sealed is not None and bout.sealed.passed is False:
        return Markdown(
            "What the open rows showed was mostly chance: bring another change, not another try of this one."
        )
    if bout.primary is not None and bout.primary.status == "holds":
        by_rows = "uncertain" in {
            *(one.status for one in bout.guardrail_metrics),
            *(one.status for one in bout.fairness),
            *(() if bout.anchor is None else (bout.anchor.result.status,)),
        }
        return Markdown(
            "More holdout rows would settle what is open."
            if by_rows
            else "Measure again: a measurement is not settled."
        )
    if bout.power is None:
        return Markdown("")
    if bout.power.rows_needed is None:
        return Markdown(
            "Nothing here points to a win, and more rows alone are no remedy: try other features or a search of"
            " hyper-parameters, or stop here."
        )
    needed, rows = bout.power.rows_needed, bout.holdout.rows if bout.holdout else 0
    if rows and needed > REACHABLE * rows:
        return Markdown(
            f"To show a difference as small as this takes about {about(needed)} holdout rows; there are {count(rows)}."
            " Look for a larger gain, or stop here."
        )
    return Markdown(f"To show a difference of this size takes about {about(needed)} holdout rows.")


def _worst_group(bout: BoutResult) -> Markdown | None:
    return _group(bout, "worse")


def _best_group(bout: BoutResult) -> Markdown | None:
    return _group(bout, "better")


def _group(bout: BoutResult, status: str) -> Markdown | None:
    """Return the name of the group that differs most, of those that surely do."""
    groups = [
        (one.improvement, Markdown(f"{code(one.column)} is {code(one.group)}"))
        for one in bout.slices
        if one.status == status
    ] + [(one.improvement, described(one.conditions)) for one in bout.found_slices if one.status == status]
    sizes = [abs(improvement.value) if improvement else 0.0 for improvement, _ in groups]
    return groups[sizes.index(max(sizes))][1] if groups else None


def described(conditions: tuple[Condition, ...]) -> Markdown:
    """Return a found group in words: ``tenure`` at most ``12`` and ``Contract`` is ``One year``."""
    return Markdown(" and ".join(f"{code(one.column)} {one.relation} {code(one.value)}" for one in conditions))
