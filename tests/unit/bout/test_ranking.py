from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelbout.bout.ranking import rank

ROWS = st.lists(st.tuples(st.sampled_from([0.0, -0.0, 0.25, 0.5, 1.0]), st.booleans()), min_size=1, max_size=50)


@given(ROWS)
def test_groups_are_the_distinct_scores(rows: list[tuple[float, bool]]) -> None:
    score, hit = np.array([one for one, _ in rows]), np.array([one for _, one in rows])
    ranking = rank(score, hit)
    distinct, sizes = np.unique(score, return_counts=True)
    assert ranking.score.tolist() == distinct.tolist()
    assert ranking.sizes.tolist() == sizes.tolist()
    assert ranking.hits.tolist() == [int(hit[score == one].sum()) for one in distinct]
    assert ranking.to_rows(ranking.score).tolist() == score.tolist()


def test_counts_from_the_top_include_the_group_itself() -> None:
    rows, hits = rank(np.array([0.1, 0.9, 0.5, 0.5]), np.array([False, True, True, False])).from_top()
    assert rows.tolist() == [4, 3, 1]
    assert hits.tolist() == [2, 2, 1]
