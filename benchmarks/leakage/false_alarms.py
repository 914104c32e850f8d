"""How often honest tables are called leaking, and how much of a planted leak is found.

    python benchmarks/leakage/false_alarms.py [--tables 200]

Every table is drawn anew. Honest ones have no leak: rows are dealt out by chance, features tell something of the target
or nothing; of the two example repositories the real rows are dealt out. Cases with a target take longer and are drawn a
fifth as often. The result is two tables in Markdown.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from modelbout.data.leakage.contamination import seen_rows
from modelbout.data.leakage.entity import likely_entities
from modelbout.data.leakage.shared import shared_rows
from modelbout.data.leakage.target import target_leaks
from modelbout.training.row_ids import keys_like, row_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
Draw = np.random.Generator
ZERO_SHARE = 0.6  # of the amounts of a skewed table
LEAD, FACTOR = 0.5, 1.5  # by which one column must lie above another in a planted pair
SLOW = 5  # times fewer tables with a target


def dealt(frame: pl.DataFrame, draw: Draw, share: float = 0.2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Deal the rows out by chance."""
    held = pl.Series(draw.uniform(size=frame.height) < share)
    return frame.filter(~held), frame.filter(held)


def coarse(draw: Draw, rows: int, columns: int = 4, values: int = 6) -> pl.DataFrame:
    """Make a table with few different values, in which equal rows are natural."""
    return pl.DataFrame({f"c{number}": draw.integers(0, values, rows) for number in range(columns)})


def measured(draw: Draw, rows: int, columns: int = 3, decimals: int = 1) -> pl.DataFrame:
    """Make a table of rounded measurements and a category."""
    numbers = {f"n{number}": draw.normal(size=rows).round(decimals) for number in range(columns)}
    return pl.DataFrame(numbers | {"kind": draw.integers(0, 3, rows)})


def skewed(draw: Draw, rows: int) -> pl.DataFrame:
    """Make a table of skewed numbers, many of them zero."""
    zero = draw.uniform(size=(2, rows)) < ZERO_SHARE
    amounts = np.where(zero, 0.0, draw.lognormal(0, 2, (2, rows)).round(2))
    return pl.DataFrame({"a": amounts[0], "b": amounts[1], "kind": draw.integers(0, 3, rows)})


def visits(draw: Draw, rows: int) -> pl.DataFrame:
    """Make an honest table of single customers: attributes, a postcode with its region, an amount with its band."""
    place, amount = draw.integers(0, 300, rows), draw.integers(0, 500, rows)
    return pl.DataFrame(
        {
            "postcode": place + 10_000,
            "region": place // 40,
            "town": place // 4,
            "amount": amount,
            "band": amount // 100,
            "age": draw.integers(18, 90, rows),
            "sex": draw.integers(0, 2, rows),
            "plan": draw.integers(0, 5, rows),
        }
    )


def task(draw: Draw, rows: int, columns: int, positives: float) -> pl.DataFrame:
    """Make a table with noise, some good features (area .8 to .97) of every type, gaps, and a binary target."""
    y = draw.uniform(size=rows) < positives
    data: dict[str, np.ndarray | pl.Series] = {}
    for number in range(columns):
        strength = draw.choice([0.0, 0.0, 0.0, 1.2, 2.0, 2.6])
        value = y * strength + draw.normal(size=rows)
        data[f"f{number}"] = (
            value,
            np.exp(value),
            np.round(value),
            np.digitize(value, [-1, 0, 1, 2]).astype(str),
            np.where(draw.uniform(size=rows) < np.where(y, 0.3, 0.1), np.nan, value),
        )[number % 5]
    return pl.DataFrame(data | {"y": y})


def by_rows(make: Callable[[Draw], pl.DataFrame]) -> Callable[[Draw], Iterator[str]]:
    """Ask for rows on both sides and for a contaminated champion."""

    def ask(draw: Draw) -> Iterator[str]:
        train, holdout = dealt(make(draw), draw)
        for leak in shared_rows(train, holdout, id=None):
            if leak.level == "error":
                yield leak.kind
        ids = row_ids(train, id=None, salt="s")
        keys, _ = keys_like(holdout, ids.content, "s")
        if not seen_rows(ids.content.keys, keys, below=None, confidence=0.95).natural:
            yield "contaminated champion"

    return ask


def by_entity(make: Callable[[Draw], pl.DataFrame]) -> Callable[[Draw], Iterator[str]]:
    """Ask for an undeclared entity."""

    def ask(draw: Draw) -> Iterator[str]:
        train, holdout = dealt(make(draw), draw)
        yield from (leak.kind for leak in likely_entities(train, holdout, known=set()))

    return ask


def by_target(rows: int, columns: int, positives: float) -> Callable[[Draw], Iterator[str]]:
    """Ask for target leaks of a classification, and of a regression made of it."""

    def ask(draw: Draw) -> Iterator[str]:
        frame = task(draw, rows, columns, positives)
        names = [name for name in frame.columns if name != "y"]
        yield from (leak.kind for leak in target_leaks(frame, names, "y", "binary", "true"))
        answer = frame["y"].cast(pl.Float64) * 2 + pl.Series(draw.normal(size=rows))
        yield from (leak.kind for leak in target_leaks(frame.with_columns(y=answer), names, "y", "regression", None))

    return ask


def example(name: str) -> pl.DataFrame:
    """Read the table of an example repository."""
    (path,) = sorted((EXAMPLES / name / "data").glob("*.csv"))
    return pl.read_csv(path, infer_schema_length=None)


def of_example(name: str, drop: tuple[str, ...], target: str) -> Callable[[Draw], Iterator[str]]:
    """Ask everything of an example's rows, dealt out by chance and without their id."""
    whole = example(name).drop(drop)
    kind = "binary" if target == "Churn" else "regression"
    inputs = [column for column in whole.columns if column != target]

    def ask(draw: Draw) -> Iterator[str]:
        train, holdout = dealt(whole, draw)
        yield from (leak.kind for leak in shared_rows(train, holdout, id=None) if leak.level == "error")
        yield from (leak.kind for leak in likely_entities(train, holdout, known={target}))
        yield from (leak.kind for leak in target_leaks(train, inputs, target, kind, "Yes"))  # type: ignore[arg-type]

    return ask


HONEST: dict[str, Callable[[Draw], Iterator[str]]] = {
    "4 columns of 6 values, 1,000 rows": by_rows(lambda draw: coarse(draw, 1_000)),
    "4 columns of 6 values, 20,000 rows": by_rows(lambda draw: coarse(draw, 20_000)),
    "6 columns of 3 values, 3,000 rows": by_rows(lambda draw: coarse(draw, 3_000, 6, 3)),
    "3 columns of 20 values, 5,000 rows": by_rows(lambda draw: coarse(draw, 5_000, 3, 20)),
    "3 measurements with 1 decimal, 2,000 rows": by_rows(lambda draw: measured(draw, 2_000)),
    "3 measurements with 2 decimals, 10,000 rows": by_rows(lambda draw: measured(draw, 10_000, 3, 2)),
    "1 measurement with all digits, 5,000 rows": by_rows(lambda draw: measured(draw, 5_000, 1, 15)),
    "skewed numbers, 60 % zero, 5,000 rows": by_rows(lambda draw: skewed(draw, 5_000)),
    "customers with postcode, bands, attributes, 5,000 rows": by_entity(lambda draw: visits(draw, 5_000)),
    "categories and measurements, 5,000 rows": by_entity(lambda draw: measured(draw, 5_000)),
    "30 features, 300 rows, 30 % positive": by_target(300, 30, 0.3),
    "30 features, 2,000 rows, 30 % positive": by_target(2_000, 30, 0.3),
    "30 features, 5,000 rows, 2 % positive": by_target(5_000, 30, 0.02),
    "100 features, 1,000 rows, 50 % positive": by_target(1_000, 100, 0.5),
    "churn, without its id": of_example("churn", ("customerID",), "Churn"),
    "bikes, without casual, registered and day": of_example(
        "bikes", ("casual", "registered", "instant", "dteday"), "cnt"
    ),
}


def copies(count: int, *, near: bool) -> Callable[[Draw], bool]:
    """Plant copies of training rows into the holdout, exact or rounded."""

    def ask(draw: Draw) -> bool:
        frame = measured(draw, 5_000, 4, 15)
        train, holdout = dealt(frame, draw)
        planted = train.sample(count, seed=int(draw.integers(2**31)))
        if near:
            planted = planted.with_columns(pl.col(pl.Float64).round(4))
        found = shared_rows(train, pl.concat([holdout, planted]), id=None)
        return any(leak.level == "error" for leak in found)

    return ask


def pair(form: str, wrong: float = 0.0) -> Callable[[Draw], bool]:
    """Plant a target that two of 40 columns make."""

    def ask(draw: Draw) -> bool:
        frame = task(draw, 2_000, 40, 0.3)
        one, two = draw.lognormal(0, 1, (2, 2_000))
        kinds = draw.integers(0, 4, (2, 2_000))
        y = {
            "difference": one > two + LEAD,
            "ratio": one > two * FACTOR,
            "equality": kinds[0] == kinds[1],
            "two categories": (kinds[0] + kinds[1]) % 2 == 0,
        }[form]
        slips = draw.uniform(size=2_000) < wrong
        frame = frame.with_columns(one=one, two=two, u=kinds[0], v=kinds[1], y=pl.Series(y ^ slips))
        names = [name for name in frame.columns if name != "y"]
        found = {leak.columns for leak in target_leaks(frame, names, "y", "binary", "true")}
        return bool(found & {("one", "two"), ("u", "v")})

    return ask


PLANTED: dict[str, Callable[[Draw], bool]] = {
    "10 exact copies among 1,000 holdout rows": copies(10, near=False),
    "20 exact copies": copies(20, near=False),
    "20 copies rounded to 4 digits": copies(20, near=True),
    "50 copies rounded to 4 digits": copies(50, near=True),
    "a pair among 44 columns: difference": pair("difference"),
    "a pair among 44 columns: ratio": pair("ratio"),
    "a pair among 44 columns: equality": pair("equality"),
    "a pair among 44 columns: two categories": pair("two categories"),
    "a pair among 44 columns: difference, 1 row in 2,000 wrong": pair("difference", 0.0005),
}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=200)
    tables = parser.parse_args().tables
    print("| honest table | tables | with an alarm | seconds each |\n|---|---|---|---|")
    for number, (name, ask) in enumerate(HONEST.items()):
        began, count = time.perf_counter(), tables // SLOW if "features" in name else tables
        alarms = [list(ask(np.random.default_rng([number, table]))) for table in range(count)]
        kinds = Counter(kind for found in alarms for kind in set(found))
        said = ", ".join(f"{kind} {times}" for kind, times in kinds.items()) or "0"
        print(f"| {name} | {count} | {said} | {(time.perf_counter() - began) / count:.2f} |", flush=True)
    print("\n| planted leak | tables | found |\n|---|---|---|")
    for number, (name, find) in enumerate(PLANTED.items()):
        count = tables // SLOW if "pair" in name else tables
        hits = sum(find(np.random.default_rng([1000 + number, table])) for table in range(count))
        print(f"| {name} | {count} | {hits} |", flush=True)


if __name__ == "__main__":
    main()
