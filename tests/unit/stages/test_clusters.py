from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modelbout.config.model import Data, Split
from modelbout.stages.clusters import clusters

if TYPE_CHECKING:
    from modelbout.config.compare import Block

FRAME = pl.DataFrame(
    {
        "customer": ["a", "b", "a", None, None, "c"],
        "shop": [1, 1, 2, 1, 1, 1],
        "day": [date(2026, 1, n) for n in (1, 2, 3, 4, 4, 5)],
        "at": [datetime(2026, 1, 1, 9, minute, tzinfo=UTC) for minute in (0, 59, 1, 2, 3, 4)],
    }
)


def test_rows_stand_alone_without_group_and_block() -> None:
    assert clusters(FRAME, Data(target="y"), None) is None
    assert clusters(FRAME, Data(target="y", time="day"), None) is None


def test_rows_of_one_entity_belong_together_and_rows_without_one_stand_alone() -> None:
    found = clusters(FRAME, Data(target="y", group="customer"), None)
    assert found is not None
    assert found[0] == found[2]
    assert len(set(found.tolist())) == 5


def test_an_entity_may_be_several_columns() -> None:
    found = clusters(FRAME, Data(target="y", group=("customer", "shop")), None)
    # Each pair stands once: nothing belongs together.
    assert found is None


@pytest.mark.parametrize(
    ("block", "parts"), [("day", [0, 1, 2, 3, 3, 4]), ("week", [0, 0, 0, 0, 0, 1]), ("month", [0] * 6)]
)
def test_rows_of_one_block_of_time_belong_together(block: Block, parts: list[int]) -> None:
    found = clusters(FRAME, Data(target="y", time="day"), block)
    assert found is not None
    assert found.tolist() == parts


def test_the_time_of_the_split_is_the_rows_time() -> None:
    split = Split(by="time", column="at", from_="2026-01-01")
    found = clusters(FRAME, Data(target="y", split=split), "hour")
    assert found is not None
    assert found.tolist() == [0] * 6


def test_an_hour_of_a_date_is_its_day() -> None:
    found = clusters(FRAME, Data(target="y", time="day"), "hour")
    assert found is not None
    assert found.tolist() == [0, 1, 2, 3, 3, 4]


def test_what_shares_an_entity_or_a_block_belongs_together() -> None:
    found = clusters(FRAME, Data(target="y", group="customer", time="day"), "day")
    assert found is not None
    # Rows 0 and 2 by customer, rows 3 and 4 by day.
    assert found.tolist() == [0, 1, 0, 2, 2, 3]


def test_nothing_holds_no_clusters() -> None:
    assert clusters(FRAME.clear(), Data(target="y", group="customer"), None) is None


def test_an_id_that_is_there_twice_is_one_observation() -> None:
    found = clusters(FRAME, Data(target="y", id="customer"), None)
    assert found is not None
    assert found[0] == found[2]
    assert clusters(FRAME.unique("customer"), Data(target="y", id="customer"), None) is None
    assert clusters(FRAME, Data(target="y", id="customer", group="day"), None) is not None
    named = clusters(FRAME, Data(target="y", id="customer", group="day"), None)
    assert named is not None
    assert named[0] != named[2], "the entity goes before the id"
