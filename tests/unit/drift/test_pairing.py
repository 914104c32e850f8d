from __future__ import annotations

import polars as pl
from msgspec.structs import replace

from modelbout.data.profile import profile
from modelbout.drift.counting import count
from modelbout.drift.pairing import pairs_of
from tests.unit.drift.sides import both, normal, scan

FRAME = pl.DataFrame({"a": normal(100), "b": normal(100, seed=2), "y": ["yes", "no"] * 50})


def test_features_come_in_the_order_of_the_reference_and_the_label_after_them() -> None:
    reference, current = both(FRAME, FRAME)
    pairs, others = pairs_of(reference, current, features=["b", "a"], label="y")
    assert [(pair.name, pair.role) for pair in pairs] == [("a", "feature"), ("b", "feature"), ("y", "label")]
    assert others == ()
    assert {pair.importance for pair in pairs} == {None}


def test_a_feature_that_is_gone_or_another_kind_counts_as_missing() -> None:
    reference, current = both(FRAME, FRAME.drop("a").with_columns(b=pl.lit("text")))
    (gone, other), _ = pairs_of(reference, current, features=["a", "b"])
    assert (gone.missing, gone.note) == ((0, 100), "the column is gone")
    assert (other.missing, other.note) == ((0, 100), "the column holds string values, not number")


def test_whole_numbers_are_numbers() -> None:
    reference, current = both(FRAME, FRAME.with_columns(a=pl.col("a").cast(pl.Int64)))
    (found,), _ = pairs_of(reference, current, features=["a"])
    assert found.note == ""
    assert found.present == (100, 100)


def test_what_is_ignored_or_nowhere_is_said() -> None:
    reference, current = both(FRAME, FRAME)
    pairs, others = pairs_of(reference, current, features=["a", "b", "new"], label="y", ignore=["b", "y", "typo"])
    assert [pair.name for pair in pairs] == ["a"]
    assert {(one.column, one.reason) for one in others} == {
        ("new", "not in the reference"),
        ("b", "told to ignore"),
        ("y", "told to ignore"),
    }


def test_importance_is_a_share_of_what_the_features_have_together() -> None:
    reference, current = both(FRAME, FRAME)
    weights = {"a": 0.6, "b": 0.2, "y": None}
    weighed = replace(reference, columns=tuple(replace(c, importance=weights[c.name]) for c in reference.columns))
    pairs, _ = pairs_of(weighed, current, features=["a", "b"])
    assert [round(pair.importance or 0, 6) for pair in pairs] == [0.75, 0.25]
    partly = replace(weighed, columns=(replace(weighed.columns[0], importance=None), *weighed.columns[1:]))
    assert {pair.importance for pair in pairs_of(partly, current, features=["a", "b"])[0]} == {None}


def test_label_and_scores_are_compared_where_both_sides_have_them() -> None:
    label, score = FRAME["y"], normal(80).alias("P(yes)")
    reference = profile(FRAME.select("a"), label=label, scores=[score])
    current = count(scan(FRAME), reference)
    pairs, others = pairs_of(reference, current, features=["a"])
    assert [pair.role for pair in pairs] == ["feature", "label"]
    assert [(one.column, one.reason) for one in others] == [("P(yes)", "no prediction in the current data")]
    both_scored = replace(current, scores=profile(FRAME.select("a"), reference, scores=[score]).scores)
    pairs, others = pairs_of(reference, both_scored, features=["a"])
    assert [(pair.role, pair.rows) for pair in pairs][-1] == ("prediction", (80, 80))
    assert others == ()
    unlabelled = count(scan(FRAME.drop("y")), reference)
    assert ("y", "no label in the current data") in {
        (one.column, one.reason) for one in pairs_of(reference, unlabelled, features=["a"])[1]
    }
