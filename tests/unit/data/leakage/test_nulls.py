from __future__ import annotations

import numpy as np
import polars as pl

from modelbout.data.leakage.nulls import null_leaks
from modelbout.data.leakage.target import target_leaks

ROWS = 2000


def subscribers(seed: int = 0) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    leaves = rng.uniform(size=ROWS) < 0.3
    frame = pl.DataFrame(
        {
            "income": np.where(rng.uniform(size=ROWS) < 0.2, np.nan, rng.normal(size=ROWS)),
            "plan": pl.Series(rng.choice(np.array(["a", "b"]), ROWS)),
            "full": rng.normal(size=ROWS),
        }
    )
    return frame, leaves


def when(mask: np.ndarray, value: str = "x") -> pl.Expr:
    return pl.when(pl.Series(mask)).then(pl.lit(value))


def test_a_field_that_is_there_for_one_class_only_is_told() -> None:
    frame, leaves = subscribers()
    half = leaves & (np.random.default_rng(1).uniform(size=ROWS) < 0.5)
    frame = frame.with_columns(reason=when(half), agent=when(half, "y"))
    (leak,) = null_leaks(frame, frame.columns, "churn", [leaves])
    assert (leak.kind, leak.level, leak.columns) == ("null pattern", "warn", ("reason", "agent"))
    assert (
        leak.message == f"all {half.sum():,} rows in which `reason` or `agent` is there are of one and the same `churn`"
    )
    assert (leak.count, leak.total) == (half.sum(), ROWS)


def test_a_field_that_is_missing_for_one_class_only_is_told() -> None:
    frame, leaves = subscribers()
    half = ~leaves & (np.random.default_rng(1).uniform(size=ROWS) < 0.5)
    frame = frame.with_columns(last=when(~half))
    (leak,) = null_leaks(frame, frame.columns, "churn", [leaves])
    assert (leak.columns, leak.count) == (("last",), half.sum())
    assert "`last` is missing are" in leak.message


def test_a_pattern_that_tells_the_class_is_told() -> None:
    frame, leaves = subscribers()
    coin = np.random.default_rng(2).uniform(size=ROWS) < 0.5
    # Neither alone says anything.
    frame = frame.with_columns(one=when(coin), two=when(coin ^ leaves))
    (leak,) = null_leaks(frame, frame.columns, "churn", [leaves])
    assert set(leak.columns) >= {"one", "two"}
    assert leak.message.startswith("which values are missing tells `churn` (area under the ROC curve 1.0000)")
    assert leak.strength == 1.0


def test_honest_gaps_are_not_told() -> None:
    for seed in range(20):
        frame, leaves = subscribers(seed)
        rng = np.random.default_rng(seed + 1000)
        # Missing three times as often in one class, which is a good feature and no leak.
        honest = rng.uniform(size=ROWS) < np.where(leaves, 0.6, 0.2)
        frame = frame.with_columns(often=when(honest), rare=when(rng.uniform(size=ROWS) < 0.01))
        assert null_leaks(frame, frame.columns, "churn", [leaves]) == ()


def test_few_rows_and_full_columns_say_nothing() -> None:
    frame, leaves = subscribers()
    few = leaves & (np.cumsum(leaves) <= 49)
    assert null_leaks(frame.with_columns(reason=when(few)), ["reason"], "churn", [leaves]) == ()
    assert null_leaks(frame, ["full", "plan"], "churn", [leaves]) == ()
    assert null_leaks(frame, ["income"], "churn", [np.zeros(ROWS, dtype=np.bool_)]) == ()


def test_of_several_classes_one_alone_is_told() -> None:
    frame, _ = subscribers()
    kinds = np.arange(ROWS) % 4
    classes = [kinds == kind for kind in range(4)]
    frame = frame.with_columns(only=when((kinds == 2) & (np.arange(ROWS) % 8 < 4)), no=when(kinds != 2))
    told = null_leaks(frame, frame.columns, "kind", classes)
    assert [(leak.columns, leak.count) for leak in told] == [(("only",), 250), (("no",), 500)]


def test_it_is_part_of_the_target_leaks_of_both_tasks() -> None:
    frame, leaves = subscribers()
    half = leaves & (np.random.default_rng(1).uniform(size=ROWS) < 0.5)
    told = frame.with_columns(reason=when(half), y=pl.Series(leaves))
    assert [leak.kind for leak in target_leaks(told, [*frame.columns, "reason"], "y", "binary", "true")] == [
        "null pattern"
    ]
    amount = np.where(leaves, np.random.default_rng(3).lognormal(size=ROWS), 0.0)
    claims = frame.with_columns(assessor=when(leaves), y=amount)
    (leak,) = target_leaks(claims, [*frame.columns, "assessor"], "y", "regression", None)
    assert (leak.kind, leak.columns[0]) == ("null pattern", "assessor")
    assert "whether `y` is its most frequent value" in leak.message
    some = frame.with_columns(assessor=when(half), y=amount)
    (leak,) = target_leaks(some, [*frame.columns, "assessor"], "y", "regression", None)
    assert leak.message.endswith("are of the target's most frequent value, or all of another")
