"""Which rows changed, as counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelbout.evidence import ChangedRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelbout.bout.sheet import Sheet


def changed_rows(challenger: Sheet, champion: Sheet) -> ChangedRows:
    """Count the rows that the challenger fixed and broke.

    For regression a row is fixed when the challenger's absolute error is smaller, broken when it is larger; rows of
    equal error count as right when that error is 0, else as wrong.
    """
    if challenger.task == "regression":
        mine = np.abs(challenger.value - challenger.target)
        theirs = np.abs(champion.value - champion.target)
        equal = mine == theirs
        return ChangedRows(
            fixed=_count(mine < theirs),
            broken=_count(mine > theirs),
            both_right=_count(equal & (mine == 0)),
            both_wrong=_count(equal & (mine != 0)),
        )
    right, was_right = challenger.label == challenger.codes, champion.label == champion.codes
    return ChangedRows(
        fixed=_count(right & ~was_right),
        broken=_count(~right & was_right),
        both_right=_count(right & was_right),
        both_wrong=_count(~right & ~was_right),
    )


def _count(rows: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(rows))
