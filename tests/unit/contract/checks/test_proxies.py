from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from modelbout.contract.checks.proxies import Proxies, compare
from modelbout.contract.kind import Setting
from modelbout.contract.proxy import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelbout.contract.check import Checked
    from modelbout.errors import Problem

    Hold = Callable[..., Checked]
    Refused = Callable[..., tuple[Problem, ...]]

pytestmark = pytest.mark.exhaustive

ROWS = 600
RANDOM = np.random.default_rng(3)
SEX = RANDOM.choice(["secret f", "secret m"], ROWS)
TABLE = pl.DataFrame(
    {
        "sex": SEX,
        "title": np.where(RANDOM.random(ROWS) < 0.95, np.where(SEX == "secret f", "Ms", "Mr"), "Dr"),
        "height": np.where(SEX == "secret f", 165.0, 178.0) + RANDOM.normal(0, 7, ROWS),
        "noise": RANDOM.normal(size=ROWS),
        "plan": [("a", "b", None)[code] for code in RANDOM.integers(0, 3, ROWS)],
        "age": RANDOM.integers(18, 90, ROWS),
    }
)
COLUMNS = """\
sex: {type: string}
title: {type: string}
height: {type: number}
noise: {type: number}
plan: {type: string, nulls: 1}
age: {type: integer}"""
RULE = "proxies: [{of: %s}]"


def test_the_columns_that_tell_it_are_named_and_its_values_are_not(hold: Hold) -> None:
    (found,) = hold(TABLE, COLUMNS, RULE % "sex").findings
    assert (found.check, found.level, found.failed, found.total, found.columns) == ("proxies", "error", 1, 0, ("sex",))
    assert found.message.startswith("the other columns tell `sex` (AUC ")
    assert ", 600 rows; allowed 0.80); alone, most tell `title` " in found.message
    assert found.message.index("`title`") < found.message.index("`height`")
    assert "secret" not in found.message


def test_columns_that_know_nothing_pass(hold: Hold) -> None:
    assert not hold(TABLE, COLUMNS, RULE % "sex, ignore: [title, height]").findings
    assert not hold(TABLE, COLUMNS, RULE % "plan").findings
    assert not hold(TABLE, COLUMNS, RULE % "age").findings


def test_the_models_own_columns_are_no_proxies(hold: Hold) -> None:
    setting = Setting(target="title", unused=("height",))
    assert not hold(TABLE, COLUMNS, RULE % "sex", setting).findings


def test_numbers_are_told_by_r2(hold: Hold) -> None:
    table = TABLE.with_columns(noise=pl.col("age") * 2.0 + pl.col("noise"))
    (found,) = hold(table, COLUMNS, RULE % "age").findings
    assert found.message.startswith("the other columns tell `age` (R2 ")
    assert "allowed 0.50); alone, most tell `noise` " in found.message


def test_what_no_interval_settles_is_a_warning(hold: Hold) -> None:
    few = TABLE.head(260).select("sex", "height")
    value = told(few, "sex")
    assert value is not None
    assert value.low < value.value < value.high
    columns = "sex: {type: string}\nheight: {type: number}"
    (found,) = hold(few, columns, RULE % f"sex, max: {value.value:.3f}").findings
    assert (found.level, found.failed) == ("warn", 1)
    assert found.message.startswith("it cannot be told whether the other columns tell `sex` better than allowed")


@pytest.mark.parametrize(
    "table",
    [
        TABLE.head(199),
        TABLE.with_columns(sex=pl.lit("one")),
        TABLE.with_columns(sex=pl.lit(None, pl.String)),
        TABLE.with_columns(sex=pl.int_range(pl.len()).cast(pl.String)),
        TABLE.with_columns(sex=pl.when(pl.int_range(pl.len()) < 49).then(pl.lit("x")).otherwise(pl.lit("y"))),
    ],
)
def test_too_few_rows_are_said_and_never_a_pass(hold: Hold, table: pl.DataFrame) -> None:
    columns = COLUMNS.replace("sex: {type: string}", "sex: {type: string, nulls: 1}")
    (found,) = hold(table, columns, RULE % "sex").findings
    assert (found.level, found.failed) == ("warn", 1)
    assert found.message.startswith("too few rows to say how well the other columns tell `sex`")


def test_an_empty_table_is_the_business_of_rows(hold: Hold) -> None:
    assert [one.check for one in hold(TABLE.head(0), COLUMNS, RULE % "sex").findings] == ["rows"]


def test_level_name_and_a_condition(hold: Hold) -> None:
    rule = RULE % "sex, level: warn, name: equal terms, where: age > 30"
    (found,) = hold(TABLE, COLUMNS, rule).findings
    assert (found.rule, found.level) == ("equal terms", "warn")
    assert found.message.endswith(", of those where `age > 30`")


def test_a_column_that_is_not_there_has_no_proxies(hold: Hold) -> None:
    found = hold(TABLE.drop("sex"), COLUMNS, RULE % "sex").findings
    assert [one.check for one in found] == ["required"]


def frame(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame(columns)


def test_every_shape_is_told() -> None:
    x = RANDOM.normal(size=1_000)
    y = RANDOM.normal(size=1_000)
    noise = {f"n{number}": RANDOM.normal(size=1_000) for number in range(55)}
    shapes = {"line": x > 0, "both ends": np.abs(x) > 0.7, "sum": x + y > 0, "corners": (x > 0) == (y > 0)}
    for shape, member in shapes.items():
        # Corners are seen by no column alone, so they must be among few.
        more = {} if shape == "corners" else noise
        found = told(frame(g=member, x=x, y=y, **more), "g")
        assert found is not None
        assert found.low > 0.8, shape


def test_groups_are_judged_one_by_one_and_the_best_told_counts() -> None:
    group = RANDOM.integers(0, 4, 1_000)
    found = told(frame(g=group, x=(group == 2) + RANDOM.normal(0, 0.2, 1_000), y=RANDOM.normal(size=1_000)), "g")
    assert found is not None
    assert (found.kind, found.groups, found.proxies[0][0]) == ("AUC", 4, "x")
    assert found.low > 0.95
    many = told(frame(g=np.arange(1_000) % 20, x=np.arange(1_000) % 20 + 0.0), "g")
    assert many is not None
    assert (many.kind, many.groups) == ("R2", 0)
    texts = told(frame(g=[f"g{number % 20}" for number in range(1_000)], x=np.arange(1_000) % 20 + 0.0), "g")
    assert texts is not None
    assert (texts.kind, texts.groups) == ("AUC", 5)
    assert texts.value > 0.95


def test_extreme_and_missing_values_are_no_obstacle() -> None:
    x = RANDOM.normal(size=1_000)
    wild = np.where(np.arange(1_000) % 3 == 0, np.nan, x * 1e300)
    wild[5] = np.inf
    empty = pl.Series([None] * 1_000, dtype=pl.Float64)
    found = told(
        frame(g=x, wild=wild, empty=empty, none=pl.Series([None] * 1_000, dtype=pl.String), one=[1] * 1_000), "g"
    )
    assert found is not None
    assert 0.5 < found.value < 1
    big = told(frame(g=np.where(x > 0, 1e308, -1e308), x=x), "g")
    assert big is not None
    assert big.low > 0.9


def test_chance_alone_raises_no_alarm() -> None:
    # With 60 columns of noise and 200 rows, columns chosen on all rows would tell a coin.
    alarms = 0
    for seed in range(3):
        random = np.random.default_rng(seed)
        noise = {f"n{number}": random.normal(size=200) for number in range(60)}
        found = told(frame(g=random.integers(0, 2, 200).astype(bool), **noise), "g")
        alarms += found is None or found.low > 0.5
    assert not alarms


def test_the_same_rows_give_the_same_answer() -> None:
    assert told(TABLE, "sex") == told(TABLE, "sex")


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("sex", "found no mapping"),
        ("{max: 0.8}", "the key `of` is missing"),
        ("{of: race}", "`race` is no column of this contract"),
        ("{of: sex, max: 80}", "found `80`"),
        ("{of: sex, ignore: title}", "found no list of columns"),
        ("{of: sex, tolerance: 3}", "unknown key `tolerance`"),
        ("{of: 'a`b<script>'}", "`a\u02cbb<script>` is no column of this contract"),
    ],
)
def test_what_is_no_rule_is_refused(refused: Refused, rule: str, found: str) -> None:
    assert refused(COLUMNS, f"proxies: [{rule}]")[0].found == found


def test_a_smaller_limit_asks_more() -> None:
    assert compare(None, Proxies("a")) == "tighter"
    assert compare(Proxies("a"), None) == "looser"
    assert compare(Proxies("a"), Proxies("a")) == "same"
    assert compare(Proxies("a", 0.8), Proxies("a", 0.7)) == "tighter"
    assert compare(Proxies("a", 0.8), Proxies("a", 0.9)) == "looser"
    assert compare(Proxies("a"), Proxies("a", 0.9)) == "tighter"
    assert compare(Proxies("a"), Proxies("a", ignore=("b",))) == "looser"
    assert compare(Proxies("a", ignore=("b",)), Proxies("a")) == "tighter"
    assert compare(Proxies("a"), Proxies("b")) == "tighter"
