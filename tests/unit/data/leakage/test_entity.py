from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from modelbout.data.leakage import entity
from modelbout.data.leakage.entity import likely_entities, shared_entities


def visits(patients: int = 600, rows: int = 3000, seed: int = 0) -> pl.DataFrame:
    """Make visits of patients, with attributes of the patient and measurements of the visit."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, patients, rows)
    name = rng.permutation(100_000)[:patients]
    return pl.DataFrame(
        {
            "patient": name[who],
            "sex": rng.choice(np.array(["f", "m"]), patients)[who],
            "born": rng.integers(1940, 1960, patients)[who],
            "smokes": rng.uniform(size=patients)[who] < 0.4,
            "pressure": rng.normal(120, 10, rows),
            "amount": rng.integers(0, 400, rows),
        }
    ).with_columns(band=pl.col("amount") // 100, half=pl.col("amount") > 200)


def dealt(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    held = pl.Series(np.random.default_rng(1).uniform(size=frame.height) < 0.2)
    return frame.filter(~held), frame.filter(held)


def test_a_declared_entity_on_both_sides_is_an_error() -> None:
    train = pl.DataFrame({"patient": [1, 1, 2, None], "x": [1, 2, 3, 4]})
    holdout = pl.DataFrame({"patient": [None, 3, 2, 2, 1], "x": [1, 2, 3, 4, 5]})
    (leak,) = shared_entities(train, holdout, ["patient"])
    assert (leak.kind, leak.level, leak.columns) == ("shared entity", "error", ("patient",))
    assert leak.message == "3 of 5 holdout rows belong to 2 entities that training rows belong to too"
    assert (leak.count, leak.total, leak.rows, leak.strength) == (3, 5, (3, 4, 5), 0.6)


def test_several_columns_name_an_entity_together() -> None:
    train = pl.DataFrame({"shop": [1, 2], "customer": [1, 2]})
    holdout = pl.DataFrame({"shop": [1, 2], "customer": [2, 2]})
    (leak,) = shared_entities(train, holdout, ["shop", "customer"])
    assert (leak.count, leak.rows) == (1, (2,))
    assert "1 entity that" in leak.message
    assert shared_entities(train, holdout.head(1), ["shop", "customer"]) == ()


def test_entities_of_one_side_and_rows_without_one_are_fine() -> None:
    train = pl.DataFrame({"patient": [1, None]})
    assert shared_entities(train, pl.DataFrame({"patient": [2, None]}), ["patient"]) == ()
    assert shared_entities(train, pl.DataFrame({"patient": [None]}, schema=train.schema), ["patient"]) == ()


@pytest.mark.parametrize("text", [False, True])
def test_an_undeclared_entity_is_a_hint(text: bool) -> None:  # noqa: FBT001
    frame = visits()
    if text:
        frame = frame.with_columns(pl.format("P-{}", "patient").alias("patient"))
    (leak,) = likely_entities(*dealt(frame), known=set())
    assert (leak.kind, leak.level, leak.columns) == ("shared entity", "warn", ("patient",))
    assert "3 columns, such as `sex`, follow from it" in leak.message
    assert leak.strength > 0.9


def test_no_hint_about_what_is_known_or_split_well() -> None:
    frame = visits()
    assert likely_entities(*dealt(frame), known={"patient"}) == ()
    apart = frame["patient"] % 5 == 0
    assert likely_entities(frame.filter(~apart), frame.filter(apart), known=set()) == ()


def test_no_hint_without_attributes_or_with_an_order_along_them() -> None:
    frame = visits()
    assert likely_entities(*dealt(frame.drop("sex", "born", "smokes")), known=set()) == ()
    # Like a postcode: what follows from it changes rarely along it.
    postcode = frame.select("pressure", patient="amount", born=pl.col("amount") // 40, sex=pl.col("amount") // 130)
    assert likely_entities(*dealt(postcode), known=set()) == ()


def test_no_hint_about_row_names_categories_and_measurements() -> None:
    frame = visits().with_row_index("row")
    assert [leak.columns for leak in likely_entities(*dealt(frame), known={"patient"})] == []
    few = visits(patients=50)
    assert likely_entities(*dealt(few), known=set()) == ()


def test_no_hint_when_holdout_is_empty_and_pairs_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = visits()
    assert likely_entities(frame, frame.clear(), known=set()) == ()
    monkeypatch.setattr(entity, "MOST_PAIRS", 200)
    assert [leak.columns for leak in likely_entities(*dealt(frame), known=set())] == [("patient",)]
