from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelbout.config.model import Split
from modelbout.data.splits import seal_off, split
from modelbout.errors import DataError, Problem

FIFTH = Split(by="id", holdout=0.2)
DAYS = pl.DataFrame({"d": [date(2012, 6, 30), date(2012, 7, 1), date(2012, 7, 2)], "x": [1, 2, 3]})


def held(frame: pl.DataFrame, how: Split = FIFTH) -> set[object]:
    return set(split(frame, how)[1]["id"].to_list())


def refused(frame: pl.DataFrame, how: Split) -> Problem:
    with pytest.raises(DataError) as caught:
        split(frame, how)
    (problem,) = caught.value.problems
    assert problem.fix
    return problem


def by_time(moment: str, column: str = "d") -> Split:
    return Split(by="time", column=column, from_=moment)


def test_these_ids_are_in_the_holdout_for_ever() -> None:
    ids = pl.DataFrame({"id": [str(number) for number in range(40)]})
    assert held(ids) == {"2", "17", "18", "28", "34", "35", "39"}


def test_the_share_is_kept_and_the_order_too() -> None:
    frame = pl.DataFrame({"id": range(20_000)})
    train, holdout = split(frame, FIFTH)
    assert holdout.height / frame.height == pytest.approx(0.2, abs=0.01)
    assert train["id"].is_sorted()
    assert holdout["id"].is_sorted()
    assert train.height + holdout.height == frame.height


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=5), min_size=1, max_size=30), st.integers(0, 30), st.randoms(use_true_random=False))
def test_a_row_never_changes_side_as_data_grow(ids: list[str], size: int, random: object) -> None:
    half = Split(by="id", holdout=0.5)
    grown = list(ids)
    random.shuffle(grown)  # type: ignore[attr-defined]
    all_held = held(pl.DataFrame({"id": grown}, schema={"id": pl.String}), half)
    some = ids[: size + 1]
    assert held(pl.DataFrame({"id": some}, schema={"id": pl.String}), half) == all_held & set(some)


def test_an_id_has_one_side_whatever_its_type() -> None:
    numbers = list(range(200))
    whole = held(pl.DataFrame({"id": numbers}))
    assert held(pl.DataFrame({"id": [float(number) for number in numbers]})) == whole
    assert held(pl.DataFrame({"id": [str(number) for number in numbers]})) == {str(number) for number in whole}
    assert 0 < len(whole) < 200


def test_a_moment_has_one_side_in_every_unit() -> None:
    moments = pl.Series("id", range(300)).cast(pl.Int64) * 3_600_000
    how = Split(by="id", holdout=0.2)
    sides = [
        split(moments.cast(pl.Datetime("ms")).dt.cast_time_unit(unit).to_frame(), how)[1]
        .get_column("id")
        .dt.cast_time_unit("ms")
        .to_list()
        for unit in ("ms", "us", "ns")
    ]
    assert sides[0] == sides[1] == sides[2]
    assert 30 < len(sides[0]) < 90


def test_odd_ids_have_a_side_too() -> None:
    for ids in ([0.5, 1e300, float("inf"), float("nan")], [date(2011, 1, 1), date(9, 1, 1)], [True, False]):
        train, holdout = split(pl.DataFrame({"id": ids}), FIFTH)
        assert train.height + holdout.height == len(ids)


def test_rows_of_one_id_stay_together() -> None:
    frame = pl.DataFrame({"id": ["a", "b", "c"] * 50, "x": range(150)})
    train, holdout = split(frame, Split(by="id", holdout=0.4))
    assert not set(train["id"]) & set(holdout["id"])


def test_another_seed_name_deals_otherwise() -> None:
    frame = pl.DataFrame({"id": range(1000)})
    _, one = split(frame, FIFTH)
    _, other = split(frame, FIFTH, seed_name="sealed")
    assert set(one["id"]) != set(other["id"])


def test_time_splits_at_the_moment_included() -> None:
    train, holdout = split(DAYS, by_time("2012-07-01"))
    assert train["x"].to_list() == [1]
    assert holdout["x"].to_list() == [2, 3]


def test_time_of_day_and_zones() -> None:
    hours = [datetime(2012, 7, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in (-3, -2, -1, 0, 1)]
    zoned = pl.DataFrame({"t": hours}).with_columns(pl.col("t").dt.convert_time_zone("Europe/Berlin"))
    naive = zoned.with_columns(pl.col("t").dt.replace_time_zone(None))

    def rows(frame: pl.DataFrame, moment: str) -> int:
        return split(frame, by_time(moment, "t"))[1].height

    assert rows(zoned, "2012-07-01") == 4  # midnight in Berlin
    assert rows(zoned, "2012-07-01T00:00:00Z") == 2
    assert rows(zoned, "2012-07-01T02:00:00+02:00") == 2
    assert rows(naive, "2012-07-01") == 4
    assert rows(naive, "2012-07-01T02:00") == 2
    milliseconds = naive.with_columns(pl.col("t").dt.cast_time_unit("ms"))
    assert rows(milliseconds, "2012-07-01T01:59:59.999999") == 2


@pytest.mark.parametrize(
    ("how", "key", "said"),
    [
        (by_time("2012-07-01", "day"), "column", "no column `day`"),
        (by_time("2012-07-01", "x"), "column", "no date and no time"),
        (by_time("summer"), "from", "no moment"),
        (by_time("2012-07-01T12:00"), "from", "has days"),
        (by_time("2012-07-01T00:00Z"), "from", "has days"),
        (Split(by="time", column="d"), "from", "no moment"),
        (Split(by="time", from_="2012-07-01"), "column", "no column"),
        (Split(by="idd", holdout=0.2), "by", "no column `idd`"),
        (Split(by="x"), "holdout", "not given"),
    ],
)
def test_a_split_that_cannot_be_made_is_refused_at_its_key(how: Split, key: str, said: str) -> None:
    problem = refused(DAYS, how)
    assert said in problem.found
    assert problem.place.key == f"data.split.{key}"


def test_an_offset_for_a_naive_column_and_a_skipped_hour_are_refused() -> None:
    naive = pl.DataFrame({"t": [datetime(2012, 7, 1)]})  # noqa: DTZ001 -- naive on purpose
    assert "no time zone" in refused(naive, by_time("2012-07-01T00:00Z", "t")).found
    zoned = naive.with_columns(pl.col("t").dt.replace_time_zone("Europe/Berlin"))
    assert "does not exist" in refused(zoned, by_time("2012-03-25T02:30", "t")).found


@pytest.mark.parametrize("how", [by_time("2012-07-01"), Split(by="d", holdout=0.2)])
def test_rows_that_belong_to_no_side_are_counted(how: Split) -> None:
    frame = pl.concat([DAYS, DAYS.with_columns(d=pl.lit(None, dtype=pl.Date))])
    assert refused(frame, how).found.startswith("3 of 6 rows have no `d`")


def test_sealed_rows_stay_sealed() -> None:
    frame = pl.DataFrame({"id": [f"c{number}" for number in range(4000)], "x": range(4000)})
    shown, sealed = seal_off(frame, 0.3, ("id",))
    assert 0.27 < sealed.height / frame.height < 0.33
    assert shown.height + sealed.height == frame.height
    assert sealed["x"].is_sorted()
    more = pl.concat(
        [frame.with_columns(x=pl.lit(9, dtype=pl.Int64)).reverse(), frame.with_columns(id="n" + pl.col("id"))]
    )
    again = seal_off(more, 0.3, ("id",))[1].filter(pl.col("id").str.starts_with("c"))
    assert set(again["id"]) == set(sealed["id"])
    assert set(seal_off(frame, 0.1, ("id",))[1]["id"]) < set(sealed["id"])


def test_rows_of_one_entity_are_sealed_together() -> None:
    frame = pl.DataFrame({"who": [number % 50 for number in range(1000)], "x": range(1000)})
    shown, sealed = seal_off(frame, 0.5, ("who",))
    assert not set(shown["who"]) & set(sealed["who"])
    shown, sealed = seal_off(frame, 0.5, None)
    assert set(shown["who"]) & set(sealed["who"])
    assert seal_off(frame.head(0), 0.5, None)[1].height == 0


def test_the_sealed_part_has_nothing_to_do_with_the_split() -> None:
    frame = pl.DataFrame({"id": [f"c{number}" for number in range(8000)]})
    _, held = split(frame, Split(by="id", holdout=0.3))
    assert 0.46 < seal_off(held, 0.5, ("id",))[1].height / held.height < 0.54
