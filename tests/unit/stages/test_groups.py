from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modelbout.config.compare import Compare, Fairness
from modelbout.config.model import Data, Split
from modelbout.data.profile import profile
from modelbout.errors import DataError, Place
from modelbout.manifest import Feature, Signature
from modelbout.profile import profile_bytes
from modelbout.stages import groups
from modelbout.stages.groups import BETWEEN, group_columns, require_groups, slices_of, traits_of, watched_columns
from modelbout.stages.tables import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from modelbout.stages.workspace import Workspace


@dataclass
class Config:
    compare: Compare
    data: Data


class Loaded:
    @staticmethod
    def place(key: str) -> Place:
        return Place(file="modelbout.yaml", line=7, key=key)


class Work:
    """As much of a workspace as these functions ask for."""

    def __init__(self, compare: Compare, split: Split | None) -> None:
        self.config = Config(compare, Data(target="y", split=split))
        self.loaded = Loaded()


def work(split: Split | None = None, **keys: object) -> Workspace:
    return Work(Compare(**keys), split)  # type: ignore[arg-type,return-value]


def fairness(*columns: str) -> Fairness:
    return Fairness(columns=columns, margin=0.1)


def frame(rows: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "plan": rng.choice(["a", "b"], rows),
            "shop": rng.choice(["x", "y", "z"], rows),
            "age": rng.integers(18, 80, rows),
        }
    )


def test_each_column_is_counted_once() -> None:
    compare = Compare(slices=("plan", "shop"), fairness=fairness("shop", "age"))
    assert group_columns(compare) == ("plan", "shop", "age")
    assert watched_columns(compare) == ("shop", "age")
    assert watched_columns(Compare()) == ()


def test_pairs_stand_beside_the_single_columns() -> None:
    rows = frame()
    alone = slices_of(work(slices=("plan", "shop")), rows)
    assert [one.name for one in alone] == ["plan", "shop"]
    *singles, pair = slices_of(work(slices=("plan", "shop"), slice_pairs=True), rows)
    assert [one.name for one in singles] == ["plan", "shop"]
    assert pair.name == f"plan{BETWEEN}shop"
    assert pair.groups == tuple(f"{a}{BETWEEN}{b}" for a in "ab" for b in "xyz")
    both = rows.filter((pl.col("plan") == "b") & (pl.col("shop") == "y")).height
    assert np.count_nonzero(pair.codes == 4) == both


def test_a_pair_lists_only_groups_that_are_there() -> None:
    rows = pl.DataFrame({"plan": ["a", "b", "a"], "shop": ["x", "y", "x"]})
    *_, pair = slices_of(work(slices=("plan", "shop"), slice_pairs=True), rows)
    assert [pair.groups[code] for code in pair.codes] == [
        f"{a}{BETWEEN}{b}" for a, b in (("a", "x"), ("b", "y"), ("a", "x"))
    ]
    assert len(pair.groups) == 2


def test_a_pair_of_too_many_groups_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_SLICE_GROUPS", 5)
    with pytest.raises(DataError) as caught:
        slices_of(work(slices=("plan", "shop"), slice_pairs=True), frame())
    (problem,) = caught.value.problems
    assert problem.found == f"the slices plan{BETWEEN}shop together have 6 groups"
    assert problem.place.key == "compare.slice_pairs"


def rows_of(train: pl.DataFrame, holdout: pl.DataFrame) -> Rows:
    return Rows(train, holdout, "t", "h")


def test_a_group_of_the_training_rows_that_is_gone_from_the_holdout_is_an_error() -> None:
    train = frame()
    holdout = train.filter(pl.col("shop") != "z")
    table = rows_of(train, holdout)
    with pytest.raises(DataError) as caught:
        require_groups(work(slices=("plan", "shop")), table, None)
    (problem,) = caught.value.problems
    assert problem.found.startswith("the group 'z' of 'shop' has no row in the holdout, though it has 3")
    assert problem.found.endswith("rows were to be expected")
    assert problem.place.key == "compare.slices"
    with pytest.raises(DataError) as watched:
        require_groups(work(fairness=fairness("shop")), table, None)
    assert watched.value.problems[0].place.key == "compare.fairness.columns"


def test_the_future_may_lie_in_another_season() -> None:
    future = Split(by="time", column="day", from_="2026-07-01")
    train = pl.DataFrame({"season": ["spring"] * 300 + ["autumn"] * 200, "plan": ["a", "b"] * 250})
    table = rows_of(train, train.filter(season="autumn"))
    (told,) = require_groups(work(future, slices=("season", "plan")), table, None)
    assert told == (
        "Nothing is said of these groups of 'season', which have no row in this holdout: "
        "'spring' (60.0% of the training rows)."
    )
    dealt = Split(by="customer", holdout=0.2)
    for other in (work(dealt, slices=("season",)), work(future, slices=("season",), fairness=fairness("season"))):
        with pytest.raises(DataError, match="'spring'"):
            require_groups(other, table, None)


def test_many_groups_that_are_gone_are_counted() -> None:
    future = Split(by="time", column="day", from_="2026-07-01")
    train = pl.DataFrame({"month": [f"{month:02}" for month in range(1, 9) for _ in range(50)]})
    table = rows_of(train, train.with_columns(month=pl.lit("09")))
    (told,) = require_groups(work(future, slices=("month",)), table, None)
    assert told.endswith("'05' (12.5% of the training rows) and 3 more.")


def test_a_rare_group_may_be_missing_by_chance() -> None:
    train = pl.DataFrame({"plan": ["a"] * 960 + ["rare"] * 40})
    few = rows_of(train, train.head(400))
    assert require_groups(work(slices=("plan",)), few, None) == ()
    many = rows_of(train, train.head(600))
    with pytest.raises(DataError, match="'rare'"):
        require_groups(work(slices=("plan",)), many, None)


def test_rows_without_a_value_are_no_group_and_without_columns_nothing_is_asked() -> None:
    train = pl.DataFrame({"plan": ["a"] * 50 + [None] * 50})
    table = rows_of(train, train.head(50))
    require_groups(work(slices=("plan",)), table, None)
    require_groups(work(), rows_of(frame(), frame().clear()), None)


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    before = frame()
    known = profile(before, slices=[before["shop"]])
    (tmp_path / "profile.json").write_bytes(profile_bytes(known))
    monkeypatch.setattr(groups, "read_part", lambda path, name: (path / name).read_bytes())
    return tmp_path


def test_a_group_that_the_champion_knew_is_missed_when_it_is_gone_from_both_sides(bundle: Path) -> None:
    now = frame().filter(pl.col("shop") != "y")
    with pytest.raises(DataError, match=r"'y' of 'shop'.+ that the champion was trained on"):
        require_groups(work(slices=("shop",)), rows_of(now, now), bundle)
    require_groups(work(slices=("shop",)), rows_of(frame(), frame()), bundle)
    require_groups(work(slices=("plan",)), rows_of(now, now), bundle)


SHAPE = Signature(
    inputs=(Feature(name="plan", type="string"), Feature(name="age", type="integer")),
    target="y",
    target_type="string",
)


def test_traits_are_the_inputs_by_values_and_edges_of_the_profile(bundle: Path) -> None:
    now = pl.DataFrame({"plan": ["a", "b", "new", None], "age": [18, 79, None, 40], "shop": ["x"] * 4})
    plan, age = traits_of(work(), bundle, SHAPE, now)
    assert (plan.name, plan.steps) == ("plan", False)
    assert [plan.marks[code] if code >= 0 else None for code in plan.codes] == ["a", "b", None, None]
    assert (age.name, age.steps) == ("age", True)
    assert 1 <= len(age.marks) <= groups.STEPS
    edges = [float(mark) for mark in age.marks]
    assert edges == sorted(set(edges))
    assert age.codes.tolist() == [0, len(edges), -1, sum(edge < 40 for edge in edges)]


def test_nothing_is_prepared_for_a_search_that_is_not_wanted(bundle: Path) -> None:
    assert traits_of(work(find_slices=False), bundle, SHAPE, frame()) == ()


def test_moments_are_shown_as_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = pl.date_range(date(2024, 1, 1), date(2025, 1, 1), eager=True)
    rows = pl.DataFrame({"day": days}).with_columns(at=days.cast(pl.Datetime("us")))
    (tmp_path / "profile.json").write_bytes(profile_bytes(profile(rows)))
    monkeypatch.setattr(groups, "read_part", lambda path, name: (path / name).read_bytes())
    shape = Signature(
        inputs=(Feature(name="day", type="date"), Feature(name="at", type="datetime")), target="y", target_type="number"
    )
    found = traits_of(work(), tmp_path, shape, rows)
    assert [one.name for one in found] == ["day", "at"]
    for one in found:
        marks = [datetime.fromisoformat(mark).replace(tzinfo=UTC) for mark in one.marks]
        assert marks
        assert all(datetime(2024, 1, 1, tzinfo=UTC) <= mark <= datetime(2025, 1, 1, tzinfo=UTC) for mark in marks)
        assert len(set(one.codes.tolist())) > 1
