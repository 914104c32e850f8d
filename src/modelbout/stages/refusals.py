"""Why a title stays where it is: problems that a promotion and the opening of sealed rows have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelbout.errors import Place, Problem
from modelbout.results import BOUT_FILE

if TYPE_CHECKING:
    from modelbout.stages.workspace import Workspace


def still_sealed(work: Workspace) -> Problem:
    """Return the problem of a verdict for which the sealed rows were not opened."""
    return Problem(
        found="the verdict rests on the open part of the holdout alone",
        allowed="a challenger that has passed the sealed part, too",
        fix="run `modelbout promote`, which opens the sealed rows; on GitHub the bout after the merge does",
        place=work.loaded.place("compare.sealed"),
    )


def moved(work: Workspace) -> Problem:
    """Return the problem of a champion that changed since the bout."""
    return Problem(
        found=f"the champion at {work.final_stage} is no longer the one that was beaten",
        allowed="a promotion against the champion that stands",
        fix="run `modelbout compare` again",
        place=Place(file=str(work.run / BOUT_FILE)),
    )
