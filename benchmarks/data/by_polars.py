"""The same 33 checks as somebody would write them by hand in streaming Polars, in one select."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from demands import GAPS, RANGES, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator


def failures(columns: list[str]) -> Iterator[pl.Expr]:
    """Yield the number of failures of each check."""
    for name in columns:
        yield pl.col(name).null_count().alias(f"{name} nulls")
    for name, (low, high) in RANGES.items():
        yield (pl.col(name) < low).sum().alias(f"{name} min")
        yield (pl.col(name) > high).sum().alias(f"{name} max")
    for name, words in WORDS.items():
        yield (~pl.col(name).is_in(words)).sum().alias(f"{name} values")
    yield (~pl.col("id").str.contains("^[0-9]{10}-[A-Z]{2}$")).sum().alias("id pattern")
    yield (pl.len() - pl.col("id").n_unique()).alias("id unique")
    yield (~(pl.col("count_0") + pl.col("price") >= 0)).sum().alias("expression")


SCHEMA = {"age": pl.Int64, "flag": pl.Boolean, "opened": pl.Date, "ratio": pl.Float64}
FLOATS = ("price", "score", *(f"measure_{number}" for number in range(4)))
SCHEMA |= dict.fromkeys(FLOATS, pl.Float64) | {f"count_{number}": pl.Int64 for number in range(4)}
directory, kind = Path(sys.argv[1]), sys.argv[2]
# By hand, somebody states the types that would be guessed wrongly, or slowly.
table = (
    pl.scan_parquet(directory / "table.parquet")
    if kind == "parquet"
    else pl.scan_csv(directory / "table.csv", schema_overrides=SCHEMA)
)
checks = list(failures(table.collect_schema().names()))
answer = table.select(pl.len().alias("rows"), *checks).collect(engine="streaming").row(0, named=True)
rows = answer.pop("rows")
broken = [name for name, failed in answer.items() if failed > rows * GAPS.get(name.removesuffix(" nulls"), 0)]
assert not broken, broken
print(f"{len(checks)} checks, {rows} rows")
