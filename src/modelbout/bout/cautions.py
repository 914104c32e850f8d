"""Where an interval may not hold what it promises: said in plain words, from what simulation has shown."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from modelbout.manifest import Task
from modelbout.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelbout.bout.sheet import Sheet
    from modelbout.evidence import MetricResult

# With fewer clusters than this their own number gets in doubt, and tests on them are called few-cluster tests
# (Cameron and Miller 2015, A practitioner's guide to cluster-robust inference: 20 to 50).
FEW_CLUSTERS = 30

# Models that agree on more rows than this are compared by the few on which they do not.
FEW_DISAGREEMENTS = 0.03


class Case(Record, frozen=True):
    """What was simulated on holdouts of one kind.

    ``rare`` is the number of rows of the rarest class (of all rows for regression), ``few`` whether both models gave
    nearly the same answers. ``short`` says for each metric how many of 100 intervals of a level or of a difference held
    the truth, where these were clearly fewer than 94; ``wide`` the same where they were clearly more than 97.
    """

    task: Task
    clustered: bool
    rows: int
    rare: int
    few: bool
    short: dict[str, dict[str, int]]
    wide: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)


def cautions(challenger: Sheet, champion: Sheet | None, results: Sequence[MetricResult]) -> tuple[str, ...]:
    """Return what a reader of these results must know of their intervals, one sentence each.

    Args:
        challenger: the holdout and the challenger's answers.
        champion: the other's answers, where there is one.
        results: the metrics that decide something.
    """
    return tuple(dict.fromkeys((*_few_clusters(challenger), *_simulated(challenger, champion, results))))


def disagreement(challenger: Sheet, champion: Sheet) -> float:
    """Return the share of rows on which the labels differ; 1 for regression, where any two models differ."""
    if challenger.task == "regression":
        return 1.0
    return float(np.mean(challenger.label != champion.label))


def _few_clusters(sheet: Sheet) -> Iterator[str]:
    if sheet.clusters is not None and sheet.observations < FEW_CLUSTERS:
        yield (
            f"The {sheet.rows:,} holdout rows are only {sheet.observations} independent observations: every interval "
            "rests on these few."
        )


def _simulated(challenger: Sheet, champion: Sheet | None, results: Sequence[MetricResult]) -> Iterator[str]:
    case = _nearest(challenger, few=champion is not None and disagreement(challenger, champion) < FEW_DISAGREEMENTS)
    for result in results:
        compared = result.rule not in ("max", "min") and result.improvement is not None
        kind = "difference" if compared else "level"
        short, wide = (told.get(result.metric, {}).get(kind) for told in (case.short, case.wide))
        if short is not None:
            sure = f"Intervals of {result.title} are too sure of themselves"
            yield f"{sure} on {_like(case)} {short} held the truth instead of 95."
        # Where the answer is sure all the same, nothing is lost.
        if wide is not None and result.status == "uncertain":
            yield (
                f"Intervals of {result.title} are wider than they need be on {_like(case)} {wide} held the truth "
                "instead of 95. They may hide a difference that more rows would show."
            )


def _like(case: Case) -> str:
    rare = "" if case.task == "regression" else f", {case.rare:,} of the rarest class,"
    agreed = " and few disagreements" if case.few else ""
    return f"a holdout like this: of 100 simulated ones with {case.rows:,} rows{rare}{agreed}"


def _nearest(sheet: Sheet, *, few: bool) -> Case:
    """Return the simulated case that is most like this holdout: by its rows and by those of its rarest class."""
    rare = sheet.rows if sheet.task == "regression" else int(sheet.support[sheet.support > 0].min())

    def distance(case: Case) -> tuple[bool, float]:
        far = abs(np.log(sheet.rows / case.rows)) + abs(np.log(rare / case.rare))
        return case.clustered != (sheet.clusters is not None), float(far + (case.few != few))

    return min((case for case in _cases() if case.task == sheet.task), key=distance)


@cache
def _cases() -> tuple[Case, ...]:
    text = resources.files(__package__ or "modelbout.bout").joinpath("coverage.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[Case, ...])
