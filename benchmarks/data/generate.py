"""Write the table and the contract of this benchmark: 20 columns, 33 checks on values; same seed, same rows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from demands import CITIES, GAPS, RANGES, WORDS

CHUNK: Final = 1_000_000


def chunk(start: int, rows: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return some rows of the table, all of which keep the contract."""
    number = np.arange(start, start + rows)
    columns: dict[str, pl.Series | np.ndarray[tuple[int], np.dtype[np.generic]]] = {
        "id": pl.Series(number).cast(pl.String).str.zfill(10) + "-AB",
        "age": rng.integers(0, 121, rows),
        "price": rng.uniform(0, 10_000, rows),
        "score": np.clip(rng.normal(0, 2, rows), -10, 10),
        **{name: pl.Series(words)[rng.integers(0, len(words), rows)] for name, words in WORDS.items()},
        "opened": pl.Series(rng.integers(10_000, 20_000, rows), dtype=pl.Int32).cast(pl.Date),
        "flag": rng.random(rows) < 0.5,  # noqa: PLR2004 -- as many as not
        "note": pl.Series(CITIES)[rng.integers(0, len(CITIES), rows)],
        "ratio": rng.random(rows),
        **{f"count_{i}": rng.integers(0, 1000, rows) for i in range(4)},
        **{f"measure_{i}": rng.normal(0, 1, rows) for i in range(4)},
    }
    frame = pl.DataFrame(columns)
    gaps = [
        pl.when(pl.Series(rng.random(rows) >= share / 2)).then(pl.col(name)).alias(name) for name, share in GAPS.items()
    ]
    return frame.with_columns(gaps)


def contract() -> str:
    """Return the contract: 20 times nulls, 6 ends of ranges, 4 lists, a pattern, a unique key, a comparison."""
    ranges = {name: f", min: {low}, max: {high}" for name, (low, high) in RANGES.items()}
    lists = {name: f", values: [{', '.join(words)}]" for name, words in WORDS.items()}
    extra = {"id": ', unique: true, pattern: "[0-9]{10}-[A-Z]{2}"', **ranges, **lists}
    extra |= {name: f", nulls: {share}" for name, share in GAPS.items()}
    lines = ["version: 1", 'table: {expressions: ["count_0 + price >= 0"]}', "columns:"]
    for name, dtype in chunk(0, 10, np.random.default_rng(0)).schema.items():
        kind = {pl.String: "string", pl.Boolean: "boolean", pl.Date: "date"}.get(dtype.base_type(), "")
        kind = kind or ("integer" if dtype.is_integer() else "number")
        lines.append(f"  {name}: {{type: {kind}{extra.get(name, '')}}}")
    return "\n".join(lines) + "\n"


def main(directory: Path, rows: int) -> None:
    """Write table.parquet and contract.yaml; a chunk at a time, so that memory does not grow with the rows."""
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    parts = []
    for start in range(0, rows, CHUNK):
        parts.append(directory / f"part-{start:010}.parquet")
        chunk(start, min(CHUNK, rows - start), rng).write_parquet(parts[-1])
    pl.scan_parquet(parts).sink_parquet(directory / "table.parquet")
    for part in parts:
        part.unlink()
    (directory / "contract.yaml").write_text(contract(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
