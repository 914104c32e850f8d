from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelbout.predictions import Predictions
from modelbout.training.importance import FEWEST_ROWS, MOST_ANSWERS, MOST_FEATURES, MOST_ROWS, dealt_anew, importances


def table(rows: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(2)
    return pl.DataFrame({"a": rng.normal(size=rows), "b": rng.normal(size=rows), "c": ["x"] * rows})


def dealt(rows: pl.DataFrame) -> pl.DataFrame:
    found = dealt_anew(rows)
    assert found is not None
    return found


def test_each_block_deals_one_column_anew() -> None:
    rows = table(100)
    found = dealt(rows)
    blocks = [found[start : start + 100] for start in range(0, 400, 100)]
    assert blocks[0].sort("a").equals(rows.sort("a"))
    for place, name in enumerate(rows.columns):
        block = blocks[place + 1]
        assert block.drop(name).equals(blocks[0].drop(name))
        assert block[name].sort().equals(blocks[0][name].sort())
    assert not (blocks[1]["a"] == blocks[0]["a"]).any()


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = table()
    assert dealt(rows).equals(dealt(rows[np.random.default_rng(0).permutation(rows.height)]))


def test_it_is_bounded() -> None:
    assert dealt(table(5_000)).height == 4 * MOST_ROWS
    wide = pl.DataFrame({f"c{place}": range(1_000) for place in range(MOST_FEATURES)})
    assert dealt(wide).height <= MOST_ANSWERS
    assert dealt(wide).height >= 248 * (MOST_FEATURES + 1)
    assert dealt_anew(wide.with_columns(more=pl.lit(1))) is None
    assert dealt_anew(table(FEWEST_ROWS - 1)) is None
    assert dealt_anew(table(FEWEST_ROWS)) is not None


def answers(kind: str, rows: pl.DataFrame) -> Predictions:
    raw = rows["a"].to_numpy() + 3 * rows["b"].to_numpy()
    if kind == "value":
        return Predictions(value=raw * 1e6)
    label = (raw > 0).astype(np.int64)
    if kind == "label":
        return Predictions(label=label)
    hit = 1 / (1 + np.exp(-raw / 10))
    return Predictions(label=label, proba=np.column_stack([1 - hit, hit]))


@pytest.mark.parametrize(("kind", "share"), [("value", 0.75), ("proba", 0.75), ("label", 0.75)])
def test_shares_follow_what_moves_the_answers(kind: str, share: float) -> None:
    rows = dealt(table(4_000))
    found = importances(answers(kind, rows), ("a", "b", "c"))
    assert found["c"] == 0
    assert found["b"] == pytest.approx(share, abs=0.03)
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)


def test_a_model_that_nothing_moves_has_no_importances() -> None:
    rows = dealt(table())
    assert importances(Predictions(value=np.full(rows.height, 5.0)), ("a", "b", "c")) == {}
    huge = np.where(np.arange(rows.height) % 2 == 0, 1.7e308, -1.7e308)
    with np.errstate(over="ignore"):
        assert importances(Predictions(value=huge), ("a", "b", "c")) == {}
