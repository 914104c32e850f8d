from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modelbout.data.profile import WIDE, layout, merge, merge_all, profile
from modelbout.errors import DataError
from modelbout.profile import Category, Characters, Profile, profile_bytes, read_profile

if TYPE_CHECKING:
    import random

cells = st.fixed_dictionaries(
    {
        "whole": st.none() | st.integers(-5, 5) | st.integers(-(2**60), 2**60),
        "number": st.none() | st.floats(width=32) | st.sampled_from([0.0, -0.0, 1.5]),
        "text": st.none() | st.sampled_from(["a", "b", "ü x", ""]) | st.text(max_size=5),
        "flag": st.none() | st.booleans(),
        "day": st.none() | st.dates(),
        "moment": st.none() | st.datetimes(),
    }
)
START = datetime(2020, 1, 1, tzinfo=UTC)
SCHEMA: dict[str, pl.DataType] = {
    "whole": pl.Int64(),
    "number": pl.Float64(),
    "text": pl.String(),
    "flag": pl.Boolean(),
    "day": pl.Date(),
    "moment": pl.Datetime("us"),
}


def table(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def whole_profile(frame: pl.DataFrame, like: Profile | None = None) -> Profile:
    return profile(
        frame,
        like,
        slices=[frame["text"], frame["flag"].cast(pl.String)],
        label=frame["flag"].cast(pl.String),
        scores=[frame["number"].alias("P(yes)")],
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(cells, max_size=60), st.lists(cells, max_size=80), st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_profile_of_the_parts_is_that_of_the_whole(
    first: list[dict[str, object]], rows: list[dict[str, object]], parts: int, rng: random.Random
) -> None:
    like = whole_profile(table(first * 3))
    whole = whole_profile(table(rows), like)
    places = [rng.randrange(parts) for _ in rows]
    profiles = [
        whole_profile(table([row for row, place in zip(rows, places, strict=True) if place == part]), like)
        for part in range(parts)
    ]
    rng.shuffle(profiles)
    together = merge_all(profiles)
    assert together == whole
    assert profile_bytes(together) == profile_bytes(whole)
    assert layout(whole) == layout(like)
    assert read_profile(profile_bytes(whole), shown="profile.json") == whole


@settings(deadline=None, max_examples=40)
@given(st.lists(cells, max_size=60), st.randoms(use_true_random=False))
def test_order_and_chunks_do_not_matter(rows: list[dict[str, object]], rng: random.Random) -> None:
    frame = table(rows * 2)
    shuffled = list(range(frame.height))
    rng.shuffle(shuffled)
    other = pl.concat([frame[shuffled[:7]], frame[shuffled[7:]]], rechunk=False)
    assert profile_bytes(whole_profile(other)) == profile_bytes(whole_profile(frame))
    like = whole_profile(frame)
    assert whole_profile(other, like) == like


def test_it_is_the_same_on_every_machine() -> None:
    frame = pl.DataFrame(
        {
            "n": [k * k / 7 for k in range(300)],
            "s": [f"v{k % 4}" for k in range(300)],
            "t": [START + timedelta(hours=7 * k) for k in range(300)],
        }
    )
    found = profile(frame)
    numbers = found.columns[0].numbers
    assert numbers is not None
    assert numbers.edges[:8] == (0.0, 50.0, 200.0, 500.0, 1000.0, 1400.0, 2000.0, 2800.0)
    assert (numbers.counts[:4], numbers.unit, numbers.sum) == ((19, 19, 22, 24), 0.125, 1_594_343)
    assert (numbers.mean, numbers.std) == (4264.309583333334, 3827.639995143546)
    assert found.columns[0].sketch.startswith("many:DGBAEEBCABDACHBCBCABACCDEABBBEAAEAAADAABCBEBBBACEBDAACCAACAB")
    assert (found.columns[0].distinct, found.columns[1].distinct) == (300, 4)
    assert found.columns[1].sketch == "few:NAa9XwZznwdPwAiI"
    assert found.columns[1].lengths is not None
    assert found.columns[1].lengths.edges == (2.0, 2.0)
    assert found.columns[1].characters == Characters(digit=300, lower=300)
    assert (found.columns[2].earliest, found.columns[2].latest) == ("2020-01-01T00:00:00", "2020-03-29T00:00:00")


def test_merging_needs_one_layout() -> None:
    frame = pl.DataFrame({"a": range(100), "s": ["x"] * 100})
    one = profile(frame)
    with pytest.raises(DataError, match="different columns"):
        merge(one, profile(frame.select("a")))
    with pytest.raises(DataError, match="other edges, values or types in column `a`"):
        merge(one, profile(frame.with_columns(pl.col("a") * 2)))
    with pytest.raises(DataError, match="in column `s`"):
        merge(one, profile(frame.with_columns(s=pl.lit("y"))))
    with pytest.raises(DataError, match="the slices, label or scores"):
        merge(one, profile(frame, label=frame["s"]))


def test_importance_stays_when_both_know_the_same() -> None:
    frame = pl.DataFrame({"a": range(100)})
    one = profile(frame)
    weighed = replace(one, columns=(replace(one.columns[0], importance=1.0),))
    assert merge(weighed, weighed).columns[0].importance == 1.0
    assert merge(weighed, one).columns[0].importance is None


def test_what_the_layout_does_not_know_comes_with_counts_alone() -> None:
    like = profile(pl.DataFrame({"a": range(100), "b": ["x"] * 100, "c": [date(2020, 1, 1)] * 100}))
    found = profile(pl.DataFrame({"a": ["1", None], "b": ["x", "y"], "new": [1.0, 2.0]}), like)
    a, b, new = found.columns
    assert (a.type, a.count, a.nulls, a.numbers, a.categories) == ("string", 1, 1, None, ())
    assert (b.categories, b.other) == ((Category(value="x", count=1),), 1)
    assert (new.count, new.numbers, new.distinct) == (2, None, 0)
    assert found.column("c") is None
    assert found.column("new") == new


def test_whole_numbers_may_come_as_others_and_days_as_moments() -> None:
    like = profile(pl.DataFrame({"n": range(100), "day": [date(2020, 1, 1), date(2021, 1, 1)] * 50}))
    found = profile(
        pl.DataFrame(
            {"n": [1.0, None], "day": [datetime(2020, 6, 1, 12, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)]}
        ),
        like,
    )
    assert [column.type for column in found.columns] == ["integer", "date"]
    assert found.columns[0].numbers is not None
    assert found.columns[0].numbers.count == 1
    days = found.columns[1].numbers
    assert days is not None
    assert (sum(days.counts), days.above) == (1, 1)
    back = profile(pl.DataFrame({"day": [date(2020, 1, 1)]}), profile(pl.DataFrame({"day": [START] * 10})))
    assert back.columns[0].numbers is not None
    assert back.columns[0].numbers.counts == (1,)


def test_slices_label_and_scores() -> None:
    frame = pl.DataFrame({"x": range(100)})
    groups = pl.Series("region", ["north"] * 60 + ["south"] * 30 + ["tiny"] * 9 + [None])
    found = profile(
        frame,
        slices=[groups],
        label=pl.Series("y", ["no", "yes"] * 50),
        scores=[pl.Series("yes", [0.25] * 40 + [0.75] * 40)],
    )
    (region,) = found.slices
    assert region.groups == (Category(value="north", count=60), Category(value="south", count=30))
    assert (region.other, region.nulls) == (9, 1)
    assert found.label is not None
    assert found.label.categories == (Category(value="no", count=50), Category(value="yes", count=50))
    assert found.scores[0].numbers is not None
    assert found.scores[0].numbers.mean == 0.5
    again = profile(frame, found, slices=[groups, pl.Series("unknown", ["a"] * 100)])
    assert again.slices == found.slices
    assert (again.label, again.scores) == (None, ())


def hostile(rows: int) -> pl.DataFrame:
    """Return columns that would each betray somebody."""
    rng = np.random.default_rng(5)
    identity = rng.permutation(np.arange(10**9, 10**9 + 7 * rows, 7)) + 3
    salary = rng.lognormal(10, 1, rows).round(2)
    return pl.DataFrame(
        {
            "name": ["Anna"] * (rows - 9) + ["Zebulon Rare"] * 9,
            "id": identity,
            "code": [f"C-{number}" for number in identity],
            "email": [f"person{number}@example.org" for number in identity],
            "salary": [*salary[:-1], 98765432.1],
            "born": [date(1950, 1, 1) + timedelta(days=int(days)) for days in rng.choice(20_000, rows, replace=False)],
            "seen": [
                datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=int(k)) for k in rng.integers(0, 10**7, rows)
            ],
        }
    )


@pytest.mark.parametrize("rows", [12, 40, 500, 5000])
def test_no_value_of_a_small_group_is_written(rows: int) -> None:
    frame = hostile(rows)
    written = profile_bytes(profile(frame, slices=[frame["name"], frame["email"]], scores=[frame["salary"]])).decode()
    assert "Anna" in written or rows < 19
    assert "Zebulon" not in written
    assert "@" not in written
    assert "C-1" not in written
    assert "98765432" not in written
    for column in ("id", "salary", "born", "seen"):
        values = frame[column].to_physical().cast(pl.Float64)
        if column == "seen":
            values = values / 1e6
        single = set(values.to_list())
        numbers = profile(frame.select(column)).columns[0].numbers
        assert numbers is not None
        # An edge may be somebody's value when that is the roundest of ten: no exact value comes out on purpose.
        met = [edge for edge in numbers.edges if edge in single]
        assert all(len(f"{edge:.15g}".rstrip("0")) < 9 for edge in met), met


def test_a_few_rows_have_no_layout() -> None:
    found = profile(hostile(9).head(9))
    assert all(
        column.numbers is None and column.categories == () and column.lengths is None for column in found.columns
    )
    assert [column.count for column in found.columns] == [9] * 7


def mixed(columns: int, rows: int) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    made: dict[str, pl.Series] = {}
    for place in range(columns):
        kind = place % 8
        name = f"column number {place}"
        if kind in (0, 1, 2):
            made[name] = pl.Series(rng.lognormal(3, 2, rows))
        elif kind == 3:
            made[name] = pl.Series(rng.integers(0, 10**6, rows))
        elif kind in (4, 5):
            made[name] = pl.Series([f"category with a long name {value}" for value in rng.integers(0, 300, rows)])
        elif kind == 6:
            made[name] = pl.Series([f"{value:x}@example.org" for value in rng.integers(0, 2**60, rows)])
        else:
            made[name] = pl.Series([START + timedelta(minutes=int(k)) for k in rng.integers(0, 10**6, rows)])
    return pl.DataFrame(made)


def test_two_hundred_columns_stay_below_200_kilobytes() -> None:
    frame = mixed(200, 4_000)
    found = profile(frame, slices=[frame["column number 4"]])
    assert found.detail == "full"
    assert len(profile_bytes(found)) < 200_000


def test_a_wide_table_has_a_short_profile() -> None:
    found = profile(mixed(WIDE + 1, 400))
    assert found.detail == "short"
    assert len(profile_bytes(found)) / (WIDE + 1) < 700
    text = found.columns[4]
    assert (text.lengths, text.characters) == (None, None)
    assert all(column.numbers is None or len(column.numbers.counts) <= 12 for column in found.columns)
    assert profile(mixed(WIDE + 1, 400), found) == found


def test_a_nested_column_has_no_profile() -> None:
    with pytest.raises(DataError, match="no profile"):
        profile(pl.DataFrame({"a": [[1]]}))


def test_an_empty_table() -> None:
    empty = profile(pl.DataFrame({"a": []}, schema={"a": pl.Float64}))
    assert (empty.rows, empty.columns[0].count, empty.columns[0].numbers) == (0, 0, None)
    assert read_profile(profile_bytes(empty), shown="x") == empty
