from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from modelbout.data.leakage import target
from modelbout.data.leakage.pairs import leaking_class_pairs
from modelbout.data.leakage.target import target_leaks

ROWS = 3000
DAY = 86_400_000_000  # in microseconds


def noise(seed: int = 0, rows: int = ROWS) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "a": rng.normal(50, 10, rows),
            "b": rng.normal(50, 10, rows),
            "c": rng.lognormal(0, 1, rows),
            "d": rng.lognormal(0, 1, rows),
            "e": rng.integers(0, 4, rows),
            "f": rng.choice(np.array(["u", "v", "w"]), rows),
            "g": rng.choice(np.array(["u", "v", "w"]), rows),
            "h": rng.uniform(size=rows) < 0.5,
        }
    )


def found(frame: pl.DataFrame, answer: pl.Expr | pl.Series) -> list[tuple[tuple[str, ...], str]]:
    frame = frame.with_columns(answer.alias("y"))
    leaks = target_leaks(frame, [name for name in frame.columns if name != "y"], "y", "binary", "true")
    return [(leak.columns, leak.level) for leak in leaks]


@pytest.mark.parametrize(
    ("answer", "pair", "form"),
    [
        (pl.col("a") - pl.col("b") > 5, ("a", "b"), "difference"),
        (pl.col("a") + 2 * pl.col("b") > 150, ("a", "b"), "weighted sum"),
        (pl.col("c") / pl.col("d") > 1.5, ("c", "d"), "ratio"),
        (pl.col("c") * pl.col("d") ** 2 > 2, ("c", "d"), "product of powers"),
        (pl.col("f") == pl.col("g"), ("f", "g"), "equality"),
        ((pl.col("e") % 2 == 0) ^ pl.col("h"), ("e", "h"), "pair of values"),
    ],
    ids=["difference", "sum", "ratio", "product", "equality", "two categories"],
)
def test_what_is_computed_from_two_columns_is_caught(answer: pl.Expr, pair: tuple[str, str], form: str) -> None:
    frame = noise().with_columns(answer.alias("y"))
    (leak,) = target_leaks(frame, noise().columns, "y", "binary", "true")
    assert (leak.kind, leak.columns, leak.level) == ("target leak", pair, "error")
    assert f"of their {form}" in leak.message
    assert leak.strength > 0.999


def test_the_time_between_two_dates_is_caught() -> None:
    rng = np.random.default_rng(2)
    start = pl.Series([dt.datetime(2020, 1, 1) + dt.timedelta(hours=int(h)) for h in rng.integers(0, 20_000, ROWS)])  # noqa: DTZ001
    days = rng.integers(1, 60, ROWS)
    frame = (
        noise()
        .with_columns(start=start)
        .with_columns(end=pl.col("start") + pl.Series((days * DAY).astype("timedelta64[us]")))
    )
    assert found(frame, pl.Series(days > 30)) == [(("start", "end"), "error")]


def test_two_columns_with_gaps_are_caught() -> None:
    gaps = pl.Series(np.random.default_rng(3).uniform(size=ROWS) < 0.002)
    frame = noise().with_columns(y=pl.col("f") == pl.col("g"))
    frame = frame.with_columns(pl.when(gaps).then(None).otherwise(pl.col("f")).alias("f"))
    leaks = target_leaks(frame, noise().columns, "y", "binary", "true")
    assert [leak.columns for leak in leaks] == [("f", "g")]


def test_noise_and_good_features_together_are_no_leak() -> None:
    rng = np.random.default_rng(4)
    for seed in range(10):
        frame = noise(seed, 1000)
        y = rng.uniform(size=1000) < 0.3
        strong = {f"s{i}": y + rng.normal(0, 0.45, 1000) for i in range(4)}
        assert found(frame.with_columns(**strong), pl.Series(y)) == []


def test_an_easy_task_is_no_leak() -> None:
    rng = np.random.default_rng(5)
    y = np.arange(2000) % 2 == 0
    # Each has an area of .985, both together .999: a pair must do ten times better than one.
    frame = pl.DataFrame({"one": y * 3.07 + rng.normal(size=2000), "two": y * 3.07 + rng.normal(size=2000)})
    assert found(frame, pl.Series(y)) == []


def test_a_small_class_is_a_warning() -> None:
    frame = noise(6, 500)
    assert found(frame, pl.col("a") - pl.col("b") > 12) == [(("a", "b"), "warn")]


def test_every_class_must_be_told() -> None:
    frame = noise().with_columns(gap=pl.col("a") - pl.col("b"))
    three = pl.when(pl.col("gap") > 5).then(pl.lit("up")).when(pl.col("h")).then(pl.lit("x")).otherwise(pl.lit("z"))
    leaks = target_leaks(frame.with_columns(y=three), noise().columns, "y", "multiclass", None)
    assert leaks == ()
    same = pl.concat_str("f", "e")
    leaks = target_leaks(frame.with_columns(y=same), noise().columns, "y", "multiclass", None)
    assert [leak.columns for leak in leaks] == [("e", "f")]


def test_one_column_or_none_makes_no_pair() -> None:
    frame = noise().select("a")
    member = np.arange(ROWS) % 2 == 0
    assert leaking_class_pairs(frame, ["a"], [member], {}, least=0.999) == []
    assert leaking_class_pairs(frame, [], [member], {}, least=0.999) == []


def test_only_the_first_pairs_are_told() -> None:
    rng = np.random.default_rng(7)
    base = rng.normal(size=1000)
    parts = {f"a{number}": rng.normal(size=1000) for number in range(14)}
    frame = pl.DataFrame(parts | {f"b{name}": base + part for name, part in parts.items()})
    assert len(found(frame, pl.Series(base > 0.3))) == target.MOST_PAIRS_TOLD


def test_products_and_dates_in_a_regression_are_caught() -> None:
    rng = np.random.default_rng(8)
    price, quantity = rng.lognormal(2, 1, 2000), rng.integers(1, 50, 2000)
    frame = pl.DataFrame({"price": price, "quantity": quantity, "noise": rng.normal(size=2000)})
    (leak,) = target_leaks(frame.with_columns(y=price * quantity), frame.columns, "y", "regression", None)
    assert leak.columns == ("price", "quantity")
    assert "of a product of powers" in leak.message
    day = pl.Series([dt.date(2020, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 3000, 2000)])
    stays = rng.integers(1, 30, 2000)
    frame = frame.with_columns(came=day).with_columns(
        left=pl.col("came") + pl.Series((stays * DAY).astype("timedelta64[us]"))
    )
    (leak,) = target_leaks(frame.with_columns(y=pl.Series(stays)), frame.columns, "y", "regression", None)
    assert leak.columns == ("came", "left")
