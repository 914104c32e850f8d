from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.data.engines import groups, repeats
from modelbout.data.engines.engine import ROW
from modelbout.data.engines.polars import POLARS

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUES = st.one_of(st.none(), st.sampled_from([0.0, -0.0, 1.5, math.nan, math.inf]))
TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "A", "a ", "ä"]))
ROWS = st.lists(st.tuples(VALUES, TEXTS), max_size=30)


def by_hand(rows: Sequence[tuple[Any, ...]]) -> tuple[int, list[int]]:
    """Count in a loop: how many rows repeat one, and the last row of each key that stands more than once."""
    keys = [tuple("NaN" if value != value else value for value in row) for row in rows]  # noqa: PLR0124 -- NaN alone
    last = {key: number for number, key in enumerate(keys, start=1)}
    return len(keys) - len(last), sorted(last[key] for key, times in Counter(keys).items() if times > 1)


def table(rows: Sequence[tuple[Any, ...]]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema={"number": pl.Float64, "text": pl.String}, orient="row")


@settings(deadline=None)
@given(rows=ROWS, most=st.integers(1, 4))
def test_hashes_groups_and_a_loop_agree(rows: list[tuple[Any, ...]], most: int) -> None:
    again, last = by_hand(rows)
    lazy, names = table(rows), ["number", "text"]
    numbered = lazy.with_row_index(ROW, offset=1)
    assert repeats.repetitions(lazy, names, len(rows)) == again
    assert list(repeats.repeated(numbered, names, len(rows), most)) == last[:most]
    counted = groups.repetitions(nw.from_native(lazy), names).to_native().collect().item()
    assert int(counted or 0) == again
    found = groups.repeated(nw.from_native(numbered), names).to_native().collect()[ROW].sort().to_list()
    assert found == last


@settings(deadline=None)
@given(rows=ROWS)
def test_beside_another_query_the_same_rows_are_found(rows: list[tuple[Any, ...]]) -> None:
    lazy, names = table(rows), ["number", "text"]
    answer, twice = repeats.beside(lazy.select(pl.len()), lazy, names, len(rows) + 1)
    assert answer.item() == len(rows)
    assert repeats.repeating(lazy, names, twice) == by_hand(rows)[0]


def test_more_rows_than_there_were_are_an_error_that_is_told() -> None:
    lazy = table([(1.0, "a"), (2.0, "b")])
    with pytest.raises(OSError, match=r"."):
        repeats.repetitions(lazy, ["number"], 1)
    with pytest.raises(POLARS.failures):
        repeats.beside(lazy.select(pl.len()), lazy, ["number"], 1)


def test_a_batch_is_no_border(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "BATCH", 3)
    rows = [(float(number % 7), None) for number in range(20)]
    assert repeats.repetitions(table(rows), ["number"], 1000) == 13


def test_more_repeated_keys_than_are_compared_are_told_by_their_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST_COMPARED", 1)
    rows = [(1.0, "a"), (2.0, "b"), (1.0, "a"), (2.0, "b"), (3.0, "c")]
    assert repeats.repetitions(table(rows), ["number"], 5) == 2
    assert repeats.repeated(table(rows).with_row_index(ROW, offset=1), ["number"], 5, 5) == (3, 4)
